// SPDX-License-Identifier: Apache-2.0

/// The origin of a report's numbers.
package struct Provenance: Hashable, Sendable {
  /// The name of the data.
  package var dataName: String
  /// The name and version of the program that generates the report.
  package var generator: String
  /// The command that generates the report.
  package var command: String
  /// Further information about the data, such as its source and licence, one sentence each.
  package var notes: [String]

  /// A provenance.
  package init(dataName: String, generator: String, command: String, notes: [String] = []) {
    self.dataName = dataName
    self.generator = generator
    self.command = command
    self.notes = notes
  }
}
