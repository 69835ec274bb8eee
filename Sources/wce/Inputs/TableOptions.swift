// SPDX-License-Identifier: Apache-2.0
// A conformance of a public type is public, so its protocol must be imported publicly.
public import ArgumentParser
import _DataFiles
public import LinearClassification

extension FeatureEncoding.MissingPolicy: ExpressibleByArgument {}

/// The options of the commands that learn from a table.
struct TableOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A column that is not a feature. Repeatable.", valueName: "COLUMN"))
  var exclude: [String] = []

  @Option(
    help: """
      For missing cells: fail, fill them with the column's mean (or most frequent label), or drop \
      their rows.
      """)
  var missing = FeatureEncoding.MissingPolicy.error

  @Flag(help: "The table has no header; its columns are 1, 2, 3 and so on.")
  var noHeader = false

  @OptionGroup var delimiterOption: DelimiterOption

  /// The first of these options that was given.
  var firstGiven: String? {
    let options = [
      (!exclude.isEmpty, "--exclude"), (missing != .error, "--missing"), (noHeader, "--no-header"),
      (delimiterOption.delimiter != nil, "--delimiter"),
    ]
    return options.first(where: \.0)?.1
  }

  /// Reads a table.
  func read(_ path: String) throws(DataFileError) -> CSVTable {
    let table = try CSVTable.read(
      path, format: CSVFormat(delimiter: delimiterOption.delimiter, hasHeader: !noHeader))
    if !noHeader, table.header.names.allSatisfy({ Double($0) != nil }) {
      StandardError.note(
        about: path,
        "the first row has only numbers and was read as the header; if it is data, use --no-header")
    }
    return table
  }

  /// Separates a table into features, targets and weights, and prints the notes about it.
  func trainingTable(
    _ table: CSVTable, from path: String, target: TargetColumn, weights: String?
  ) throws(ToolError) -> TrainingTable {
    let rows = try ToolError.naming(path) { () throws(ClassificationError) in
      try TrainingTable(
        table, target: target, weights: weights, excluding: exclude, missing: missing,
        hasHeader: !noHeader)
    }
    for notice in rows.notices { StandardError.note(about: path, notice) }
    return rows
  }
}

/// The option of the commands that read a table.
struct DelimiterOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The character between cells, or comma, semicolon, tab. (default: detected)", valueName: "C"))
  var delimiter: CSVFormat.Delimiter?
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

  @OptionGroup var table: TableOptions

  @OptionGroup var threadsOption: ThreadsOption
}
