// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension ToolError {
  /// - Parameter source: the file whose content the error may be about; an error about a setting, or one that names its file, does
  ///   without.
  init(_ error: ClassificationError, source: String? = nil) {
    if error.code == .file, let fileError = error.fileError {
      self.init(fileError)
    } else if let lossError = error.lossError {
      self.init(lossError, source: source)
    } else if error.code == .invalidSetting {
      self.init(.usage, error.description)
    } else {
      let message = error.description + (error.remedy.map { " (\($0))" } ?? "")
      self.init(
        error.code == .targetIsWeights ? .usage : .badData,
        error.path == nil ? Self.line(message, about: source) : message)
    }
  }

  /// Runs `body`; where that fails the error names the file that it is about.
  static func naming<Value>(
    _ source: String, _ body: () throws(ClassificationError) -> Value
  ) throws(ToolError) -> Value {
    do { return try body() } catch { throw ToolError(error, source: source) }
  }
}

extension ClassificationError {
  /// What to type to do what the description advises, which knows nothing of a command line.
  fileprivate var remedy: String? {
    switch code {
    case .missingTrainingFeature: "--missing mean or --missing drop"
    case .missingTrainingLabel: "--missing drop"
    case .missingFeature: "wce fit --missing mean"
    case .unnamedPositive: "--positive LABEL"
    case .tooManyCategories: "--exclude COLUMN"
    case .unseenCategory: "--unseen zero"
    case .tooFewForFolds: limit.map { "--folds \($0)" }
    case .separable: "--l2 L"
    case .notConverged: "--max-iterations N, --l2 L"
    case .studyNotConverged: "--pos-weights, --l2 L"
    default: nil
    }
  }
}
