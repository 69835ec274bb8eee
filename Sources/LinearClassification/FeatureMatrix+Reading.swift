// SPDX-License-Identifier: Apache-2.0
public import _DataFiles

extension FeatureMatrix {
  /// Reads a matrix, a row for each row of the array; its columns are called `1`, `2`, `3` and so on.
  ///
  /// The array is read a part at a time and stored by columns, so that it is in memory only once.
  ///
  /// - Parameters:
  ///   - reader: an array of two axes, at its first element. Any type of number will do that `Double` holds exactly.
  ///   - progress: called now and then, with what has been read.
  /// - Throws: `ClassificationError`: the array has another number of axes, no rows or no columns, or cannot be read.
  public init(
    reading reader: NPYReader, progress: (ReadingProgress) -> Void = { _ in }
  ) throws(ClassificationError) {
    let shape = reader.header.shape
    guard shape.count == 2 else {
      throw .file(
        DataFileError(
          .badData, path: reader.path,
          reason:
            "features are an array of two axes, rows and columns; this array has shape \(shape)"))
    }
    guard shape[1] > 0 else { throw .noFeatures }
    guard shape[0] > 0 else { throw .noRows }
    var columns = [[Double]](repeating: [], count: shape[1])
    // A stream may promise any number of rows: its columns grow with what comes.
    if !reader.isStream {
      for column in columns.indices { columns[column].reserveCapacity(shape[0]) }
    }
    // Rows of about 256 KiB: they stay in a cache while their elements go to the columns.
    var buffer = [Double](repeating: 0, count: max(1, (1 << 15) / shape[1]) * shape[1])
    while true {
      var part = buffer.mutableSpan
      let count: Int
      do { count = try reader.read(into: &part) } catch { throw .file(error) }
      if count == 0 { break }
      buffer.withUnsafeBufferPointer { elements in
        for column in columns.indices {
          columns[column].append(
            contentsOf: StridedElements(
              elements: elements, start: column, stride: shape[1], end: count))
        }
      }
      progress(reader.progress)
    }
    try self.init(columns: columns.map { .numbers($0) })
  }
}

/// Every so-manieth element of a buffer.
private struct StridedElements: RandomAccessCollection {
  let elements: UnsafeBufferPointer<Double>
  let start, stride, end: Int

  var startIndex: Int { 0 }
  var endIndex: Int { (end - start + stride - 1) / stride }
  subscript(index: Int) -> Double { elements[start + index * stride] }
}
