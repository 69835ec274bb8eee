// SPDX-License-Identifier: Apache-2.0
/// Arithmetic on shapes.
package enum Shape {
  /// The number of elements of a shape; nil where a length is negative or the product does not fit an `Int`.
  @specialized(where Lengths == [Int])
  @specialized(where Lengths == UnsafeBufferPointer<Int64>)
  package static func count<Lengths: Collection>(
    _ shape: Lengths
  ) -> Int? where Lengths.Element: FixedWidthInteger {
    guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
    if shape.contains(0) { return 0 }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(clamping: length))
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// How many consecutive elements share a class: the product of the lengths after the axis of the classes, whose length must be their
  /// number.
  ///
  /// The lengths are asked for one by one: an array of them would be on the heap. The product fits where the number of elements does, unless
  /// that is 0 and there is no use for it.
  package static func innerCount(
    after axis: Int, rank: Int, classes: Int, operation: @autoclosure () -> String,
    length: (Int) -> Int
  ) throws(LossError) -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    guard resolved >= 0 && resolved < rank else {
      throw LossError(operation(), .axisOutOfRange(axis: axis, shape: (0..<rank).map(length)))
    }
    guard length(resolved) == classes else {
      throw LossError(
        operation(), .classCount(axis: axis, shape: (0..<rank).map(length), weights: classes))
    }
    var inner = 1
    for later in resolved + 1..<rank { inner &*= length(later) }
    return inner
  }

  /// A shape as TensorFlow and Python print it: `[2, 3]`.
  package static func description(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }
}
