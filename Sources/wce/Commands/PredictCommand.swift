// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification

/// `wce predict`: a probability and a decision for each row of a table or a matrix.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict with a model: a probability and a decision for each row.",
    discussion: """
      Writes a table with the columns probability and prediction (1 positive, 0 negative), one row \
      for each row of the data in the same order. A .npy output has the probabilities only.

      The weighted loss with weight Q fits probabilities as if positives were Q times as frequent. \
      Calibrated probabilities, the default, correct this: log Q is subtracted from the log odds. \
      The decisions stay the same unless --threshold is given.

      Columns are matched by name, in any order; other columns are ignored. If the model was \
      fitted without a header, the table has no header either. Missing cells are treated as in \
      training, but no row is dropped: if training dropped rows, a missing cell is an error.

      wce predict --model model.json new.csv --output predictions.csv
      """)

  @OptionGroup var scoring: ScoringOptions

  @Option(
    help: ArgumentHelp(
      "The file for the predictions, .csv or .npy. (default: standard output)", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: OutputFile.init(parsing:))
  var output: OutputFile?

  func validate() throws {
    guard let output else { return }
    try requireDistinctFiles(
      outputs: [("--output", output.path)],
      inputs: [("the data", scoring.data.path), ("--model", scoring.model)])
    if !output.isTable && scoring.threshold != nil {
      throw ValidationError("--threshold needs a .csv output; a .npy file has no decisions.")
    }
  }

  func run() throws {
    let classifier = try scoring.readModel()
    let predictions =
      switch scoring.data {
      case .table: try scoring.predictions(classifier, scoring.readTable(classifier))
      case .matrix(let path): try scoring.predictions(classifier, FeatureMatrix.read(path))
      }
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
