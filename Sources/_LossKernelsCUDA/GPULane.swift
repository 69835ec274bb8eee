// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// The types of the arithmetic of the kernels.
public protocol GPUScalar: KernelScalar {
  /// The sum of one of the lanes in which the CPU adds the terms of a block.
  associatedtype LaneSum: KernelSum where LaneSum.Terms == GPULane<Self>

  /// The number of lanes.
  static var laneCount: Int { get }
  /// The sum of all lanes.
  static func total(_ lanes: UnsafePointer<PartialSum>) -> PartialSum
}

/// One number as a vector of one lane, with fused multiply-add: the arithmetic of a thread.
public struct GPULane<Scalar: GPUScalar>: KernelVector {
  public typealias Sum = Scalar.LaneSum
  public var value: Scalar

  @inlinable @inline(__always)
  public init(_ value: Scalar) { self.value = value }

  @inlinable @inline(__always)
  public init(repeating value: Scalar) { self.value = value }

  @inlinable @inline(__always)
  public init(loading source: UnsafePointer<Scalar>) { value = source.pointee }

  @inlinable @inline(__always)
  public func store(to destination: UnsafeMutablePointer<Scalar>) { destination.pointee = value }

  @inlinable @inline(__always)
  public static var laneCount: Int { 1 }

  @inlinable @inline(__always)
  public static func + (a: Self, b: Self) -> Self { Self(a.value + b.value) }

  @inlinable @inline(__always)
  public static func - (a: Self, b: Self) -> Self { Self(a.value - b.value) }

  @inlinable @inline(__always)
  public static func * (a: Self, b: Self) -> Self { Self(a.value * b.value) }

  @inlinable @inline(__always)
  public static func / (a: Self, b: Self) -> Self { Self(a.value / b.value) }

  @inlinable @inline(__always)
  public static prefix func - (a: Self) -> Self { Self(-a.value) }

  @inlinable @inline(__always)
  public static var isFused: Bool { true }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(c.value.addingProduct(a.value, b.value))
  }

  @inlinable @inline(__always)
  public var magnitude: Self { Self(value.magnitude) }

  @inlinable @inline(__always)
  public func limited(to limit: Self) -> Self { limit.value < value ? limit : self }

  @inlinable @inline(__always)
  public func zeroed(whereZero factor: Self) -> Self { factor.value == 0 ? Self(0) : self }

  @inlinable @inline(__always)
  public func selectBySign(negative: Self, nonnegative: Self) -> Self {
    value.sign == .minus ? negative : nonnegative
  }

  @inlinable @inline(__always)
  public func mantissaAsExponent() -> Self { Self(value._mantissaAsExponent) }
}

extension Float: GPUScalar {
  /// A lane of `WideSum`.
  public struct LaneSum: KernelSum {
    @usableFromInline var sum: Double

    @inlinable @inline(__always)
    public init() { sum = 0 }

    @inlinable @inline(__always)
    public mutating func add(_ term: GPULane<Float>) { sum += Double(term.value) }

    @inlinable @inline(__always)
    public var total: PartialSum { PartialSum(high: sum) }
  }

  @inlinable @inline(__always)
  public static var laneCount: Int { GPUFloatVector.laneCount }

  @inlinable @inline(__always)
  public static func total(_ lanes: UnsafePointer<PartialSum>) -> PartialSum {
    var (low, high) = (SIMD8<Double>(), SIMD8<Double>())
    for lane in low.indices {
      low[lane] = lanes[lane].high
      high[lane] = lanes[lane + low.scalarCount].high
    }
    return WideSum<GPUFloatVector>(low: .init(lanes: low), high: .init(lanes: high)).total
  }
}

extension Double: GPUScalar {
  /// A lane of `CompensatedSum`.
  public struct LaneSum: KernelSum {
    @usableFromInline var sum, error: GPULane<Double>

    @inlinable @inline(__always)
    public init() { (sum, error) = (GPULane(0), GPULane(0)) }

    @inlinable @inline(__always)
    public mutating func add(_ term: GPULane<Double>) {
      CompensatedSum<GPUDoubleVector>.add(term, to: &sum, errors: &error)
    }

    /// The two parts; not a sum whose error is at most half a unit in the last place.
    @inlinable @inline(__always)
    public var total: PartialSum { PartialSum(high: sum.value, low: error.value) }
  }

  @inlinable @inline(__always)
  public static var laneCount: Int { GPUDoubleVector.laneCount }

  @inlinable @inline(__always)
  public static func total(_ lanes: UnsafePointer<PartialSum>) -> PartialSum {
    var (sums, errors) = (SIMD8<Double>(), SIMD8<Double>())
    for lane in sums.indices {
      sums[lane] = lanes[lane].high
      errors[lane] = lanes[lane].low
    }
    return CompensatedSum<GPUDoubleVector>(
      sums: .init(lanes: sums), errors: .init(lanes: errors)
    ).total
  }
}

// The vectors of the CPU, to add the lanes.

public struct GPUFloatVector: FloatVector {
  public typealias Wide = GPUDoubleVector
  public var lanes: SIMD16<Float>

  @inlinable @inline(__always)
  public init(lanes: SIMD16<Float>) { self.lanes = lanes }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    fusedMultiplyAdd(a, b, c)
  }
}

public struct GPUDoubleVector: DoubleVector {
  public var lanes: SIMD8<Double>

  @inlinable @inline(__always)
  public init(lanes: SIMD8<Double>) { self.lanes = lanes }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    fusedMultiplyAdd(a, b, c)
  }
}
