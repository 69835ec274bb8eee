// SPDX-License-Identifier: Apache-2.0
// A conformance of a public type is public, so its protocol must be imported publicly.
public import ArgumentParser
import _DataFiles
public import LinearClassification

extension FeatureEncoding.MissingPolicy: ExpressibleByArgument {}

extension FeatureEncoding.RarePolicy: ExpressibleByArgument {}

/// The options of the commands that learn from a table.
struct TableOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Columns that are not features. Repeatable.", valueName: "COLUMN,..."),
    completion: .columns)
  var exclude: [String] = []

  @Option(
    help: ArgumentHelp(
      "Columns whose numbers are labels, such as codes. Repeatable.", valueName: "COLUMN,..."),
    completion: .columns)
  var categorical: [String] = []

  @Option(
    help: ArgumentHelp(
      "Columns in which a cell that is not a number is an error. Repeatable.",
      valueName: "COLUMN,..."),
    completion: .columns)
  var numeric: [String] = []

  @Option(
    help: """
      For missing cells: fail, fill them with the column's mean (or most frequent label), or drop \
      their rows. With mean, rows without a target or a weight are dropped.
      """)
  var missing = FeatureEncoding.MissingPolicy.error

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      A text that stands for a missing cell, besides the empty cell and NA, NaN, null, None, ? and \
      others. Repeatable.
      """, valueName: "TEXT"))
  var na: [String] = []

  @Flag(help: "Only empty cells and the texts of --na are missing.")
  var noDefaultNa = false

  @Option(
    help: """
      For text columns with more than 100 labels: fail, or keep the 100 most frequent ones and \
      call all others "other".
      """)
  var rare = FeatureEncoding.RarePolicy.error

  @OptionGroup var formatOptions: FormatOptions

  /// The first option that was given and that needs a table of features.
  var firstOfFeatures: String? {
    let options = [
      (!exclude.isEmpty, "--exclude"), (!categorical.isEmpty, "--categorical"),
      (!numeric.isEmpty, "--numeric"), (missing != .error, "--missing"), (!na.isEmpty, "--na"),
      (noDefaultNa, "--no-default-na"), (rare != .error, "--rare"),
    ]
    return options.first(where: \.0)?.1
  }

  /// The first of these options that was given.
  var firstGiven: String? { firstOfFeatures ?? formatOptions.firstGiven }

  /// Reads a table.
  func read(_ path: String) throws(DataFileError) -> CSVTable {
    var format = formatOptions.format
    format.missing = MissingWords((noDefaultNa ? [] : MissingWords.standard.words) + na)
    format.categorical = categorical
    format.numeric = numeric
    let table = try CSVTable.read(path, format: format).table
    StandardError.note(about: path, table.header.doubt)
    return table
  }

  /// Separates a table into features, targets and weights, and prints the notes about it.
  func trainingTable(
    _ table: CSVTable, from path: String, target: TargetColumn, weights: String?, folds: String?
  ) throws(ToolError) -> TrainingTable {
    let rows = try ToolError.naming(path) { () throws(ClassificationError) in
      try TrainingTable(
        table, target: target, weights: weights, folds: folds, excluding: exclude, missing: missing,
        rare: rare)
    }
    for notice in rows.notices { StandardError.note(about: path, notice) }
    return rows
  }

  /// The options as the words of a command.
  var words: [String] {
    func list(_ name: String, _ values: [String]) -> [String] {
      values.flatMap { $0.hasPrefix("-") ? ["\(name)=\($0)"] : [name, $0] }
    }
    return list("--exclude", exclude) + list("--categorical", categorical)
      + list("--numeric", numeric)
      + list("--missing", missing == .error ? [] : [missing.rawValue]) + list("--na", na)
      + (noDefaultNa ? ["--no-default-na"] : [])
      + list("--rare", rare == .error ? [] : [rare.rawValue]) + formatOptions.words
  }
}

/// The character before the decimals.
enum DecimalSign: String, CaseIterable, ExpressibleByArgument {
  case point = "."
  case comma = ","
}

/// The options of the commands that read a table.
struct FormatOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The character between cells, or comma, semicolon, tab, space. (default: detected)",
      valueName: "C"))
  var delimiter: CSVFormat.Delimiter?

  @Flag(
    inversion: .prefixedNo,
    help: """
      Whether the first row has the names of the columns; without them they are 1, 2, 3 and so \
      on. (default: a first row of numbers is data, unless it is 0, 1, 2, ... or its first cell is \
      blank)
      """)
  var header: Bool?

  @Option(help: ArgumentHelp("The sign before the decimals, . or a comma. (default: .)"))
  var decimal: DecimalSign?

  /// The first of these options that was given.
  var firstGiven: String? {
    delimiter != nil
      ? "--delimiter"
      : header.map { $0 ? "--header" : "--no-header" } ?? decimal.map { _ in "--decimal" }
  }

  /// The format for files of any kind.
  var format: CSVFormat {
    var format = CSVFormat(delimiter: delimiter, hasHeader: header)
    format.hasDecimalComma = decimal == .comma
    return format
  }

  /// The options as the words of a command.
  fileprivate var words: [String] {
    (header.map { [$0 ? "--header" : "--no-header"] } ?? [])
      + (delimiter.map { ["--delimiter", $0.word] } ?? [])
      + (decimal.map { ["--decimal", $0.rawValue] } ?? [])
  }
}

extension CSVFormat.Delimiter {
  /// The delimiter as an argument that a terminal can show.
  fileprivate var word: String { self == .tab ? "tab" : description == " " ? "space" : description }
}

/// The option of the commands that compute.
struct ThreadsOption: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The maximum number of threads. (default: all processors)", valueName: "N"))
  var threads: Int?
}

/// The options of the commands that train.
struct TrainingOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      The penalty on the squared coefficients; auto is that of an unweighted model with the least \
      held-out log loss.
      """, valueName: "L|auto"))
  var l2 = PenaltyArgument.number(1)

  @Option(
    help: ArgumentHelp(
      """
      The column of the folds, integers or texts, instead of folds by chance; it is not a feature. \
      For a matrix, a file like --targets.
      """, valueName: "COLUMN"), completion: .columns)
  var fold: String?

  @OptionGroup var table: TableOptions

  @OptionGroup var threadsOption: ThreadsOption
}
