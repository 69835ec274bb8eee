// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LinearClassification
import _DataFiles

extension ScoringOptions {
  /// The model of scores with the threshold that was given. Without a file the scores are used as
  /// they are.
  func readScoreModel() throws -> ScoreModel {
    var found = try savedScoreModel()
    if probabilities == .raw {
      found = ScoreModel(
        scoreKind: found.scoreKind, calibration: nil, threshold: found.threshold)
    }
    guard let threshold else { return found }
    return ScoreModel(
      scoreKind: found.scoreKind, calibration: found.calibration, threshold: threshold)
  }

  private func savedScoreModel() throws -> ScoreModel {
    guard let path = model else {
      return ScoreModel(
        scoreKind: scores.kind, calibration: nil, threshold: scores.kind == .logOdds ? 0 : 0.5)
    }
    let found = try ToolError.naming(path) { () throws(ClassificationError) in
      try ScoreModel.read(path)
    }
    guard found.scoreKind == scores.kind else {
      throw ToolError(
        .usage,
        "the model \(displayed(path)) is for "
          + (found.scoreKind == .logOdds
            ? "log odds; use --logits" : "probabilities; leave --logits out"))
    }
    return found
  }

  /// The one column of scores of a table, whose cells can be read again.
  func readScores(
    target: TargetOptions? = nil, weights: String? = nil
  ) throws -> (rows: ScoredRows, file: (table: CSVTable, cells: CSVRowReader)) {
    guard case .table(let path) = data else {
      throw ToolError(.usage, "--scores needs a table, DATA.csv")
    }
    let file = try CSVTable.read(path, format: formatOptions.format)
    StandardError.note(about: path, file.table.header.doubt)
    let rows = try scores.rows(file.table, from: path, target: target, weights: weights)
    guard rows.count == 1 else {
      throw ToolError(.usage, "--scores takes one column here, received \(rows.count)")
    }
    return (rows[0], file)
  }
}
