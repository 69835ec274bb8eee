// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LinearClassification
import _DataFiles
import _TradeoffReport

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

  @Option(
    help: ArgumentHelp("The file for a report with charts.", valueName: "FILE.html"),
    completion: .file(extensions: ["html", "htm"]), transform: FileName.output(".html", ".htm"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "The file for the chart of precision against recall.", valueName: "FILE.svg"),
    completion: .file(extensions: ["svg"]), transform: FileName.output(".svg"))
  var picture: String?

  func validate() throws {
    try requireDistinctFiles(
      outputs: [("--report", report), ("--picture", picture)],
      inputs: [("the data", scoring.data.path), ("--model", scoring.model)])
    _ = try labels.rows(of: scoring.data)
    if scoring.scores.scores != nil { _ = try labels.target.column() }
  }

  func run() throws {
    // A path that cannot be written is reported before the work.
    let outputs = try openOutputs()
    if scoring.scores.scores != nil { return try runOnScores(outputs) }
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
      if let rows = all.rows { table = table.selecting(rows) }
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
    let evaluation = try ToolError.naming(source) { () throws(ClassificationError) in
      try predictions.evaluation(of: truth)
    }
    let profile = try ToolError.naming(source) {
      () throws(ClassificationError) -> ScoreProfile? in
      hasFiles ? try predictions.profile(of: truth, chosen: evaluation) : nil
    }
    try write(
      EvaluationReport(
        evaluation, truth, scoring.probabilities, positiveWeight: classifier.model.positiveWeight),
      profile.map {
        DecisionReport.Item(
          evaluation, $0, of: truth, name: scoring.model ?? "",
          target: labels.target.target ?? classifier.target?.name ?? source)
      }, outputs)
  }

  private func runOnScores(_ outputs: Outputs) throws {
    let model = try scoring.readScoreModel()
    let rows = try scoring.readScores(target: labels.target, weights: labels.weights).rows
    guard let truth = rows.labels else { return }
    let evaluation = try ToolError.naming(scoring.data.path) { () throws(ClassificationError) in
      try model.evaluation(
        scores: rows.scores, targets: truth.targets, weights: truth.weights)
    }
    let profile = try ToolError.naming(scoring.data.path) {
      () throws(ClassificationError) -> ScoreProfile? in
      hasFiles ? try model.profile(scores: rows.scores, of: truth, chosen: evaluation) : nil
    }
    try write(
      EvaluationReport(
        evaluation, truth, model.calibration == nil ? .raw : .calibrated, positiveWeight: nil),
      profile.map {
        DecisionReport.Item(
          evaluation, $0, of: truth, name: rows.name, target: labels.target.target ?? "")
      }, outputs)
  }

  // MARK: Files

  private typealias Outputs = (report: AtomicFile?, picture: AtomicFile?)

  private func openOutputs() throws -> Outputs {
    try (report: report.map(AtomicFile.init), picture: picture.map(AtomicFile.init))
  }

  private var hasFiles: Bool { report != nil || picture != nil }

  private func write(
    _ summary: EvaluationReport, _ item: DecisionReport.Item?, _ outputs: Outputs
  ) throws {
    let paths = [report, picture].compactMap { $0 }
    let isPrinted = paths.contains(where: StandardOutput.isTarget)
    if let item {
      let report = DecisionReport([item], provenance: .ofRun(on: scoring.data.path))
      try outputs.report?.write(report.html())
      try outputs.picture?.write(report.picture())
      try AtomicFile.commit([outputs.report, outputs.picture].compactMap { $0 })
    }
    if isPrinted { return }
    try StandardOutput.writeSummary(json ? summary.json() : summary.text, outputs: paths)
  }
}
