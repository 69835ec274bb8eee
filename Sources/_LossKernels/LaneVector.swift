// SPDX-License-Identifier: Apache-2.0
/// A kernel vector that keeps its elements in a SIMD type of the standard library.
public protocol LaneVector: KernelVector {
  associatedtype Lanes: PartialLanes & BitwiseCopyable where Lanes.Scalar == Scalar

  /// The elements.
  var lanes: Lanes { get }
  /// A vector of these elements.
  init(lanes: Lanes)
}

extension LaneVector {
  @inlinable @inline(__always)
  public static var isFused: Bool { true }

  @inlinable @inline(__always)
  public static var laneCount: Int { Lanes.scalarCount }

  @inlinable @inline(__always)
  public init(repeating value: Scalar) { self.init(lanes: Lanes(repeating: value)) }

  @inlinable @inline(__always)
  public init(loading source: UnsafePointer<Scalar>) {
    self.init(lanes: UnsafeRawPointer(source).loadUnaligned(as: Lanes.self))
  }

  @inlinable @inline(__always)
  public func store(to destination: UnsafeMutablePointer<Scalar>) {
    UnsafeMutableRawPointer(destination).storeBytes(of: lanes, as: Lanes.self)
  }

  /// Loads `count` elements, fewer than `laneCount`. The other lanes are 0.
  @inlinable @inline(__always)
  init(loading source: UnsafePointer<Scalar>, count: Int) {
    self.init(lanes: Lanes(loading: source, count: count))
  }

  /// The first `count` lanes, and 0 in the others.
  @inlinable @inline(__always)
  func first(_ count: Int) -> Self {
    if count == Self.laneCount { return self }
    return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: Self.laneCount) { ones in
      ones.initialize(repeating: 1)
      return ones.baseAddress.map { zeroed(whereZero: Self(loading: $0, count: count)) } ?? self
    }
  }

  /// Stores the first `count` lanes.
  @inlinable @inline(__always)
  func store(to destination: UnsafeMutablePointer<Scalar>, count: Int) {
    if count == Self.laneCount {
      store(to: destination)
    } else {
      lanes.store(to: destination, count: count)
    }
  }
}

#if !hasFeature(BuiltinModule)
  // The arithmetic for compilers without the `BuiltinModule` feature. It consists of loops over the
  // lanes, with the same bits as the operations in `FloatVector` and `DoubleVector`.
  extension LaneVector {
    @inlinable @inline(__always)
    public static func + (a: Self, b: Self) -> Self { Self(lanes: a.lanes + b.lanes) }

    @inlinable @inline(__always)
    public static func - (a: Self, b: Self) -> Self { Self(lanes: a.lanes - b.lanes) }

    @inlinable @inline(__always)
    public static func * (a: Self, b: Self) -> Self { Self(lanes: a.lanes * b.lanes) }

    @inlinable @inline(__always)
    public static func / (a: Self, b: Self) -> Self { Self(lanes: a.lanes / b.lanes) }

    @_alwaysEmitIntoClient @inline(__always)
    public static func fusedMultiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
      Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
    }

    @inlinable @inline(__always)
    public func limited(to limit: Self) -> Self {
      Self(lanes: lanes.replacing(with: limit.lanes, where: limit.lanes .< lanes))
    }

    @inlinable @inline(__always)
    public func zeroed(whereZero factor: Self) -> Self {
      Self(lanes: lanes.replacing(with: 0, where: factor.lanes .== 0))
    }

    @inlinable @inline(__always)
    public func selectBySign(negative: Self, nonnegative: Self) -> Self {
      var result = nonnegative.lanes
      for lane in lanes.indices where lanes[lane].sign == .minus {
        result[lane] = negative.lanes[lane]
      }
      return Self(lanes: result)
    }
  }
#endif
