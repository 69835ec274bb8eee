// SPDX-License-Identifier: Apache-2.0
/// The lanes of a vector of which only the first are in memory.
///
/// The elements go to the registers by halves, quarters and so on. A padded copy in memory takes
/// longer: the processor waits for small stores before it loads them as one vector.
public protocol PartialLanes: SIMD {
  /// Loads `count` elements, fewer than there are lanes. The other lanes are 0.
  init(loading source: UnsafePointer<Scalar>, count: Int)
  /// Stores the first `count` lanes, but not all.
  func store(to destination: UnsafeMutablePointer<Scalar>, count: Int)
}

/// Lanes in two halves.
public protocol HalvedLanes: PartialLanes {
  associatedtype Half: PartialLanes where Half.Scalar == Scalar

  var lowHalf: Half { get set }
  var highHalf: Half { get set }
  init(lowHalf: Half, highHalf: Half)
}

extension HalvedLanes {
  @inlinable @inline(__always)
  public init(loading source: UnsafePointer<Scalar>, count: Int) {
    let half = Half.scalarCount
    let isLowWhole = count >= half
    let rest = Half(
      loading: source + (isLowWhole ? half : 0), count: isLowWhole ? count - half : count)
    if isLowWhole {
      self.init(lowHalf: UnsafeRawPointer(source).loadUnaligned(as: Half.self), highHalf: rest)
    } else {
      self.init(lowHalf: rest, highHalf: Half())
    }
  }

  @inlinable @inline(__always)
  public func store(to destination: UnsafeMutablePointer<Scalar>, count: Int) {
    let half = Half.scalarCount
    let isLowWhole = count >= half
    if isLowWhole { UnsafeMutableRawPointer(destination).storeBytes(of: lowHalf, as: Half.self) }
    (isLowWhole ? highHalf : lowHalf).store(
      to: destination + (isLowWhole ? half : 0), count: isLowWhole ? count - half : count)
  }
}

extension SIMD2: PartialLanes {
  @inlinable @inline(__always)
  public init(loading source: UnsafePointer<Scalar>, count: Int) {
    self.init()
    if count > 0 { self[0] = source[0] }
  }

  @inlinable @inline(__always)
  public func store(to destination: UnsafeMutablePointer<Scalar>, count: Int) {
    if count > 0 { destination[0] = self[0] }
  }
}

extension SIMD4: HalvedLanes {}
extension SIMD8: HalvedLanes {}
extension SIMD16: HalvedLanes {}
