// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension ToolError {
  /// - Parameter source: The file that the error is about, unless it is about a setting or names
  ///   its file.
  init(_ error: ClassificationError, about source: String? = nil) {
    if error.code == .file, let fileError = error.fileError {
      self.init(fileError)
    } else if let lossError = error.lossError {
      self.init(lossError, about: source)
    } else if error.code == .invalidSetting {
      self.init(.usage, error.description)
    } else {
      let message = error.description + (error.remedy.map { " (\($0))" } ?? "")
      self.init(
        error.code == .targetIsWeights ? .usage : .badData, about: error.path == nil ? source : nil,
        message)
    }
  }

  /// Runs `body`; an error that it throws names the file that it is about.
  static func naming<Value>(
    _ source: String, _ body: () throws(ClassificationError) -> Value
  ) throws(ToolError) -> Value {
    do { return try body() } catch { throw ToolError(error, about: source) }
  }
}

extension ClassificationError {
  /// The options that do what the description advises, which does not know the command line.
  fileprivate var remedy: String? {
    switch code {
    case .missingTrainingFeature: "--missing mean or --missing drop"
    case .missingTrainingLabel: "--missing mean drops only these"
    case .missingFeature: "wce fit --missing mean"
    case .duplicateColumn: "--exclude NUMBER"
    case .unnamedPositive, .unseenTarget: "--positive LABEL"
    case .tooManyCategories:
      "--rare other, --exclude "
        + (columns.count > 20 ? "COLUMN,..." : ShellWords.line([columns.joined(separator: ",")]))
    case .invalidProbability: "--logits"
    case .unseenCategory: "--unseen zero"
    case .tooFewForFolds: limit.map { "--folds \($0)" }
    case .separable: "--l2 L"
    case .notConverged: "--max-iterations N, --l2 L"
    case .studyNotConverged: "--pos-weights, --l2 L"
    default: nil
    }
  }
}
