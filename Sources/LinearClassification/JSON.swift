// SPDX-License-Identifier: Apache-2.0
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The readable JSON of a value.
package func jsonText(_ value: some Encodable) throws(ClassificationError) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  do { return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n" } catch {
    throw .invalidSetting(name: "a number in JSON", value: "\(error)", expected: "finite")
  }
}

extension TradeoffStudy {
  /// The study as JSON.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }
}

extension Evaluation {
  /// The metrics as JSON.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }
}
