// SPDX-License-Identifier: Apache-2.0
import _TradeoffReport

extension Provenance {
  /// The origin of this run's numbers, with the notes that the run has printed.
  ///
  /// - Parameter source: A sentence about the source of the data.
  static func ofRun(on dataName: String, source: String? = nil) -> Self {
    Self(
      dataName: dataName, generator: "wce \(WCE.version)",
      command: ShellWords.line(["wce"] + CommandLine.arguments.dropFirst()),
      notes: (source.map { [$0] } ?? []) + StandardError.notes.map { "\($0)." })
  }
}
