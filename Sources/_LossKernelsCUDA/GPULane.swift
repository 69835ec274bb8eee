// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// The types of the arithmetic of the kernels.
public protocol GPUScalar: KernelScalar {
  /// The sum of one of the lanes in which the CPU adds the terms of a block.
  associatedtype LaneSum: GPULaneSum where LaneSum.Terms == GPULane<Self>

  /// The number of lanes.
  static var laneCount: Int { get }
  /// See `KernelArithmetic`.
  static func fraction(_ a: Self, _ b: Self) -> Self
  /// The sum of all lanes.
  static func total(_ lanes: UnsafePointer<PartialSum>) -> PartialSum
}

/// A sum whose rounding errors can be added later than the terms.
public protocol GPULaneSum: KernelSum {
  /// Adds a term, and returns the rounding error.
  mutating func addTerm(_ term: Terms) -> Terms
  /// Adds a rounding error.
  mutating func addError(_ error: Terms)
}

extension GPULaneSum {
  @inlinable @inline(__always)
  public mutating func add(_ term: Terms) { addError(addTerm(term)) }
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
  public static func fraction(_ a: Self, _ b: Self) -> Self {
    Self(Scalar.fraction(a.value, b.value))
  }

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
  public struct LaneSum: GPULaneSum {
    public typealias Terms = GPULane<Float>
    @usableFromInline var sum: Double

    @inlinable @inline(__always)
    public init() { sum = 0 }

    /// In Double the errors are too small to matter.
    @inlinable @inline(__always)
    public mutating func addTerm(_ term: GPULane<Float>) -> GPULane<Float> {
      sum += Double(term.value)
      return GPULane(0)
    }

    @inlinable @inline(__always)
    public mutating func addError(_ error: GPULane<Float>) {}

    @inlinable @inline(__always)
    public var total: PartialSum { PartialSum(high: sum) }
  }

  /// The division of a GPU has a branch for extreme numbers, which keeps the compiler from
  /// computing several elements at once. In this range it needs none: a reciprocal within 3 units
  /// in the last place gives every quotient of `_logOnePlus` as a division rounds it.
  @inlinable @inline(__always)
  public static func fraction(_ a: Float, _ b: Float) -> Float {
    fraction(a, b, reciprocal: reciprocalEstimate(b))
  }

  /// - Parameter estimate: The reciprocal of b, within 3 units in the last place.
  @inlinable @inline(__always)
  public static func fraction(_ a: Float, _ b: Float, reciprocal estimate: Float) -> Float {
    let reciprocal = estimate.addingProduct(estimate, Float(1).addingProduct(-b, estimate))
    let quotient = a * reciprocal
    return quotient.addingProduct(reciprocal, a.addingProduct(-b, quotient))
  }

  @usableFromInline @inline(__always)
  static func reciprocalEstimate(_ number: Float) -> Float {
    #if hasFeature(Embedded)
      deviceReciprocal(number)
    #else
      1 / number
    #endif
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
  public struct LaneSum: GPULaneSum {
    public typealias Terms = GPULane<Double>
    @usableFromInline var sum, error: GPULane<Double>

    @inlinable @inline(__always)
    public init() { (sum, error) = (GPULane(0), GPULane(0)) }

    @inlinable @inline(__always)
    public mutating func addTerm(_ term: GPULane<Double>) -> GPULane<Double> {
      CompensatedSum<GPUDoubleVector>.add(term, to: &sum)
    }

    @inlinable @inline(__always)
    public mutating func addError(_ term: GPULane<Double>) { error = error + term }

    /// The two parts; not a sum whose error is at most half a unit in the last place.
    @inlinable @inline(__always)
    public var total: PartialSum { PartialSum(high: sum.value, low: error.value) }
  }

  @inlinable @inline(__always)
  public static func fraction(_ a: Double, _ b: Double) -> Double { a / b }

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
