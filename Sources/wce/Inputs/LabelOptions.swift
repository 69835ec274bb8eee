// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LinearClassification

/// The options that name the target of a table.
struct TargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The column of the targets.", valueName: "COLUMN"), completion: .columns)
  var target: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The label of the positive rows. (default: 1 or true)", valueName: "LABEL"),
    completion: .labels)
  var positive: String?

  /// The first of these options that was given.
  var firstGiven: String? {
    target != nil ? "--target" : positive != nil ? "--positive" : nil
  }

  /// The target; `other` provides what was not given.
  func column(or other: TargetColumn? = nil) throws(ValidationError) -> TargetColumn {
    if let target { return TargetColumn(name: target, positive: positive) }
    guard let other else {
      throw ValidationError("A table needs --target COLUMN, the column to predict.")
    }
    // The model's own target has the labels of training.
    guard let positive, positive != other.positive else { return other }
    return TargetColumn(name: other.name, positive: positive)
  }
}

/// The options that give each row a target and a weight.
struct LabelOptions: ParsableArguments {
  @OptionGroup var target: TargetOptions

  @Option(
    help: ArgumentHelp("The targets of a matrix: FILE.npy or FILE.csv:COLUMN.", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: NumericInput.init(parsing:))
  var targets: NumericInput?

  @Option(
    help: ArgumentHelp(
      "The column of the row weights; weight 0 ignores a row. For a matrix, a file like --targets.",
      valueName: "COLUMN|FILE"), completion: .columns)
  var weights: String?

  /// The rows of `data` with their targets and weights.
  ///
  /// - Parameter tableOption: An option that was given and that a matrix does not have.
  func rows(of data: DataInput, tableOption: String? = nil) throws -> LabelledInput {
    switch data {
    case .table(let path):
      if targets != nil {
        throw ValidationError("--targets is for a matrix; for a table use --target COLUMN.")
      }
      return .table(path, target, weights: weights)
    case .matrix(let path):
      if let option = target.firstGiven ?? tableOption {
        throw ValidationError(
          "\(option) is for tables; the targets of a matrix come from --targets FILE.")
      }
      guard let targets else { throw ValidationError("A matrix needs --targets FILE.") }
      return .matrix(path, targets: targets, weights: try weights.map(NumericInput.init(parsing:)))
    }
  }
}

/// Rows with targets and weights, as given on the command line.
enum LabelledInput {
  /// A table; the weights are one of its columns.
  case table(String, TargetOptions, weights: String?)
  /// A matrix, with a file each for the targets and the weights.
  case matrix(String, targets: NumericInput, weights: NumericInput?)

  /// The files, for `requireDistinctFiles`.
  var files: [NamedPath] {
    switch self {
    case .table(let path, _, _): [("the data", path)]
    case .matrix(let path, let targets, let weights):
      [("the data", path), ("--targets", targets.path), ("--weights", weights?.path)]
    }
  }
}
