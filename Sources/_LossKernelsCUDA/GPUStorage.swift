// SPDX-License-Identifier: Apache-2.0
public import _LossKernels

/// A type of elements in memory. They are read exactly, and results are rounded once.
public protocol GPUStorage {
  /// The type of the arithmetic.
  associatedtype Scalar: GPUScalar
  /// An element in memory.
  associatedtype Bits: SIMDScalar & BitwiseCopyable
  /// 16 bytes of elements: what a thread loads or stores at once.
  associatedtype Pack: SIMD & BitwiseCopyable where Pack.Scalar == Bits
  /// The numbers of a pack.
  associatedtype Numbers: SIMD where Numbers.Scalar == Scalar
  /// The elements of a sum whose inputs a thread loads before it computes the first.
  associatedtype Batch: SIMD where Batch.Scalar == Scalar
  /// The terms of a lane that are loaded at once.
  associatedtype Terms: SIMD where Terms.Scalar == Scalar

  static func number(_ bits: Bits) -> Scalar
  static func bits(_ number: Scalar) -> Bits
  /// The element nearest to a quotient of sums.
  static func bits(rounding quotient: Double) -> Bits
}

extension GPUStorage {
  @inlinable @inline(__always)
  public static func load(_ address: UnsafeRawPointer, _ index: Int) -> Scalar {
    number(address.assumingMemoryBound(to: Bits.self)[index])
  }

  @inlinable @inline(__always)
  public static func store(_ number: Scalar, _ address: UnsafeMutableRawPointer, _ index: Int) {
    address.assumingMemoryBound(to: Bits.self)[index] = bits(number)
  }

  /// Loads a pack into `numbers` from a lane on.
  @inlinable @inline(__always)
  public static func loadPack<Batch: SIMD<Scalar>>(
    _ address: UnsafeRawPointer, _ index: Int, into numbers: inout Batch, at first: Int
  ) {
    let pack = address.assumingMemoryBound(to: Pack.self)[index]
    for lane in 0..<Pack.scalarCount { numbers[first &+ lane] = number(pack[lane]) }
  }

  /// Stores a pack.
  @inlinable @inline(__always)
  public static func storePack(_ numbers: Numbers, _ address: UnsafeMutableRawPointer, _ index: Int)
  {
    var pack = Pack()
    for lane in 0..<Pack.scalarCount { pack[lane] = bits(numbers[lane]) }
    // Bound before it is indexed: the compiler gives a store the alignment of the type of the
    // address that it is computed from.
    address.assumingMemoryBound(to: Pack.self)[index] = pack
  }
}

public enum Float32Storage: GPUStorage {
  public typealias Pack = SIMD4<Float>
  public typealias Numbers = SIMD4<Float>
  public typealias Batch = SIMD16<Float>
  public typealias Terms = SIMD16<Float>

  @inlinable @inline(__always)
  public static func number(_ bits: Float) -> Float { bits }

  @inlinable @inline(__always)
  public static func bits(_ number: Float) -> Float { number }

  @inlinable @inline(__always)
  public static func bits(rounding quotient: Double) -> Float { Float(quotient) }
}

public enum Float64Storage: GPUStorage {
  public typealias Pack = SIMD2<Double>
  public typealias Numbers = SIMD2<Double>
  public typealias Batch = SIMD8<Double>
  public typealias Terms = SIMD16<Double>

  @inlinable @inline(__always)
  public static func number(_ bits: Double) -> Double { bits }

  @inlinable @inline(__always)
  public static func bits(_ number: Double) -> Double { number }

  @inlinable @inline(__always)
  public static func bits(rounding quotient: Double) -> Double { quotient }
}

/// IEEE 754 binary16.
public enum Float16Storage: GPUStorage {
  public typealias Pack = SIMD8<UInt16>
  public typealias Numbers = SIMD8<Float>
  public typealias Batch = SIMD16<Float>
  public typealias Terms = SIMD16<Float>

  @inlinable @inline(__always)
  public static func number(_ bits: UInt16) -> Float { Float(Float16(bitPattern: bits)) }

  @inlinable @inline(__always)
  public static func bits(_ number: Float) -> UInt16 { Float16(number).bitPattern }

  @inlinable @inline(__always)
  public static func bits(rounding quotient: Double) -> UInt16 { Float16(quotient).bitPattern }
}

/// The upper half of a Float.
public enum BFloat16Storage: GPUStorage {
  public typealias Pack = SIMD8<UInt16>
  public typealias Numbers = SIMD8<Float>
  public typealias Batch = SIMD16<Float>
  public typealias Terms = SIMD16<Float>

  @inlinable @inline(__always)
  public static func number(_ bits: UInt16) -> Float { BFloat16Format.number(bits) }

  @inlinable @inline(__always)
  public static func bits(_ number: Float) -> UInt16 { BFloat16Format.bits(number) }

  @inlinable @inline(__always)
  public static func bits(rounding quotient: Double) -> UInt16 {
    BFloat16Format.bits(rounding: quotient)
  }
}
