// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension ToolError {
  /// - Parameter source: The file that the error is about, unless it is about a setting or names
  ///   its file.
  init(_ error: ClassificationError, about source: String? = nil) {
    switch error {
    case .file(let error): self.init(error)
    case .table(.targetIsWeights): self.init(.usage, about: source, error.description)
    case .loss(let error): self.init(error, about: source)
    case .invalidSetting: self.init(.usage, error.description)
    default:
      let message = error.description + (error.remedy.map { " (\($0))" } ?? "")
      self.init(.badData, about: error.namesItsFile ? nil : source, message)
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
  fileprivate var namesItsFile: Bool { if case .missingCell = self { true } else { false } }

  /// The options that do what the description advises, which does not know the command line.
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
