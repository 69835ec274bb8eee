// SPDX-License-Identifier: Apache-2.0
/// Arithmetic on shapes.
package enum Shape {
  /// The number of elements of a shape; nil if a length is negative or the product does not fit an
  /// `Int`.
  @_specialize(exported:true,where Lengths == [Int])
  @_specialize(exported:true,where Lengths == UnsafeBufferPointer<Int64>)
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

  /// The number of consecutive elements that share a class: the product of the lengths of the axes
  /// after the class axis.
  ///
  /// - Parameter length: The length of an axis. A closure avoids an array of the lengths, which
  ///   would be on the heap. The product of the lengths after the class axis fits an `Int` if the
  ///   number of elements does; if that number is 0, the product is not used.
  /// - Throws: `LossError` if the axis does not exist or its length is not the number of classes.
  package static func classRun(
    axis: Int, rank: Int, classes: Int, operation: @autoclosure () -> String, length: (Int) -> Int
  ) throws(LossError) -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    guard resolved >= 0 && resolved < rank else {
      throw LossError(operation(), .axisOutOfRange(axis: axis, shape: (0..<rank).map(length)))
    }
    guard length(resolved) == classes else {
      throw LossError(
        operation(), .classCount(axis: axis, shape: (0..<rank).map(length), weights: classes))
    }
    var run = 1
    for later in resolved + 1..<rank { run &*= length(later) }
    return run
  }

  /// A shape as TensorFlow and Python print it: `[2, 3]`.
  package static func description(_ shape: [Int]) -> String { "\(shape)" }
}
