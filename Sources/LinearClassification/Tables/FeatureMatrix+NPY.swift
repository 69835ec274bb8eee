// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

extension FeatureMatrix {
  /// Reads a matrix from a NumPy file, `.npy`. Its columns have the names `1`, `2`, `3` and so on.
  ///
  /// - Parameter path: A file with a two-dimensional array of numbers.
  /// - Throws: ``ClassificationError`` if the file cannot be read, has another number of
  ///   dimensions, or has no rows or columns.
  public init(contentsOf path: String) throws(ClassificationError) {
    let reader = try rethrowingFileErrors { () throws(DataFileError) in try NPYReader(path: path) }
    try self.init(reading: reader)
  }

  /// Reads a matrix in parts and stores it by columns, so it is in memory only once.
  package init(
    reading reader: NPYReader, progress: (ReadingProgress) -> Void = { _ in }
  ) throws(ClassificationError) {
    let shape = reader.header.shape
    func bad(_ reason: String) -> ClassificationError {
      .file(DataFileError(.badData, path: reader.path, reason: reason))
    }
    guard shape.count == 2 else {
      throw bad("features must have two dimensions, rows and columns, received shape \(shape)")
    }
    guard shape[1] > 0 else { throw .noFeatures }
    guard shape[0] > 0 else { throw .noRows }
    guard shape[1] <= CSVTable.columnLimit else {
      throw bad(
        "there are more than \(CSVTable.columnLimit) columns; the shape \(shape) is (rows, columns)"
      )
    }
    var columns = [[Double]](repeating: [], count: shape[1])
    // The header of a stream may state any number of rows, so the columns grow with the data.
    if let count = reader.remainingCount {
      try rethrowingFileErrors { () throws(DataFileError) in
        try requireMemory(count * MemoryLayout<Double>.stride, for: reader.path)
      }
      for column in columns.indices { columns[column].reserveCapacity(shape[0]) }
    }
    // About 256 KiB of rows, which stay in the cache while their elements are copied to the
    // columns.
    var buffer = [Double](repeating: 0, count: max(1, (1 << 15) / shape[1]) * shape[1])
    while true {
      var part = buffer.mutableSpan
      let count = try rethrowingFileErrors { () throws(DataFileError) in
        let count = try reader.read(into: &part)
        let growth = columns[0].byteCountToGrow(by: count / shape[1]) * shape[1]
        if growth > 0 {
          try requireMemory(growth + columns[0].storageByteCount, for: reader.path)
        }
        return count
      }
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

/// Every `stride`-th element of a buffer, from `start`.
private struct StridedElements: RandomAccessCollection {
  let elements: UnsafeBufferPointer<Double>
  let start, stride, end: Int

  var startIndex: Int { 0 }
  var endIndex: Int { (end - start + stride - 1) / stride }
  subscript(index: Int) -> Double { elements[start + index * stride] }
}
