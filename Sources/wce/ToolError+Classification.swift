// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension ToolError {
  /// - Parameter source: the file whose content the error may be about; an error about a setting, or one that names its file, does
  ///   without.
  init(_ error: ClassificationError, source: String? = nil) {
    switch error {
    case .file(let error): self.init(error)
    case .table(.targetIsWeights): self.init(.usage, Self.line(error.description, about: source))
    case .loss(let error): self.init(error, source: source)
    case .invalidSetting: self.init(.usage, error.description)
    default:
      let message = error.description + (error.remedy.map { " (\($0))" } ?? "")
      self.init(.badData, error.namesItsFile ? message : Self.line(message, about: source))
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
  fileprivate var namesItsFile: Bool { if case .missingCell = self { true } else { false } }

  /// What to type to do what the description advises, which knows nothing of a command line.
  fileprivate var remedy: String? {
    switch self {
    case .missingCell(_, .trainingFeature): "--missing mean or --missing drop"
    case .missingCell(_, .trainingLabel): "--missing drop"
    case .missingCell(_, .feature): "wce fit --missing mean"
    case .table(.targetNumber), .table(.targetLabels): "--positive LABEL"
    case .table(.tooManyCategories): "--exclude COLUMN"
    case .table(.unseenCategory): "--unseen zero"
    case .tooFewForFolds(_, let count, _) where count >= 2: "--folds \(count)"
    case .separable: "--l2 L"
    case .notConverged: "--max-iterations N, --l2 L"
    case .studyNotConverged: "--pos-weights, --l2 L"
    default: nil
    }
  }
}
