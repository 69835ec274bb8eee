// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification

/// Whether a path names a matrix rather than a table.
func isMatrix(_ path: String) -> Bool { path.lowercased().hasSuffix(".npy") }

extension FeatureMatrix {
  /// Reads a matrix, with a bar on a terminal.
  static func read(_ path: String) throws -> FeatureMatrix {
    let reader = try NPYReader(path: path)
    return try ToolError.naming(path) { () throws(ClassificationError) in
      var bar = ProgressBar("reading")
      defer { bar.finish() }
      return try FeatureMatrix(reading: reader) { bar.update($0) }
    }
  }
}

extension Classifier.Labels {
  /// Reads the targets of a matrix, and the weights of its rows, from files of their own.
  static func read(
    targets: InputFile, weights: InputFile?, rowCount: Int
  ) throws -> Classifier.Labels {
    Classifier.Labels(
      targets: try targets.readColumn("targets", rowCount: rowCount),
      weights: try weights?.readColumn("weights", rowCount: rowCount))
  }
}

extension InputFile {
  /// A number for each row of a matrix.
  fileprivate func readColumn(_ name: String, rowCount: Int) throws -> [Double] {
    let source = try open()
    if let shape = source.shape, shape != [rowCount], shape != [rowCount, 1] {
      throw ToolError(
        .badData,
        "\(self): expected \(name) of shape [\(rowCount)], one for each row of the matrix, received shape \(shape)"
      )
    }
    let numbers = try source.readRemaining(as: Double.self)
    guard numbers.count == rowCount else {
      throw ToolError(
        .badData,
        "\(self): expected \(rowCount) \(name), one for each row of the matrix, received \(numbers.count)"
      )
    }
    return numbers
  }
}
