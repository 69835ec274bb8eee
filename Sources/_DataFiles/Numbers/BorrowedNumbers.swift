// SPDX-License-Identifier: Apache-2.0
/// Numbers in memory that belongs to someone else, at equal distances.
public struct BorrowedNumbers: RandomAccessCollection, @unchecked Sendable {
  public let count: Int
  /// The first number.
  private let base: UnsafeRawPointer
  /// The distance of two numbers in bytes. It may be negative or 0.
  private let stride: Int
  private let isFloat: Bool
  /// Keeps the memory.
  private let owner: AnyObject

  /// Numbers from `base` on, which nothing changes while `owner` exists.
  ///
  /// - Parameters:
  ///   - base: The first number, aligned to its size, as are all others.
  ///   - stride: The distance of two numbers in bytes.
  ///   - isFloat: Whether the numbers are `Float`, not `Double`.
  ///   - count: How many there are.
  ///   - owner: The numbers exist as long as this object.
  public init(
    at base: UnsafeRawPointer, stride: Int, isFloat: Bool, count: Int,
    owner: some AnyObject & Sendable
  ) {
    (self.base, self.stride, self.isFloat, self.count) = (base, stride, isFloat, count)
    self.owner = owner
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  public subscript(index: Int) -> Double {
    let address = base + index * stride
    return isFloat ? Double(address.load(as: Float.self)) : address.load(as: Double.self)
  }

  /// The address of the numbers, if they are consecutive and of this type.
  package var consecutive: UnsafePointer<Double>? {
    guard !isFloat, stride == MemoryLayout<Double>.stride else { return nil }
    return base.assumingMemoryBound(to: Double.self)
  }

  /// Whether no number can be NaN. It is also false if the sum of infinite numbers is NaN.
  package var haveNoNaN: Bool {
    guard let consecutive else { return false }
    let width = SIMD8<Double>.scalarCount
    let whole = count / width * width
    let bytes = UnsafeRawPointer(consecutive)
    var sums = SIMD8<Double>.zero
    for index in Swift.stride(from: 0, to: whole, by: width) {
      sums += (bytes + index * 8).loadUnaligned(as: SIMD8<Double>.self)
    }
    var sum = sums.sum()
    for index in whole..<count { sum += consecutive[index] }
    return !sum.isNaN
  }

  /// Writes the numbers of a range.
  package func copy(_ range: Range<Int>, to output: UnsafeMutablePointer<Double>) {
    var address = base + range.lowerBound * stride
    if isFloat {
      for offset in 0..<range.count {
        output[offset] = Double(address.load(as: Float.self))
        address += stride
      }
    } else {
      for offset in 0..<range.count {
        output[offset] = address.load(as: Double.self)
        address += stride
      }
    }
  }
}
