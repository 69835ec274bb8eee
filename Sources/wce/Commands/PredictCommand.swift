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

      With --scores the model is one of scores, from wce tradeoff --scores: it has a threshold on \
      the scores, and maps them to probabilities if they were calibrated.

      wce predict --model model.json new.csv --output predictions.csv
      wce predict --model scores.json new.csv --scores p
      """)

  @OptionGroup var scoring: ScoringOptions

  @Option(
    help: ArgumentHelp(
      "The file for the predictions, .csv or .npy. (default: standard output)", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: OutputFile.init(parsing:))
  var output: OutputFile?

  @Option(
    help: ArgumentHelp(
      "Columns of the table to copy to the output, before the predictions. Repeatable.",
      valueName: "COLUMN,..."), completion: .columns)
  var keep: [String] = []

  func validate() throws {
    if scoring.model == nil { throw ValidationError("Give --model MODEL.json.") }
    if !keep.isEmpty {
      if case .matrix = scoring.data { throw ValidationError("--keep is for tables.") }
      if output?.isTable == false { throw ValidationError("--keep needs a .csv output.") }
    }
    guard let output else { return }
    try requireDistinctFiles(
      outputs: [("--output", output.path)],
      inputs: [("the data", scoring.data.path), ("--model", scoring.model)])
    if !output.isTable && scoring.threshold != nil {
      throw ValidationError("--threshold needs a .csv output; a .npy file has no decisions.")
    }
  }

  func run() throws {
    let output = output ?? .standardOutput
    if scoring.scores.scores != nil {
      let (model, (rows, file)) = (try scoring.readScoreModel(), try scoring.readScores())
      try write(model.probabilities(rows.scores), to: output, file) {
        rows.scores[$0] >= model.threshold
      }
      return
    }
    let classifier = try scoring.readModel()
    switch scoring.data {
    case .table:
      let file = try scoring.readTable(classifier)
      let predictions = try scoring.predictions(classifier, file.table)
      try write(
        predictions.probabilities, to: output, file, isPositive: predictions.isPositive)
    case .matrix(let path):
      let predictions = try scoring.predictions(classifier, FeatureMatrix.read(path))
      try write(predictions.probabilities, to: output, nil, isPositive: predictions.isPositive)
    }
  }

  /// - Parameter file: The table, whose columns may be kept.
  private func write(
    _ probabilities: [Double], to output: OutputFile,
    _ file: (table: CSVTable, cells: CSVRowReader)?, isPositive: (Int) -> Bool
  ) throws(DataFileError) {
    guard output.isTable else { return try writeArray(probabilities, to: output.path) }
    guard let file, !keep.isEmpty else {
      return try writeTable(probabilities, to: output.path, isPositive: isPositive)
    }
    let columns = try file.table.header.indices(ofList: keep)
    try file.cells.start(columns: columns)
    try writeTable(
      probabilities, to: output.path, columns.sorted().map { file.table.header.names[$0] },
      file.cells, isPositive: isPositive)
  }

  private func writeTable(
    _ probabilities: [Double], to path: String, _ names: [String] = [],
    _ cells: CSVRowReader? = nil, isPositive: (Int) -> Bool
  ) throws(DataFileError) {
    let writer = try CSVWriter(path: path, header: names + ["probability", "prediction"])
    var bar = ProgressBar("writing")
    defer { bar.finish() }
    for (row, probability) in probabilities.enumerated() {
      try writer.append(
        (cells?.next() ?? []).map { .text($0) }
          + [.double(probability), .integer(isPositive(row) ? 1 : 0)])
      if row.isMultiple(of: 1 << 16) {
        bar.update(fraction: Double(row) / Double(probabilities.count))
      }
    }
    try writer.finish()
  }

  private func writeArray(_ probabilities: [Double], to path: String) throws(DataFileError) {
    let writer = try NPYWriter(path: path, elementType: .float64, shape: [probabilities.count])
    try writer.append(probabilities)
    try writer.finish()
  }
}
