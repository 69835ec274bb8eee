// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification

/// The options of the commands that learn from a table: which of its columns and rows count, and how it is written.
struct TableOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A column that is no feature. May be repeated.", valueName: "COLUMN"))
  var exclude: [String] = []

  @Option(
    help:
      "Cells that are missing: an error, filled with the column's mean (or its most frequent label), or their rows dropped."
  )
  var missing = FeatureEncoding.MissingPolicy.error

  @Flag(help: "The table has no header; its columns are 1, 2, 3 and so on.")
  var noHeader = false

  @OptionGroup var delimiterOption: DelimiterOption

  /// Reads a table.
  func read(_ path: String) throws(DataFileError) -> CSVTable {
    let table = try CSVTable.read(
      path, format: CSVFormat(delimiter: delimiterOption.delimiter, hasHeader: !noHeader))
    if !noHeader, table.header.names.allSatisfy({ Double($0) != nil }) {
      StandardError.notify(
        "\(path): the first row is all numbers, and was taken for the names of the columns; with --no-header it is data"
      )
    }
    return table
  }

  /// The first of these options that was given, where they have nothing to be about.
  var firstGiven: String? {
    let options = [
      (!exclude.isEmpty, "--exclude"), (missing != .error, "--missing"), (noHeader, "--no-header"),
      (delimiterOption.delimiter != nil, "--delimiter"),
    ]
    return options.first(where: \.0)?.1
  }

  /// Takes a table apart.
  func trainingTable(
    _ table: CSVTable, target: TargetColumn, weights: String?
  ) throws(ClassificationError) -> TrainingTable {
    try TrainingTable(
      table, target: target, weights: weights, excluding: exclude, missing: missing,
      hasHeader: !noHeader)
  }
}

/// The option of the commands that read a table.
struct DelimiterOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The character between cells, or comma, semicolon, tab. (default: what the file looks like)",
      valueName: "C"))
  var delimiter: CSVFormat.Delimiter?
}

/// The option of the commands that compute.
struct ThreadsOption: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The most threads. (default: all processors)", valueName: "N")
  )
  var threads: Int?
}
