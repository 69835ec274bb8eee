// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import WeightedCrossEntropy

/// Positive weights, one for each class, as the command line gives them: numbers with commas between, or a file.
enum ClassWeights {
  case list([Double])
  case file(InputFile)

  init(parsing argument: String) throws {
    let argument = try FileName.input(argument)
    if let file = try? InputFile(parsing: argument) {
      self = .file(file)
      return
    }
    self = .list(
      try argument.split(separator: ",", omittingEmptySubsequences: false).map { text in
        guard let weight = Double(text) else {
          throw ValidationError(
            "weights are numbers with commas between, FILE.npy or FILE.csv:COLUMN; \"\(text)\" is no number"
          )
        }
        return weight
      })
  }

  /// The file that the weights come from, which errors about them name.
  var source: String? {
    switch self {
    case .list: nil
    case .file(let file): file.path
    }
  }

  /// The weights. A file holds them along its only axis.
  func weights<Scalar: FileScalar>() throws -> [Scalar] {
    switch self {
    case .list(let weights): return try weights.map { try $0.fitting("--pos-weights") }
    case .file(let file):
      let source = try file.open()
      // Checked before the elements are read: the file may be one of logits by mistake.
      if let shape = source.shape, shape.count != 1 {
        throw ToolError(
          .badData,
          "\(file.path): positive weights have one axis, that of the classes, received shape \(shape)"
        )
      }
      return try source.readRemaining()
    }
  }
}
