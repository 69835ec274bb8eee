// SPDX-License-Identifier: Apache-2.0
/// The primitives of `KernelVector` on `SIMD16<Float>`; an instruction set of that width adds its `multiplyAdd`.
public protocol FloatVector: KernelVector where Scalar == Float {
  associatedtype Sum = WideSum<Self>

  /// The elements.
  var lanes: SIMD16<Float> { get }
  /// A vector of these elements.
  init(lanes: SIMD16<Float>)
}

extension FloatVector {
  @inlinable @inline(__always)
  public static var isFused: Bool { true }

  @inlinable @inline(__always)
  public static var laneCount: Int { 16 }

  @inlinable @inline(__always)
  public init(repeating value: Float) { self.init(lanes: SIMD16<Float>(repeating: value)) }

  @inlinable @inline(__always)
  public init(loading source: UnsafePointer<Float>) {
    self.init(lanes: UnsafeRawPointer(source).loadUnaligned(as: SIMD16<Float>.self))
  }

  @inlinable @inline(__always)
  public func store(to destination: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(destination).storeBytes(of: lanes, as: SIMD16<Float>.self)
  }

  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self {
    Self(lanes: SIMD16<Float>.sum(a.lanes, b.lanes))
  }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self {
    Self(lanes: SIMD16<Float>.difference(a.lanes, b.lanes))
  }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self {
    Self(lanes: SIMD16<Float>.product(a.lanes, b.lanes))
  }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self {
    Self(lanes: SIMD16<Float>.quotient(a.lanes, b.lanes))
  }

  @inlinable @inline(__always)
  public static prefix func - (a: Self) -> Self {
    // By its sign bit, which the compiler folds into a fused operation; the library's minus subtracts from zero.
    let flipped =
      unsafeBitCast(a.lanes, to: SIMD16<UInt32>.self) ^ SIMD16<UInt32>(repeating: 0x8000_0000)
    return Self(lanes: unsafeBitCast(flipped, to: SIMD16<Float>.self))
  }

  @inlinable @inline(__always)
  public var magnitude: Self {
    let magnitudeBits =
      unsafeBitCast(lanes, to: SIMD16<UInt32>.self) & SIMD16<UInt32>(repeating: 0x7FFF_FFFF)
    return Self(lanes: unsafeBitCast(magnitudeBits, to: SIMD16<Float>.self))
  }

  @inlinable @inline(__always)
  public func limited(to limit: Self) -> Self {
    Self(
      lanes: SIMD16<Float>.select(limit.lanes, where: limit.lanes, isLessThan: lanes, else: lanes))
  }

  @inlinable @inline(__always)
  public func zeroed(whereZero factor: Self) -> Self {
    Self(
      lanes: SIMD16<Float>.select(
        SIMD16<Float>(), where: factor.lanes, equals: SIMD16<Float>(), else: lanes))
  }

  @inlinable @inline(__always)
  public func selectBySign(negative: Self, nonnegative: Self) -> Self {
    Self(lanes: SIMD16<Float>.select(negative.lanes, whereNegative: lanes, else: nonnegative.lanes))
  }

  @inlinable @inline(__always)
  public func mantissaAsExponent() -> Self {
    Self(
      lanes: unsafeBitCast(
        unsafeBitCast(lanes, to: SIMD16<UInt32>.self) &<< 23, to: SIMD16<Float>.self))
  }
}
