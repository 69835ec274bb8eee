// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LinearClassification
import _DataFiles

/// `wce evaluate`: the metrics of a model on rows with known targets.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate a model: metrics and confusion matrix at a threshold.",
    discussion: """
      The target and its positive label are the model's, unless --target names another column or \
      --positive another label. A metric that is 0/0 is undefined, null in JSON. The calibration \
      error uses ten bins of equal width. If positives are rare, nearly all rows fall into the \
      first bin, and the error is small however the rows are ranked.

      wce evaluate --model model.json test.csv --threshold 0.2
      wce evaluate --model model.json features.npy --targets targets.npy
      wce evaluate scores.csv --scores p --target label --threshold 0.2
      """)

  @OptionGroup var scoring: ScoringOptions

  @OptionGroup var labels: LabelOptions

  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    _ = try labels.rows(of: scoring.data)
    if scoring.scores.scores != nil { _ = try labels.target.column() }
  }

  func run() throws {
    if scoring.scores.scores != nil { return try runOnScores() }
    let classifier = try scoring.readModel()
    let predictions: Classifier.Predictions
    let truth: Classifier.Labels
    var notices: [String] = []
    var source = scoring.data.path
    switch try labels.rows(of: scoring.data) {
    case .table(let path, let options, let weights):
      var table = try scoring.readTable(classifier).table
      let target = try options.column(or: classifier.target)
      // A positive label that is given and that no row has is probably misspelt.
      let needsPositives = options.positive != nil && target != classifier.target
      let all = try ToolError.naming(path) { () throws(ClassificationError) in
        try classifier.labels(
          table, target: target, weights: weights, needsPositives: needsPositives)
      }
      notices = all.notices
      if let rows = all.rows { table = table.selecting(rows, columns: Set(table.columns.indices)) }
      truth = all.rows.map(all.selecting) ?? all
      predictions = try scoring.predictions(classifier, table)
    case .matrix(let path, let targets, let weights):
      let matrix = try FeatureMatrix.read(path)
      truth = Classifier.Labels(
        targets: try targets.read("targets", rowCount: matrix.rowCount, scoring.formatOptions),
        weights: try weights?.read("weights", rowCount: matrix.rowCount, scoring.formatOptions))
      predictions = try scoring.predictions(classifier, matrix)
      source = targets.description
    }
    if truth.positiveCount == 0 { notices.append("no row is positive") }
    for notice in notices { StandardError.note(about: scoring.data.path, notice) }
    let report = EvaluationReport(
      try ToolError.naming(source) { () throws(ClassificationError) in
        try predictions.evaluation(of: truth)
      }, truth, scoring.probabilities, positiveWeight: classifier.model.positiveWeight)
    try StandardOutput.write(json ? report.json() : report.text)
  }

  private func runOnScores() throws {
    let model = try scoring.readScoreModel()
    let rows = try scoring.readScores(target: labels.target, weights: labels.weights).rows
    guard let truth = rows.labels else { return }
    let evaluation = try ToolError.naming(scoring.data.path) { () throws(ClassificationError) in
      try model.evaluation(
        scores: rows.scores, targets: truth.targets, weights: truth.weights)
    }
    let report = EvaluationReport(
      evaluation, truth, model.calibration == nil ? .raw : .calibrated, positiveWeight: nil)
    try StandardOutput.write(json ? report.json() : report.text)
  }
}
