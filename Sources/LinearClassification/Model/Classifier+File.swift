// SPDX-License-Identifier: Apache-2.0
import _DataFiles

extension Classifier {
  /// The JSON of a model file. Each number reads back as the same number.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }

  /// Writes a model file. If that fails, an existing file is unchanged.
  ///
  /// - Throws: ``ClassificationError`` if the file cannot be written.
  public func write(to path: String) throws(ClassificationError) {
    let text = try json()
    try rethrowingFileErrors { () throws(DataFileError) in try AtomicFile.write(text, to: path) }
  }

  /// Reads a model file of at most 64 MiB.
  ///
  /// The file is a JSON object. Its members are:
  ///
  /// - `format` and `version`,
  /// - `target` (`name`, `positive`, `labels`), `header` and `missing`,
  /// - `na`, the words for missing cells, and `decimal`, the decimal sign if it is not a point,
  /// - `columns`: `name` and `kind`, which is `number` or `categories`, with `categories` and
  ///   `fill`; `occurrence` among columns of the same name; `other`, the category of other labels,
  /// - `features`: `name`, `mean`, `standardDeviation` (0 if the feature was constant),
  ///   `coefficient` for the standardised feature, `originalCoefficient` for the original one,
  /// - `intercept`, `originalIntercept`, `positiveWeight`, `l2`, `certificate` and `training`,
  /// - `threshold` for calibrated probabilities, if the model has one. Only then is the version 2.
  ///
  /// - Throws: ``ClassificationError`` with the code ``ClassificationError/Code/damagedModel``,
  ///   ``ClassificationError/Code/newerModel`` or ``ClassificationError/Code/file``.
  public static func read(_ path: String) throws(ClassificationError) -> Classifier {
    try Classifier(
      json: rethrowingFileErrors { () throws(DataFileError) in try contents(ofFile: path) })
  }

  /// Reads a model from the JSON of a model file.
  public init(json: some Sequence<UInt8>) throws(ClassificationError) {
    self = try Self.format.parsed(json)
  }
}
