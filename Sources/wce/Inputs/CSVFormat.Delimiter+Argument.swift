// SPDX-License-Identifier: Apache-2.0
// A conformance of a public type is public, so its protocol must be imported publicly.
public import ArgumentParser
public import _DataFiles

extension CSVFormat.Delimiter: ExpressibleByArgument {
  /// The character itself, or `comma`, `semicolon`, `tab` or `space`.
  public init?(argument: String) {
    switch argument {
    case "comma": self = .comma
    case "semicolon": self = .semicolon
    case "tab": self = .tab
    case "space": self.init(" ")
    default:
      guard argument.count == 1, let character = argument.first else { return nil }
      self.init(character)
    }
  }
}
