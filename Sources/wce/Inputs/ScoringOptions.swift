// SPDX-License-Identifier: Apache-2.0
// A conformance of a public type is public, so its protocol must be imported publicly.
public import ArgumentParser
import _DataFiles
public import LinearClassification

extension FeatureEncoding.UnseenPolicy: ExpressibleByArgument {}
extension Classifier.Probabilities: EnumerableFlag {}

/// The options of the commands that apply a model to data.
struct ScoringOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The table, or the matrix of features.", valueName: "DATA.csv|DATA.npy"),
    completion: .file(), transform: DataInput.init(parsing:))
  var data: DataInput

  @Option(
    help: ArgumentHelp(
      "The model, from wce fit; for --scores from wce tradeoff.", valueName: "MODEL.json"),
    completion: .file(extensions: ["json"]), transform: FileName.input)
  var model: String?

  @OptionGroup var scores: ScoreOptions

  @Flag(
    help: """
      Probabilities corrected for the positive weight, or those of the weighted loss as they are.
      """)
  var probabilities = Classifier.Probabilities.calibrated

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      The lowest probability of a row that is predicted positive. (default: that of the model, \
      from wce fit --threshold; or 1 / (1 + Q) if calibrated, 1/2 if raw, which select the same \
      rows)
      """, valueName: "T"))
  var threshold: Double?

  @Option(help: "For labels not seen in training: fail, or encode them as all zeros.")
  var unseen = FeatureEncoding.UnseenPolicy.error

  @OptionGroup var formatOptions: FormatOptions

  @OptionGroup var threadsOption: ThreadsOption

  func validate() throws {
    if model == nil && scores.scores == nil { throw ValidationError("Give --model MODEL.json.") }
  }

  /// Reads the model and checks that it applies to this kind of data.
  func readModel() throws -> Classifier {
    try Classifier.check(threshold: threshold, threads: threadsOption.threads)
    let model = model ?? ""
    let classifier = try ToolError.naming(model) { () throws(ClassificationError) in
      try Classifier.read(model)
    }
    let needed: String? =
      switch data {
      case .table where classifier.isOfMatrix:
        "a matrix of \(classifier.encoding.columns.count) columns and needs a matrix, FILE.npy"
      case .matrix where !classifier.isOfMatrix: "a table and needs a table, FILE.csv"
      default: nil
      }
    if let needed {
      throw ToolError(
        .badData, about: data.path, "the model \(displayed(model)) was fitted to \(needed)")
    }
    return classifier
  }

  /// Reads a table as the model needs it.
  func readTable(
    _ classifier: Classifier
  ) throws(DataFileError) -> (table: CSVTable, cells: CSVRowReader) {
    var format = classifier.format
    format.delimiter = formatOptions.delimiter
    format.hasHeader = formatOptions.header ?? classifier.hasHeader
    if let decimal = formatOptions.decimal { format.hasDecimalComma = decimal == .comma }
    return try CSVTable.read(
      data.path, format: format, textColumns: classifier.encoding.textColumns)
  }

  /// The predictions for the rows of a table.
  func predictions(
    _ classifier: Classifier, _ table: CSVTable
  ) throws(ToolError) -> Classifier.Predictions {
    let features = try ToolError.naming(data.path) { () throws(ClassificationError) in
      try classifier.encoding.features(table, unseen: unseen)
    }
    return try predictions(classifier, features, of: table)
  }

  /// The predictions for the rows of a matrix.
  func predictions(
    _ classifier: Classifier, _ matrix: FeatureMatrix, of table: CSVTable? = nil
  ) throws(ToolError) -> Classifier.Predictions {
    try ToolError.naming(data.path) { () throws(ClassificationError) in
      do throws(ClassificationError) {
        return try classifier.predictions(
          for: matrix, probabilities, threshold: threshold, threads: threadsOption.threads)
      } catch { throw table?.located(error) ?? error }
    }
  }
}
