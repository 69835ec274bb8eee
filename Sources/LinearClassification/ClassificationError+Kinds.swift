// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
package import _DataFiles

// MARK: Data

extension ClassificationError {
  static let noFeatures = Self(
    .noFeatures, "there are no features: the data need a column besides the target and weights")
  static let onlyConstantFeatures = Self(
    .noFeatures, "every feature is constant; add a feature that varies")
  static let noRows = Self(.noRows, "there are no rows, or all have weight 0")
  static let allRowsDropped = Self(.noRows, "every row has a missing cell, so no row is left")

  static func lengthMismatch(what: String, expected: Int, received: Int) -> Self {
    Self(.lengthMismatch, "expected \(expected) \(what), received \(received)")
  }

  static func invalidFeature(value: Double, row: Int, feature: String) -> Self {
    Self(
      .invalidFeature, row: row, column: feature,
      "features must be finite numbers below 1e145, received \(value)")
  }

  static func invalidTarget(_ value: Double, row: Int, column: String? = nil) -> Self {
    Self(
      .invalidTarget, row: row, column: column,
      "targets must lie in [0, 1], received \(value)\(hint(value))")
  }

  static func softTarget(_ value: Double, row: Int) -> Self {
    Self(
      .invalidTarget, row: row,
      "targets must be 0 or 1, received \(value)\(hint(value))")
  }

  private static func hint(_ target: Double) -> String {
    target == -1 ? "; write classes -1 and 1 as 0 and 1" : ""
  }

  static func invalidLogit(_ value: Double, row: Int) -> Self {
    Self(.invalidLogit, row: row, "logits must be finite, received \(value)")
  }

  static func invalidProbability(_ value: Double, row: Int) -> Self {
    Self(
      .invalidProbability, row: row,
      "probabilities must lie in [0, 1], received \(value); scores of another kind are log odds")
  }

  static func invalidWeight(_ value: some CustomStringConvertible, row: Int, column: String? = nil)
    -> Self
  {
    Self(
      .invalidWeight, row: row, column: column,
      "weights must be finite and at least 0, received \(value)")
  }

  /// The sum of the weights overflows.
  static let infiniteWeights = Self(
    .invalidWeight,
    "the sum of the rows' weights exceeds the largest number; divide the weights by their largest")

  package static func oneClass(positive: Bool, isWeighted: Bool = false) -> Self {
    Self(
      .oneClass,
      "the target has no \(positive ? "negatives" : "positives"): every row"
        + "\(isWeighted ? " of weight above 0" : "") is \(positive ? "positive" : "negative"); "
        + "both classes are needed")
  }

  package static func tooFewForFolds(positive: Bool, count: Int, folds: Int) -> Self {
    Self(
      .tooFewForFolds, limit: count >= 2 ? count : nil,
      "cannot divide \(count) \(positive ? "positive" : "negative") row\(count == 1 ? "" : "s") "
        + "among \(folds) folds; "
        + (count >= 2
          ? "use more data, or at most \(count) folds" : "each class needs at least 2 rows"))
  }
}

extension ClassificationError {
  /// The error about a cell of a column.
  func inColumn(_ name: String) -> Self {
    var error = self
    error.column = name
    return error
  }
}

// MARK: Tables

extension ClassificationError {
  /// - Parameter numbers: The numbers of two columns, counted from 1.
  static func duplicateColumn(_ name: String, _ numbers: (Int, Int)) -> Self {
    Self(
      .duplicateColumn,
      "columns \(numbers.0) and \(numbers.1) have the same name \(quoted(name)); give them "
        + "different names, or exclude one by its number")
  }

  static func targetIsWeights(_ name: String, _ roles: String = "the target and the weights")
    -> Self
  { Self(.targetIsWeights, "the column \(quoted(name)) cannot be both \(roles)") }

  static func targetNumber(_ value: Double, row: Int, column: String) -> Self {
    Self(
      .unnamedPositive, row: row, column: column,
      "the target must be 0 or 1, received \(value.formatted(6)); "
        + "if another value is positive, name it")
  }

  static func targetLabels(_ labels: [String], column: String) -> Self {
    Self(
      .unnamedPositive, column: column,
      "the labels are \(list(labels)); name the positive one, and all others are negative")
  }

  static func positiveNotFound(_ positive: String, labels: [String], column: String) -> Self {
    Self(
      .positiveNotFound, column: column,
      "no row has the positive label \(quoted(positive)); the labels are \(list(labels))")
  }

  static func textWeights(_ cell: TextCell, column: String) -> Self {
    Self(
      .invalidWeight, row: cell.row, column: column,
      "weights must be numbers, received \(cell.received)")
  }

  static func textScores(_ cell: TextCell, column: String) -> Self {
    Self(
      .columnTypeMismatch, row: cell.row, column: column,
      "scores must be numbers, received \(cell.received)")
  }

  /// Columns of text with too many labels, all at once.
  static func tooManyCategories(
    _ columns: [(name: String, count: Int, cell: TextCell)]
  ) -> Self {
    let limit = FeatureEncoding.categoryLimit
    let reason: String
    if columns.count == 1 {
      let (_, count, cell) = columns[0]
      reason =
        "it has \(count) distinct labels (limit \(limit)), because it was read as text: \(cell)"
        + "\(cell.hasRemedy ? ", or" : ";") group the rare labels, or exclude the column"
    } else {
      let shown = columns.prefix(20).map { "\(quoted($0.name)) (\($0.count))" }
      reason =
        "\(columns.count) columns of text have more than \(limit) distinct labels: "
        + shown.joined(separator: ", ") + (columns.count > 20 ? " and more" : "")
        + "; \(quoted(columns[0].name)) is text because \(columns[0].cell); "
        + "group the rare labels, or exclude the columns"
    }
    var error = Self(
      .tooManyCategories, column: columns.count == 1 ? columns[0].name : nil, limit: limit, reason)
    error.columns = columns.map(\.name)
    return error
  }

  static func unseenTarget(_ label: String, row: Int, column: String, known: [String]) -> Self {
    Self(
      .unseenTarget, row: row, column: column,
      "the label \(quoted(label)) did not occur in training; the labels were \(list(known)); "
        + "correct it, or name the positive label")
  }

  static func numberExpected(_ cell: TextCell, column: String) -> Self {
    Self(
      .columnTypeMismatch, row: cell.row, column: column,
      "the model expects numbers in this column, received \(cell.received)")
  }

  static func textExpected(column: String) -> Self {
    Self(
      .columnTypeMismatch, column: column,
      "the model expects labels in this column, but it was read as numbers")
  }

  static func unseenCategory(_ label: String, row: Int, column: String) -> Self {
    Self(
      .unseenCategory, row: row, column: column,
      "the label \(quoted(label)) did not occur in training; "
        + "correct it, or encode unseen labels as zeros")
  }

  package static func file(_ error: DataFileError, code: Code = .file) -> Self {
    var result = Self(code, error.reason)
    result.fileError = error
    result.path = error.path
    return result
  }

  static func list(_ labels: [String]) -> String {
    let shown = labels.prefix(10).map { quoted($0) }.joined(separator: ", ")
    return labels.count > 10 ? "\(shown) and \(labels.count - 10) more" : shown
  }
}

extension CSVTable {
  /// An error about a missing cell.
  func missing(
    _ position: Position, column: Int, _ code: ClassificationError.Code
  ) -> ClassificationError {
    let remedy =
      switch code {
      case .missingTrainingFeature: "fill missing cells with the mean, or drop their rows"
      case .missingTrainingLabel:
        "a target, a weight or a fold cannot be filled; drop such rows"
      case .missingFeature:
        "the model does not fill missing cells; give it a value, "
          + "or fit the model so that it fills them with the mean"
      default:
        "a row without its target or weight cannot be evaluated; give it a value, or remove the row"
      }
    var error = ClassificationError.file(
      badCell(position, column: column, "the cell is missing; \(remedy)"), code: code)
    (error.row, error.line) = (position.row, position.lineInFile)
    error.column = columns[column].name
    return error
  }

  /// Runs `body` on the rows of this table. Its errors get the row and the line in the file.
  package func locating<Value>(
    _ body: () throws(ClassificationError) -> Value
  ) throws(ClassificationError) -> Value {
    do { return try body() } catch { throw located(error) }
  }

  /// The error with the row and the line in the file instead of the row of this table.
  package func located(_ error: ClassificationError) -> ClassificationError {
    guard let row = error.row, error.line == nil, row >= 1, row <= rowCount else { return error }
    var located = error
    let position = position(ofRow: row - 1)
    (located.row, located.line) = (position.row, position.lineInFile)
    return located
  }

  /// The index of the column with a name, or else a number.
  func index(of name: String) throws(ClassificationError) -> Int {
    try rethrowingFileErrors { () throws(DataFileError) in try header.index(of: name) }
  }
}

// MARK: Settings, fits and models

extension ClassificationError {
  package static let cancelled = Self(.cancelled, "cancelled")

  /// - Parameter isShare: Whether the setting is a share, which may have been given in percent.
  static func invalidSetting(
    name: String, value: Double, expected: String, isShare: Bool
  ) -> Self {
    let error = invalidSetting(name: name, value: value, expected: expected)
    guard isShare, value > 1, value <= 100 else { return error }
    let hint = "; \(value.shown) % is \((value / 100).shown)"
    return Self(.invalidSetting, error.reason + hint)
  }

  static func invalidSetting(
    name: String, value: some CustomStringConvertible, expected: String
  ) -> Self {
    Self(.invalidSetting, "\(name) must be \(expected), received \(value)")
  }

  static func loss(_ error: LossError) -> Self {
    var result = Self(.loss, "\(error)")
    result.lossError = error
    return result
  }

  /// - Parameter feature: The feature whose coefficient diverges, if the features separate only
  ///   some rows (quasi-complete separation); nil if they separate the classes.
  package static func separable(feature: String?) -> Self {
    Self(
      .separable, column: feature,
      (feature == nil
        ? "the classes are perfectly separable, so without a penalty the coefficients diverge"
        : "some rows of one class are perfectly separable by this feature, alone or with others, "
          + "so without a penalty its coefficient diverges") + "; use an l2 penalty above 0")
  }

  static func notConverged(_ certificate: ConvergenceCertificate) -> Self {
    var result = Self(
      .notConverged,
      "the fit did not converge: \(certificate.shortfall); "
        + "allow more iterations, or use a larger l2 penalty")
    result.certificate = certificate
    return result
  }

  static func studyNotConverged(
    positiveWeight: Double, _ certificate: ConvergenceCertificate
  ) -> Self {
    var result = Self(
      .studyNotConverged,
      "the fit with the positive weight \(positiveWeight.formatted(6)) did not converge: "
        + "\(certificate.shortfall); use other weights, or a larger l2 penalty")
    result.certificate = certificate
    return result
  }

  /// - Parameter noun: What the file should hold.
  package static func damagedModel(_ reason: String, noun: String = "model") -> Self {
    Self(.damagedModel, "this is not a usable \(noun): \(reason)")
  }

  package static func newerModel(version: Int, supported: Int, noun: String = "model") -> Self {
    Self(
      .newerModel, limit: supported,
      "the \(noun) has format version \(version), but this software reads versions up to "
        + "\(supported); use a newer version of the software")
  }
}

extension ConvergenceCertificate {
  /// The criterion that a fit did not meet before its last iteration.
  fileprivate var shortfall: String {
    "after \(iterations) iteration\(iterations == 1 ? "" : "s") "
      + (gradientNorm > tolerance
        ? "the gradient norm is \(gradientNorm), above the tolerance \(tolerance)"
        : "the next step would still change a coefficient by \(remainingStep)")
  }
}

func rethrowingLossErrors<Value: ~Copyable>(
  _ body: () throws(LossError) -> Value
) throws(ClassificationError) -> Value {
  do { return try body() } catch { throw .loss(error) }
}

package func rethrowingFileErrors<Value: ~Copyable>(
  _ body: () throws(DataFileError) -> Value
) throws(ClassificationError) -> Value {
  do { return try body() } catch { throw .file(error) }
}

extension CSVTable.Position {
  /// The line of the file; nil for a table in memory.
  fileprivate var lineInFile: Int? { line > 0 ? line : nil }
}
