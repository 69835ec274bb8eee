import LinearClassification

extension ToolError {
  /// - Parameter source: the file whose content the error may be about; an error about a setting, or one that names its file, does
  ///   without.
  init(_ error: ClassificationError, source: String? = nil) {
    switch error {
    case .file(let error): self.init(error)
    case .table(.targetIsWeights): self.init(.usage, (source.map { "\($0): " } ?? "") + error.description)
    case .loss(let error): self.init(error, source: source)
    case .invalidSetting: self.init(.usage, error.description)
    default: self.init(.badData, (source.map { "\($0): " } ?? "") + error.description)
    }
  }

  /// Runs `body`; where that fails the error names the file that it is about.
  static func naming<Value>(
    _ source: String, _ body: () throws(ClassificationError) -> Value
  ) throws(ToolError) -> Value {
    do { return try body() } catch { throw ToolError(error, source: source) }
  }
}
