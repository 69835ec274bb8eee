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

  /// A shape as TensorFlow and Python print it: `[2, 3]`.
  package static func description(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }
}
