// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LinearClassification
import _DataFiles
import _TradeoffReport

extension TradeoffCommand {
  /// Refuses the options of fits if there are scores, and the options of scores if there are none.
  func validateScores() throws {
    guard scoring.scores != nil else {
      let option = calibrate != nil ? "--calibrate" : model != nil ? "--model" : nil
      if let option { throw ValidationError("\(option) needs --scores COLUMN.") }
      return
    }
    let table = training.table
    let fitOption: String? =
      if posWeights != nil { "--pos-weights" } else if training.l2.number != 1 { "--l2" } else {
        table.firstOfFeatures
      }
    if let fitOption {
      throw ValidationError("\(fitOption) is for fits; with --scores nothing is fitted.")
    }
    if training.fold != nil, calibrate == nil {
      throw ValidationError("--fold needs --calibrate; with --scores only that has folds.")
    }
    guard case .table = data else {
      throw ValidationError("--scores needs a table: wce tradeoff DATA.csv --scores COLUMN.")
    }
  }

  /// Studies columns of scores.
  func runOnScores() throws {
    guard case .table(let path) = data else { return }
    let settings = ThresholdStudy.Settings(
      goal: try goal(), confidence: confidence, costs: try costs(), calibration: calibrate,
      folds: folds, seed: seed)
    let paths = [report, json, picture, model].compactMap { $0 }
    let isPrinted = paths.contains(where: StandardOutput.isTarget)
    // A path that cannot be written is reported before the work.
    let outputs = try (
      report: report.map(AtomicFile.init), json: json.map(AtomicFile.init),
      picture: picture.map(AtomicFile.init), model: model.map(AtomicFile.init)
    )
    let table = try training.table.read(path)
    let rows = try scoring.rows(table, from: path, target: targetOptions, weights: weights)
    for (option, file) in [("--model", model), ("--picture", picture)]
    where file != nil && rows.count > 1 {
      throw ToolError(.usage, "\(option) is for one column of scores, received \(rows.count)")
    }
    let divided = try training.fold.map { name in
      try ToolError.naming(path) { () throws(ClassificationError) in
        try Folds(table, column: name)
      }
    }
    let targets = table.columnNames(targetOptions.target ?? "")
    var studies: [(name: String, target: String, study: ThresholdStudy)] = []
    for (row, target) in zip(rows, targets) {
      guard let labels = row.labels else { continue }
      let study = try ToolError.naming(path) { () throws(ClassificationError) in
        try withProgress { (monitor) throws(ClassificationError) in
          try table.locating { () throws(ClassificationError) in
            try ThresholdStudy(
              scores: row.scores, kind: row.kind, targets: labels.targets, weights: labels.weights,
              folds: divided, settings: settings, threads: training.threadsOption.threads,
              monitor: monitor)
          }
        }
      }
      if let area = study.evaluation[.rocAUC], area < 0.5 {
        StandardError.note(
          about: path,
          "the scores \(quoted(row.name)) rank negatives above positives (ROC AUC "
            + "\(area.formatted(3))); are they scores of the other class?")
      }
      studies.append((row.name, target, study))
    }
    try outputs.json?.write(ScoreStudies(studies).json())
    try outputs.model?.write(studies[0].study.model.json())
    let next = next(rows, targets)
    let report = DecisionReport(
      studies.map { DecisionReport.Item($0.study, name: $0.name, target: $0.target) },
      nextCommand: next, provenance: .ofRun(on: path))
    try outputs.report?.write(report.html())
    try outputs.picture?.write(report.picture())
    try AtomicFile.commit(
      [outputs.report, outputs.json, outputs.picture, outputs.model].compactMap { $0 })
    if !isPrinted {
      try StandardOutput.writeSummary(
        ThresholdSummary(studies: studies, dataName: path, next: next).text, outputs: paths)
    }
  }

  /// The command that applies the threshold.
  private func next(_ rows: [ScoredRows], _ targets: [String]) -> String {
    let kind = scoring.logits ? ["--logits"] : []
    if let model {
      return ShellWords.line(
        ["wce", "predict", "--model", model, "new.csv", "--scores", rows[0].name] + kind)
    }
    // A file has the threshold of one column of scores.
    let lists = [(scoring.scores ?? "", rows[0].name), (targetOptions.target ?? "", targets[0])]
    let words = CommandLine.arguments.dropFirst().map { word in
      let list = lists.first { $0.0.contains(",") && (word == $0.0 || word.hasSuffix("=" + $0.0)) }
      return list.map { word.dropLast($0.0.count) + $0.1 } ?? word
    }
    return ShellWords.line(["wce"] + words + ["--model", "scores.json"])
  }
}

/// The JSON of studies of several columns of scores.
private struct ScoreStudies: Encodable {
  struct Item: Encodable {
    let scores, target: String
    let study: ThresholdStudy
    let notes: [String]
  }

  let items: [Item]

  init(_ studies: [(name: String, target: String, study: ThresholdStudy)]) {
    let notes = StandardError.notes
    items = studies.map {
      Item(scores: $0.name, target: $0.target, study: $0.study, notes: notes)
    }
  }

  func encode(to encoder: any Encoder) throws { try items.encode(to: encoder) }

  func json() throws(ClassificationError) -> String { try jsonText(self) }
}
