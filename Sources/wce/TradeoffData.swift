// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification

/// The rows of a study, and what they are called.
struct TradeoffData {
  let table: TrainingTable
  /// The file; nil for the example data.
  let path: String?

  /// What a user calls the data.
  var name: String { path ?? ExampleData.name }

  /// The data in a few words.
  var description: String {
    guard let path else { return "Example data, handwritten digits, is it an eight" }
    let label = table.target.positive.map { " = \($0)" } ?? ""
    return escapingControlCharacters("\(path), target \(table.target.name)\(label)")
  }
}
