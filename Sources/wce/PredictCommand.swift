// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification

/// `wce predict`: probabilities and decisions for the rows of a table or a matrix.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict with a model: a probability and a decision for each row.",
    discussion: """
      Writes a table with the columns probability and prediction (1 positive, 0 negative), a row for each row of \
      the data in the same order; or, as .npy, the probabilities alone.

      A model that was trained with a weight Q sees a world in which positives are Q times as frequent. Calibrated \
      probabilities, the default, undo that: they take log Q off the log odds. The decisions stay the same unless \
      you move the threshold.

      The columns are found by their names, in any order; others do not matter. A table for a model without a \
      header has none either. Missing cells are treated as in training, except that their rows are never dropped: \
      where training did that, they are an error.

      wce predict --model model.json new.csv --output predictions.csv
      """)

  @OptionGroup var scoring: ScoringOptions

  @Option(
    help: ArgumentHelp(
      "Write here, as .csv or .npy. (default: standard output)", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: OutputFile.init(parsing:))
  var output: OutputFile?

  func validate() throws {
    guard let output else { return }
    try requireDistinctFiles(
      outputs: [("--output", output.path)],
      inputs: [("the data", scoring.data), ("--model", scoring.model)])
    if !output.isTable && scoring.threshold != nil {
      throw ValidationError("--threshold decides, and a .npy file holds probabilities alone.")
    }
  }

  func run() throws {
    let classifier = try scoring.readModel()
    let predictions =
      try isMatrix(scoring.data)
      ? scoring.predictions(classifier, FeatureMatrix.read(scoring.data))
      : scoring.predictions(classifier, scoring.readTable(classifier))
    let output = output ?? .standardOutput
    try output.isTable
      ? writeTable(predictions, to: output.path)
      : writeArray(predictions.probabilities, to: output.path)
  }

  private func writeTable(
    _ predictions: Classifier.Predictions, to path: String
  ) throws(DataFileError) {
    let writer = try CSVWriter(path: path, header: ["probability", "prediction"])
    var bar = ProgressBar("writing")
    defer { bar.finish() }
    let count = predictions.probabilities.count
    for (row, probability) in predictions.probabilities.enumerated() {
      try writer.append([.double(probability), .integer(predictions.isPositive(row) ? 1 : 0)])
      if row.isMultiple(of: 1 << 16) { bar.update(fraction: Double(row) / Double(count)) }
    }
    try writer.finish()
  }

  private func writeArray(_ probabilities: [Double], to path: String) throws(DataFileError) {
    let writer = try NPYWriter(path: path, elementType: .float64, shape: [probabilities.count])
    try writer.append(probabilities)
    try writer.finish()
  }
}
