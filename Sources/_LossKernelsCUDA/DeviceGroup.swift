// SPDX-License-Identifier: Apache-2.0
#if hasFeature(Embedded)
  // LLVM recognises its intrinsics by their names.
  @_extern(c, "llvm.nvvm.read.ptx.sreg.tid.x") func deviceThread() -> UInt32
  @_extern(c, "llvm.nvvm.read.ptx.sreg.ctaid.x") func deviceGroup() -> UInt32
  @_extern(c, "llvm.nvvm.read.ptx.sreg.nctaid.x") func deviceGroupCount() -> UInt32
  @_extern(c, "llvm.nvvm.barrier0") func deviceBarrier()
  @_extern(c, "llvm.nvvm.rcp.approx.ftz.f") @usableFromInline
  func deviceReciprocal(_ number: Float) -> Float
  // Swift has no address spaces: Utilities/build-gpu-kernels defines these.
  @_extern(c, "wce_shared") func deviceShared() -> UnsafeMutableRawPointer
  @_extern(c, "wce_increment") func deviceIncrement(_ counter: UnsafeMutableRawPointer) -> UInt32
  @_extern(c, "wce_global") func deviceGlobal(_ address: UInt) -> UnsafeMutableRawPointer?

  /// The group of the thread that runs, on a GPU.
  struct DeviceGroup: GPUGroup {
    @inline(__always)
    var index: Int { Int(deviceGroup()) }

    @inline(__always)
    var count: Int { Int(deviceGroupCount()) }

    @inline(__always)
    var shared: UnsafeMutableRawPointer { deviceShared() }

    @inline(__always)
    func pointer(to address: UnsafeRawPointer?) -> UnsafeMutableRawPointer? {
      deviceGlobal(UInt(bitPattern: address))
    }

    @inline(__always)
    func increment(_ counter: UnsafeMutablePointer<UInt32>) -> UInt32 { deviceIncrement(counter) }

    @inline(__always)
    func forEachThread(_ body: (_ thread: Int) -> Void) {
      body(Int(deviceThread()))
      deviceBarrier()
    }
  }
#endif
