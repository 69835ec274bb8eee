// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification

/// `wce evaluate`: the metrics of a model on rows whose targets are known.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate a model: its metrics and its confusion matrix at a threshold.",
    discussion: """
      The target is the model's own, unless --target names another column. A metric that is 0/0 is undefined, null \
      in JSON. The calibration error is of ten bins of equal width: where positives are rare nearly all rows are in \
      the first, and it is small whatever the ranking.

      wce evaluate --model model.json test.csv --threshold 0.2
      wce evaluate --model model.json features.npy --targets targets.npy
      """)

  @OptionGroup var scoring: ScoringOptions

  @Option(
    help: ArgumentHelp(
      "The column with the truth. (default: the model's target)", valueName: "COLUMN"))
  var target: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The label of the positive rows. (default: the model's, or 1 or true for another --target)",
      valueName: "LABEL"))
  var positive: String?

  @Option(
    help: ArgumentHelp("The targets of a matrix: FILE.npy or FILE.csv:COLUMN.", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: InputFile.init(parsing:))
  var targets: InputFile?

  @Option(
    help: ArgumentHelp(
      "The column with a weight for each row. For a matrix a file, as for --targets.",
      valueName: "COLUMN|FILE"))
  var weights: String?

  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if isMatrix(scoring.data) {
      if target != nil || positive != nil {
        throw ValidationError(
          "--target and --positive are for tables; the targets of a matrix come from --targets FILE."
        )
      }
      if targets == nil { throw ValidationError("A matrix needs --targets FILE.") }
      _ = try weights.map(InputFile.init(parsing:))
    } else if targets != nil {
      throw ValidationError("--targets is for a matrix; a table has a --target COLUMN.")
    }
  }

  func run() throws {
    let classifier = try scoring.readModel()
    let (predictions, labels) =
      try isMatrix(scoring.data) ? scoreMatrix(classifier) : scoreTable(classifier)
    if labels.positiveCount == 0 { StandardError.notify("\(scoring.data): no row is positive") }
    let source = targets?.description ?? scoring.data
    let report = EvaluationReport(
      try ToolError.naming(source) { () throws(ClassificationError) in
        try predictions.evaluation(of: labels)
      }, labels, scoring.probabilities, classifier)
    try Output.write(json ? report.json() : report.text)
  }

  private func scoreTable(
    _ classifier: Classifier
  ) throws -> (Classifier.Predictions, Classifier.Labels) {
    let table = try scoring.readTable(classifier)
    let labels = try ToolError.naming(scoring.data) { () throws(ClassificationError) in
      try classifier.labels(table, target: otherTarget(classifier), weights: weights)
    }
    return (try scoring.predictions(classifier, table), labels)
  }

  private func scoreMatrix(
    _ classifier: Classifier
  ) throws -> (Classifier.Predictions, Classifier.Labels) {
    guard let targets else { throw ValidationError("A matrix needs --targets FILE.") }
    let matrix = try FeatureMatrix.read(scoring.data)
    let labels = try Classifier.Labels.read(
      targets: targets, weights: weights.map(InputFile.init(parsing:)), rowCount: matrix.rowCount)
    return (try scoring.predictions(classifier, matrix), labels)
  }

  /// The target where the command line says something about it.
  private func otherTarget(_ classifier: Classifier) -> TargetColumn? {
    if let target { return TargetColumn(name: target, positive: positive) }
    guard let positive, let target = classifier.target else { return nil }
    return TargetColumn(name: target.name, positive: positive)
  }
}
