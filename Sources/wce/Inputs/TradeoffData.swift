// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification

/// The rows of a study and their name.
struct TradeoffData {
  let table: TrainingTable
  /// The file; nil for the example data.
  let path: String?

  var name: String { path ?? ExampleData.fileName }

  /// The data in a few words.
  var description: String {
    guard let path else { return "Example data, handwritten digits, is it an eight" }
    let label = table.target.positive.map { " = \(displayed($0, limit: 60))" } ?? ""
    return "\(displayed(path)), target \(displayed(table.target.name, limit: 60))\(label)"
  }
}
