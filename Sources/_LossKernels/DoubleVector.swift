// SPDX-License-Identifier: Apache-2.0
/// The primitives of `KernelVector` on `SIMD8<Double>`; an instruction set of that width adds its `multiplyAdd`.
public protocol DoubleVector: KernelVector where Scalar == Double {
  associatedtype Sum = CompensatedSum<Self>

  /// The elements.
  var lanes: SIMD8<Double> { get }
  /// A vector of these elements.
  init(lanes: SIMD8<Double>)
}

extension DoubleVector {
  @inlinable @inline(__always)
  public static var isFused: Bool { true }

  @inlinable @inline(__always)
  public static var laneCount: Int { 8 }

  @inlinable @inline(__always)
  public init(repeating value: Double) { self.init(lanes: SIMD8<Double>(repeating: value)) }

  @inlinable @inline(__always)
  public init(loading source: UnsafePointer<Double>) {
    self.init(lanes: UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Double>.self))
  }

  @inlinable @inline(__always)
  public func store(to destination: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(destination).storeBytes(of: lanes, as: SIMD8<Double>.self)
  }

  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self {
    Self(lanes: SIMD8<Double>.sum(a.lanes, b.lanes))
  }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self {
    Self(lanes: SIMD8<Double>.difference(a.lanes, b.lanes))
  }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self {
    Self(lanes: SIMD8<Double>.product(a.lanes, b.lanes))
  }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self {
    Self(lanes: SIMD8<Double>.quotient(a.lanes, b.lanes))
  }

  @inlinable @inline(__always)
  public static prefix func - (a: Self) -> Self {
    // By its sign bit, which the compiler folds into a fused operation; the library's minus subtracts from zero.
    let flipped =
      unsafeBitCast(a.lanes, to: SIMD8<UInt64>.self)
      ^ SIMD8<UInt64>(repeating: 0x8000_0000_0000_0000)
    return Self(lanes: unsafeBitCast(flipped, to: SIMD8<Double>.self))
  }

  @inlinable @inline(__always)
  public var magnitude: Self {
    let magnitudeBits =
      unsafeBitCast(lanes, to: SIMD8<UInt64>.self) & SIMD8<UInt64>(repeating: 0x7FFF_FFFF_FFFF_FFFF)
    return Self(lanes: unsafeBitCast(magnitudeBits, to: SIMD8<Double>.self))
  }

  @inlinable @inline(__always)
  public func limited(to limit: Self) -> Self {
    Self(
      lanes: SIMD8<Double>.select(limit.lanes, where: limit.lanes, isLessThan: lanes, else: lanes))
  }

  @inlinable @inline(__always)
  public func zeroed(whereZero factor: Self) -> Self {
    Self(
      lanes: SIMD8<Double>.select(
        SIMD8<Double>(), where: factor.lanes, equals: SIMD8<Double>(), else: lanes))
  }

  @inlinable @inline(__always)
  public func selectBySign(negative: Self, nonnegative: Self) -> Self {
    Self(lanes: SIMD8<Double>.select(negative.lanes, whereNegative: lanes, else: nonnegative.lanes))
  }

  @inlinable @inline(__always)
  public func mantissaAsExponent() -> Self {
    Self(
      lanes: unsafeBitCast(
        unsafeBitCast(lanes, to: SIMD8<UInt64>.self) &<< 52, to: SIMD8<Double>.self))
  }
}
