// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import LinearClassification
import _DataFiles

extension ScoreCalibration.Method: ExpressibleByArgument {}

/// The options for scores of a classifier that is not ours.
struct ScoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The column with the scores of any classifier; nothing is fitted. Several columns are \
      separated by commas, and so are their targets.
      """, valueName: "COLUMN"), completion: .columns)
  var scores: String?

  @Flag(help: "The scores are log odds instead of probabilities.") var logits = false

  var kind: ScoreKind { logits ? .logOdds : .probabilities }

  func validate() throws {
    if logits && scores == nil { throw ValidationError("--logits needs --scores COLUMN.") }
  }

  /// Reads the scores of a table; with targets also the targets and weights.
  func rows(
    _ table: CSVTable, from path: String, target: TargetOptions? = nil, weights: String? = nil
  ) throws -> [ScoredRows] {
    let names = table.columnNames(scores ?? "")
    let targets = try target.map { target in
      let column = try target.column()
      return table.columnNames(column.name).map {
        TargetColumn(name: $0, positive: column.positive)
      }
    }
    if let targets, targets.count != names.count {
      throw ToolError(
        .usage, "\(names.count) columns of scores need as many targets, received \(targets.count)")
    }
    let rows = try names.enumerated().map { index, name in
      try ToolError.naming(path) { () throws(ClassificationError) in
        try ScoredRows(
          table, scores: name, kind: kind, target: targets?[index], weights: weights)
      }
    }
    for notice in rows.flatMap({ $0.labels?.notices ?? [] }) {
      StandardError.note(about: path, notice)
    }
    return rows
  }
}
