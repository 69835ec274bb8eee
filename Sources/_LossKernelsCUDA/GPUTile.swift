// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// The consecutive elements of one group of threads.
///
/// A thread moves 16 bytes at a time if all buffers are aligned and the group has all its elements,
/// otherwise one element at a time. The results have the same bits.
public struct GPUTile<Storage: GPUStorage, Form: KernelForm> {
  public typealias Scalar = Storage.Scalar
  public typealias Lane = GPULane<Scalar>
  public typealias Element = KernelLoop<Lane, Form>.Element

  @usableFromInline let arguments: GPUArguments<Scalar>
  /// The number of elements of a whole tile.
  @usableFromInline let length: Int
  /// The first element.
  @usableFromInline let start: Int
  @usableFromInline let isWhole: Bool
  @usableFromInline let constants: KernelLoop<Lane, Form>.Constants

  @inlinable @inline(__always)
  public init(_ arguments: GPUArguments<Scalar>, _ group: some GPUGroup, length: Int) {
    self.arguments = arguments
    self.length = length
    start = group.index &* length
    let addresses =
      Self.bits(arguments.logits) | Self.bits(arguments.targets)
      | (Form.isGeneral ? Self.bits(arguments.weights) : 0)
      | Self.bits(arguments.output) | Self.bits(arguments.losses)
    isWhole = addresses & 15 == 0 && start &+ length <= arguments.count
    constants = .init(
      positiveWeight: arguments.positiveWeight, targetScale: arguments.targetScale,
      targetOffset: arguments.targetOffset, divisor: arguments.divisor,
      hasWeights: arguments.weights != nil)
  }

  @inlinable @inline(__always)
  public static func bits(_ address: UnsafeRawPointer?) -> UInt { UInt(bitPattern: address) }

  @inlinable @inline(__always)
  public static func bits(_ address: UnsafeMutableRawPointer?) -> UInt { UInt(bitPattern: address) }

  /// Computes two results of each element of a thread, and passes them on.
  ///
  /// - Parameters:
  ///   - batch: A vector of the elements whose inputs are loaded before the first is computed.
  ///   - pack: The results of a pack, whose number is counted from the start of the tile.
  ///   - single: The results of the element at an offset in the tile.
  @inlinable @inline(__always)
  public func forEach<Batch: SIMD<Scalar>>(
    _ thread: Int, batch _: Batch.Type, _ value: (Element) -> (Scalar, Scalar),
    pack: (_ number: Int, Storage.Numbers, Storage.Numbers) -> Void,
    single: (_ offset: Int, Scalar, Scalar) -> Void
  ) {
    guard let logits = arguments.logits, let targets = arguments.targets else { return }
    let weights = Form.isGeneral ? arguments.weights : nil
    let width = Storage.Pack.scalarCount
    guard isWhole else {
      var offset = thread
      while offset < length {
        let index = start &+ offset
        if index < arguments.count {
          let weight = weights.map { Storage.load($0, index) } ?? 1
          let (first, second) = value(
            element(index, Storage.load(logits, index), Storage.load(targets, index), weight))
          single(offset, first, second)
        }
        offset &+= GPULayout.threadCount
      }
      return
    }
    let firstPack = start / width
    let packs = Batch.scalarCount / width
    var step = 0
    while step < length / (Batch.scalarCount &* GPULayout.threadCount) {
      // The packs of a thread are `threadCount` apart.
      let number = step &* packs &* GPULayout.threadCount &+ thread
      var (x, z, w) = (Batch(), Batch(), Batch(repeating: 1))
      for place in 0..<packs {
        let index = firstPack &+ number &+ place &* GPULayout.threadCount
        Storage.loadPack(logits, index, into: &x, at: place &* width)
        Storage.loadPack(targets, index, into: &z, at: place &* width)
        if let weights { Storage.loadPack(weights, index, into: &w, at: place &* width) }
      }
      for place in 0..<packs {
        let number = number &+ place &* GPULayout.threadCount
        var (first, second) = (Storage.Numbers(), Storage.Numbers())
        for index in 0..<width {
          let lane = place &* width &+ index
          (first[index], second[index]) = value(
            element(start &+ number &* width &+ index, x[lane], z[lane], w[lane]))
        }
        pack(number, first, second)
      }
      step &+= 1
    }
  }

  /// Writes the numbers of a pack to a buffer of elements.
  @inlinable @inline(__always)
  public func store(_ numbers: Storage.Numbers, _ buffer: UnsafeMutableRawPointer?, _ pack: Int) {
    guard let buffer else { return }
    Storage.storePack(numbers, buffer, start / Storage.Pack.scalarCount &+ pack)
  }

  @inlinable @inline(__always)
  public func element(_ index: Int, _ logit: Scalar, _ target: Scalar, _ weight: Scalar) -> Element
  {
    var positiveWeight = arguments.positiveWeight
    if Form.isGeneral, let classWeights = arguments.classes.weights {
      positiveWeight =
        classWeights.assumingMemoryBound(to: Scalar.self)[arguments.classes.label(of: index)]
    }
    let logit = Lane(logit)
    return Element(
      constants, logit: logit, target: Lane(target), positiveWeight: Lane(positiveWeight),
      weight: Lane(weight), exponential: LossTerms.exponential(logit))
  }
}

extension GPUArguments {
  /// The denominator of derivatives.
  @inlinable @inline(__always)
  public var divisor: Scalar { Scalar(denominatorSum.map { $0.pointee.value } ?? denominator) }
}
