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
    // Four sums, because each addition waits for the one before.
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    var index = 0
    while index + 4 <= count {
      a += consecutive[index]
      b += consecutive[index + 1]
      c += consecutive[index + 2]
      d += consecutive[index + 3]
      index += 4
    }
    for rest in index..<count { a += consecutive[rest] }
    return !(a + b + c + d).isNaN
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
