// SPDX-License-Identifier: Apache-2.0
package import _DataFiles
public import WeightedCrossEntropy

/// An error in the data or the settings of a classification.
///
/// Use ``code`` and the fields to handle an error, never the text, which may change in any version.
public struct ClassificationError: Error, Hashable, Sendable {
  /// What is wrong.
  public let code: Code
  /// The file, if the error is about the content of one cell or about a file as a whole.
  public internal(set) var path: String?
  /// The row, counted from 1 without a header.
  public internal(set) var row: Int?
  /// The line of the file on which the row starts, counted from 1.
  public internal(set) var line: Int?
  /// The name of the column or the feature.
  public internal(set) var column: String?
  /// The names of the columns, if there are several.
  package internal(set) var columns: [String] = []
  /// The largest value that the data or this software allows: labels, folds or the version of a
  /// model.
  public internal(set) var limit: Int?
  /// The state of the fit, if it did not converge.
  public internal(set) var certificate: ConvergenceCertificate?
  /// The error of the loss, if the code is ``Code/loss``.
  public internal(set) var lossError: LossError?
  /// The error of the file reader or writer.
  package internal(set) var fileError: DataFileError?
  /// The description without the row and the column.
  let reason: String

  init(
    _ code: Code, row: Int? = nil, column: String? = nil, limit: Int? = nil, _ reason: String
  ) {
    self.code = code
    self.row = row
    self.column = column
    self.limit = limit
    self.reason = reason
  }
}

extension ClassificationError: CustomStringConvertible {
  /// One line: where the error is, what is wrong, and how to fix it.
  public var description: String {
    if let fileError { return "\(fileError)" }
    let place = [
      row.map { row in "row \(row)" + (line.map { " (line \($0))" } ?? "") },
      column.map { "column \(quoted($0))" },
    ].compactMap { $0 }.joined(separator: ", ")
    return place.isEmpty ? reason : "\(place): \(reason)"
  }
}

extension ClassificationError {
  /// The kind of an error. Later versions may add codes.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the code.
    public let description: String

    private init(_ name: String) { description = name }

    /// Two arrays have different lengths.
    public static let lengthMismatch = Code("lengthMismatch")
    /// There is no feature, or every feature is constant.
    public static let noFeatures = Code("noFeatures")
    /// There are no rows, or all have weight 0, or all have a missing cell.
    public static let noRows = Code("noRows")
    /// All rows of weight above 0 belong to the same class.
    public static let oneClass = Code("oneClass")
    /// A class has fewer rows than there are folds; ``ClassificationError/limit`` is the largest
    /// possible number of folds.
    public static let tooFewForFolds = Code("tooFewForFolds")
    /// Given folds are fewer than two, or one of them lacks a class, or its label is a number that
    /// is not an integer.
    public static let invalidFolds = Code("invalidFolds")
    /// A feature is NaN, infinite or too large.
    public static let invalidFeature = Code("invalidFeature")
    /// A target is outside [0, 1], or is neither 0 nor 1 in a method that requires it.
    public static let invalidTarget = Code("invalidTarget")
    /// A logit is NaN or infinite.
    public static let invalidLogit = Code("invalidLogit")
    /// A probability is outside [0, 1].
    public static let invalidProbability = Code("invalidProbability")
    /// A weight is negative, infinite, NaN or text.
    public static let invalidWeight = Code("invalidWeight")

    /// Two columns of a table have the same name.
    public static let duplicateColumn = Code("duplicateColumn")
    /// The same column has two of the roles target, weights and folds.
    public static let targetIsWeights = Code("targetIsWeights")
    /// The target column needs a positive label: it holds values other than 0, 1, true and false.
    public static let unnamedPositive = Code("unnamedPositive")
    /// No row has the positive label.
    public static let positiveNotFound = Code("positiveNotFound")
    /// A label of the target did not occur in training.
    public static let unseenTarget = Code("unseenTarget")
    /// A column of text has too many different labels.
    public static let tooManyCategories = Code("tooManyCategories")
    /// A column holds text where the model expects numbers, or numbers where it expects text.
    public static let columnTypeMismatch = Code("columnTypeMismatch")
    /// A label did not occur in training.
    public static let unseenCategory = Code("unseenCategory")
    /// A feature is missing in training.
    public static let missingTrainingFeature = Code("missingTrainingFeature")
    /// A target or a weight is missing in training.
    public static let missingTrainingLabel = Code("missingTrainingLabel")
    /// A feature is missing in prediction, and the model does not fill missing cells.
    public static let missingFeature = Code("missingFeature")
    /// A target or a weight is missing in evaluation.
    public static let missingLabel = Code("missingLabel")
    /// A file cannot be read or written, or a column does not exist.
    public static let file = Code("file")

    /// A setting is out of range.
    public static let invalidSetting = Code("invalidSetting")
    /// The loss rejected its arguments.
    public static let loss = Code("loss")
    /// The classes are separable and there is no penalty: the objective has no minimum.
    public static let separable = Code("separable")
    /// A fit reached its maximum number of iterations.
    public static let notConverged = Code("notConverged")
    /// A fit of a study reached its maximum number of iterations.
    public static let studyNotConverged = Code("studyNotConverged")
    /// The monitor cancelled the computation.
    public static let cancelled = Code("cancelled")

    /// A plan cannot have that many features; ``ClassificationError/limit`` is the largest number.
    public static let tooManyFeatures = Code("tooManyFeatures")
    /// The bytes of a request or an answer are damaged.
    public static let damagedBytes = Code("damagedBytes")
    /// The bytes of a request or an answer are of another version of the format;
    /// ``ClassificationError/limit`` is the version of this software.
    public static let otherVersion = Code("otherVersion")
    /// An answer is to another request, or no request is open.
    public static let otherRequest = Code("otherRequest")
    /// A block of rows is in two answers that are merged.
    public static let repeatedBlock = Code("repeatedBlock")
    /// An answer has other blocks of rows than that to the first request, or another number of rows
    /// than there are.
    public static let missingRows = Code("missingRows")

    /// A file is not a model, a calibration or class weights as its reader expects, or it is
    /// damaged.
    public static let damagedModel = Code("damagedModel")
    /// A later version of this software wrote the file; ``ClassificationError/limit`` is the
    /// latest version that can be read.
    public static let newerModel = Code("newerModel")
  }
}
