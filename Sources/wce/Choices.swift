// SPDX-License-Identifier: Apache-2.0
// A conformance of a public type is public, and so its protocol has to be.
public import ArgumentParser
public import _DataFiles
public import LinearClassification

extension FeatureEncoding.MissingPolicy: ExpressibleByArgument {}
extension FeatureEncoding.UnseenPolicy: ExpressibleByArgument {}
extension Classifier.Probabilities: EnumerableFlag {}

extension CSVFormat.Delimiter: ExpressibleByArgument {
  /// The character itself, or a word for it.
  public init?(argument: String) {
    switch argument {
    case "comma": self = .comma
    case "semicolon": self = .semicolon
    case "tab": self = .tab
    default:
      guard argument.count == 1, let character = argument.first else { return nil }
      self.init(character)
    }
  }
}
