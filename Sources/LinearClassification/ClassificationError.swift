// SPDX-License-Identifier: Apache-2.0
public import _DataFiles
public import WeightedCrossEntropy

/// What was wrong with the data or the settings of a classification, where, and what would be right.
public enum ClassificationError: Error, Hashable, Sendable {
  // Data

  /// There is no feature to learn from.
  case noFeatures
  /// Two inputs do not belong together.
  case lengthMismatch(what: String, expected: Int, received: Int)
  /// A feature is missing, infinite or beyond 1e145; the row is counted from 1.
  case invalidFeature(value: String, row: Int, feature: String)
  /// A target outside [0, 1] where it counts; the row is counted from 1.
  case invalidTarget(value: String, row: Int)
  /// A target that is neither 0 nor 1 where one has to be; the row is counted from 1.
  case softTarget(value: String, row: Int)
  /// A logit that is NaN or infinite; the row is counted from 1.
  case invalidLogit(value: String, row: Int)
  /// A weight that is negative, infinite or NaN; the row is counted from 1.
  case invalidWeight(value: String, row: Int)
  /// Every row that counts has the same target; `isWeighted` where others do not count, as their weight is 0.
  case oneClass(positive: Bool, isWeighted: Bool = false)
  /// No row counts: there are none, or all have weight 0.
  case noRows
  /// Every feature is constant.
  case onlyConstantFeatures
  /// The cells of a table are not what they have to be.
  case table(TableProblem)
  /// A cell of a table is missing where one is needed; the error names the file, the row and the column.
  case missingCell(DataFileError, MissingCell)
  /// A file cannot be read or written.
  case file(DataFileError)

  // Settings

  /// A setting is out of range; `expected` says what is allowed.
  case invalidSetting(name: String, value: String, expected: String)
  /// Too few rows of a class to have one in each fold.
  case tooFewForFolds(positive: Bool, count: Int, folds: Int)
  /// The loss refused its arguments.
  case loss(LossError)

  // Training

  /// The classes can be separated and nothing limits the coefficients: the loss has no minimum. `feature` is one that does it, where a
  /// single one can be named.
  case separable(feature: String?)
  /// The iterations ran out.
  case notConverged(TrainingCertificate)
  /// The iterations ran out in a fit of a study, with this positive weight.
  case studyNotConverged(positiveWeight: Double, TrainingCertificate)
  /// The caller asked to stop.
  case cancelled

  // Models

  /// A model file is damaged, or is none.
  case damagedModel(String)
  /// A model file of a later version.
  case newerModel(version: Int, supported: Int)
}

extension ClassificationError: CustomStringConvertible {
  /// One line.
  public var description: String {
    switch self {
    case .noFeatures: "there is no column to learn from besides the target and the weights"
    case .lengthMismatch(let what, let expected, let received):
      "expected \(expected) \(what), received \(received)"
    case .invalidFeature(let value, let row, let feature):
      "row \(row), column \(quoted(feature)): features must be finite numbers below 1e145, received \(value)"
    case .invalidTarget(let value, let row):
      "row \(row): targets must lie in [0, 1], received \(value)"
    case .softTarget(let value, let row):
      "row \(row): to be evaluated a target must be 0 or 1, received \(value)"
    case .invalidLogit(let value, let row): "row \(row): logits must be finite, received \(value)"
    case .invalidWeight(let value, let row):
      "row \(row): weights must be finite and at least 0, received \(value)"
    case .oneClass(let positive, let isWeighted):
      "the target has no \(positive ? "negatives" : "positives"): every row\(isWeighted ? " of weight above 0" : "") "
        + "is \(positive ? "positive" : "negative"), and there is nothing to tell apart"
    case .noRows: "there are no rows, or all have weight 0"
    case .onlyConstantFeatures: "every feature is constant, and nothing can be learned from that"
    case .table(let problem): "\(problem)"
    case .missingCell(let error, _), .file(let error): "\(error)"
    case .invalidSetting(let name, let value, let expected):
      "\(name) must be \(expected), received \(value)"
    case .tooFewForFolds(let positive, let count, let folds):
      "\(count) \(positive ? "positive" : "negative") row\(count == 1 ? "" : "s") cannot be spread over \(folds) folds; "
        + (count >= 2
          ? "use more data, or at most \(count) folds" : "at least 2 rows of each class are needed")
    case .loss(let error): "\(error)"
    case .separable(let feature):
      "the classes can be told apart without an error"
        + (feature.map { " with the help of the feature \(quoted($0))" } ?? "")
        + ", so that without a penalty the coefficients grow without limit; use an l2 penalty above 0"
    case .notConverged(let certificate):
      "training did not converge: \(certificate.shortfall); allow more iterations, or use a larger l2 penalty"
    case .studyNotConverged(let weight, let certificate):
      "training with the positive weight \(weight.formatted(6)) did not converge: \(certificate.shortfall); use other weights, or a larger l2 penalty"
    case .cancelled: "stopped before the end"
    case .damagedModel(let reason): "this is not a usable model: \(reason)"
    case .newerModel(let version, let supported):
      "the model has format version \(version), and this software reads versions up to \(supported); use a newer version of it"
    }
  }
}

extension TrainingCertificate {
  /// What training that ran out of iterations has not reached.
  fileprivate var shortfall: String {
    "after \(iterations) iteration\(iterations == 1 ? "" : "s") "
      + (gradientNorm > tolerance
        ? "the gradient norm is \(gradientNorm) and should be at most \(tolerance)"
        : "the next step would still change a coefficient by \(remainingStep)")
  }
}

extension CSVTable {
  /// The error about a missing cell.
  func missing(_ position: Position, column: Int, _ cell: MissingCell) -> ClassificationError {
    .missingCell(badCell(position, column: column, "\(cell)"), cell)
  }
}

/// Calls something that throws a loss's error.
func rethrowingLossErrors<Value>(_ body: () throws(LossError) -> Value) throws(ClassificationError)
  -> Value
{
  do { return try body() } catch { throw .loss(error) }
}
