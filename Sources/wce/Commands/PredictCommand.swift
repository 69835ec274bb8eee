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

  @Option(
    help: ArgumentHelp(
      """
      The column of the row weights. A row of weight 0 may have any cells; its probability and its \
      prediction are empty, or NaN in a .npy output.
      """, valueName: "COLUMN"), completion: .columns)
  var weights: String?

  func validate() throws {
    if scoring.model == nil { throw ValidationError("Give --model MODEL.json.") }
    if weights != nil, case .matrix = scoring.data {
      throw ValidationError("--weights is for tables.")
    }
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
      let (model, (rows, file)) = (
        try scoring.readScoreModel(), try scoring.readScores(weights: weights)
      )
      let predicted = Predicted(
        probabilities: try model.probabilities(rows.scores), rows: rows.rowIndices,
        isPositive: { rows.scores[$0] >= model.threshold })
      return try write(predicted, to: output, file)
    }
    let classifier = try scoring.readModel()
    switch scoring.data {
    case .table:
      let file = try scoring.readTable(classifier)
      let rows = try ToolError.naming(scoring.data.path) { () throws(ClassificationError) in
        try weights.flatMap { (weights) throws(ClassificationError) in
          try file.table.rowsOfPositiveWeight(weights)
        }
      }
      let predictions = try scoring.predictions(
        classifier, rows.map(file.table.selecting) ?? file.table)
      try write(
        Predicted(
          probabilities: predictions.probabilities, rows: rows, isPositive: predictions.isPositive),
        to: output, file)
    case .matrix(let path):
      let predictions = try scoring.predictions(classifier, FeatureMatrix.read(path))
      try write(
        Predicted(
          probabilities: predictions.probabilities, rows: nil, isPositive: predictions.isPositive),
        to: output, nil)
    }
  }

  /// The results for some rows of the data.
  private struct Predicted {
    let probabilities: [Double]
    /// The rows, in ascending order, counted from 0; nil if they are all.
    let rows: [Int]?
    let isPositive: (Int) -> Bool
  }

  /// - Parameter file: The table, whose columns may be kept.
  private func write(
    _ predicted: Predicted, to output: OutputFile, _ file: (table: CSVTable, cells: CSVRowReader)?
  ) throws(DataFileError) {
    // The result of each row of the data; nil for a row of weight 0.
    var results = predicted.probabilities.indices.map(Optional.some)
    if let rows = predicted.rows, let file {
      results = [Int?](repeating: nil, count: file.table.rowCount)
      for (index, row) in rows.enumerated() { results[row] = index }
    }
    guard output.isTable else {
      let probabilities = results.map { $0.map { predicted.probabilities[$0] } ?? .nan }
      return try writeArray(probabilities, to: output.path)
    }
    guard let file, !keep.isEmpty else {
      return try writeTable(predicted, results, to: output.path)
    }
    let columns = try file.table.header.indices(ofList: keep)
    try file.cells.start(columns: columns)
    try writeTable(
      predicted, results, to: output.path,
      columns.sorted().map { file.table.header.names[$0] }, file.cells)
  }

  private func writeTable(
    _ predicted: Predicted, _ results: [Int?], to path: String, _ names: [String] = [],
    _ cells: CSVRowReader? = nil
  ) throws(DataFileError) {
    let writer = try CSVWriter(path: path, header: names + ["probability", "prediction"])
    var bar = ProgressBar("writing")
    defer { bar.finish() }
    for (row, index) in results.enumerated() {
      let cells: [CSVWriter.Cell] = try (cells?.next() ?? []).map { .text($0) }
      guard let index else {
        try writer.append(cells + [.text(""), .text("")])
        continue
      }
      try writer.append(
        cells + [
          .double(predicted.probabilities[index]), .integer(predicted.isPositive(index) ? 1 : 0),
        ])
      if row.isMultiple(of: 1 << 16) {
        bar.update(fraction: Double(row) / Double(results.count))
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
