// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LinearClassification
import WeightedCrossEntropy
import _DataFiles

/// One positive weight for each class, as given on the command line: a list of numbers, or a file.
enum ClassWeightsArgument {
  case list([Double])
  case file(NumericInput)
  /// A file that `wce weights` wrote.
  case classWeights(String)

  init(parsing argument: String) throws {
    let argument = FileName.input(argument)
    if argument.lowercased().hasSuffix(".json") {
      self = .classWeights(argument)
      return
    }
    if let file = try? NumericInput(parsing: argument) {
      self = .file(file)
      return
    }
    self = .list(
      try argument.split(separator: ",", omittingEmptySubsequences: false).map { text in
        guard let weight = Double(text) else {
          throw ValidationError(
            "expected numbers separated by commas, FILE.npy, FILE.csv:COLUMN or FILE.json; "
              + "\(quoted(text)) is not a number")
        }
        return weight
      })
  }

  /// The file of the weights, which errors about them name.
  var path: String? {
    switch self {
    case .list: nil
    case .file(let file): file.path
    case .classWeights(let path): path
    }
  }

  /// Reads the weights. A file holds them along its only axis.
  ///
  /// - Parameter checkCount: Called with their number before they are read, if it is known.
  func weights<Scalar: FileScalar>(
    _ options: FormatOptions, checkCount: (Int) throws -> Void
  ) throws -> [Scalar] {
    switch self {
    case .list(let weights): return try weights.map { try $0.fitting("--pos-weights") }
    case .classWeights(let path):
      let weights = try ToolError.naming(path) { () throws(ClassificationError) in
        try ClassWeights.read(path).positiveWeights
      }
      try checkCount(weights.count)
      return try weights.map { try $0.fitting("--pos-weights") }
    case .file(let file):
      let source = try file.open(options)
      // Checked before reading: the file may be one of logits by mistake.
      if let shape = source.shape, shape.count != 1 {
        throw ToolError(
          .badData,
          about: file.path,
          "positive weights must have one axis, that of the classes; received shape \(shape)")
      }
      if let count = source.count { try checkCount(count) }
      return try source.readRemaining()
    }
  }
}
