// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification

/// The options of the commands that apply a model to data.
struct ScoringOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The table, or the matrix of features.", valueName: "DATA.csv|DATA.npy"),
    completion: .file(), transform: FileName.input)
  var data: String

  @Option(
    help: ArgumentHelp("The model, from wce fit.", valueName: "MODEL.json"),
    completion: .file(extensions: ["json"]), transform: FileName.input)
  var model: String

  @Flag(
    help:
      "Probabilities of the data as it is, corrected for the positive weight, or those that the weighted loss was minimised with."
  )
  var probabilities = Classifier.Probabilities.calibrated

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Rows with at least this probability are predicted positive. (default: 1 / (1 + Q) if calibrated, 1/2 if raw, which are the same rows)",
      valueName: "T"))
  var threshold: Double?

  @Option(help: "Labels that the model has not seen: an error, or none of its own.")
  var unseen = FeatureEncoding.UnseenPolicy.error

  @OptionGroup var delimiterOption: DelimiterOption

  @OptionGroup var threadsOption: ThreadsOption

  /// Reads the model.
  func readModel() throws -> Classifier {
    try Classifier.check(threshold: threshold, threads: threadsOption.threads)
    let classifier = try ToolError.naming(model) { () throws(ClassificationError) in
      try Classifier.read(model)
    }
    if isMatrix(data) != classifier.isOfMatrix {
      throw ToolError(
        .badData,
        classifier.isOfMatrix
          ? "\(data): the model \(model) was fitted to a matrix of \(classifier.encoding.columns.count) columns and predicts for one, FILE.npy"
          : "\(data): the model \(model) was fitted to a table and predicts for one, FILE.csv")
    }
    return classifier
  }

  /// Reads a table as the model needs it.
  func readTable(_ classifier: Classifier) throws(DataFileError) -> CSVTable {
    try CSVTable.read(
      data,
      format: CSVFormat(delimiter: delimiterOption.delimiter, hasHeader: classifier.hasHeader),
      textColumns: classifier.encoding.textColumns)
  }

  /// What the model says about the rows of a table.
  func predictions(_ classifier: Classifier, _ table: CSVTable) throws -> Classifier.Predictions {
    try ToolError.naming(data) { () throws(ClassificationError) in
      try classifier.predictions(
        for: classifier.encoding.features(table, unseen: unseen), probabilities,
        threshold: threshold,
        threads: threadsOption.threads)
    }
  }

  /// What the model says about the rows of a matrix.
  func predictions(_ classifier: Classifier, _ matrix: FeatureMatrix) throws
    -> Classifier.Predictions
  {
    try ToolError.naming(data) { () throws(ClassificationError) in
      try classifier.predictions(
        for: matrix, probabilities, threshold: threshold, threads: threadsOption.threads)
    }
  }
}
