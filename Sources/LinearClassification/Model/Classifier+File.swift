// SPDX-License-Identifier: Apache-2.0
import _DataFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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
  /// - `target` (`name`, `positive`), `header` and `missing`,
  /// - `columns`: `name` and `kind`, which is `number` or `categories`, with `categories` and
  ///   `fill`,
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
    let data = Data(json)
    do {
      self = try JSONDecoder().decode(Classifier.self, from: data)
      if let key = duplicateKey(inJSON: data) {
        throw ClassificationError.damagedModel("the key \(quoted(key)) occurs twice in an object")
      }
    } catch let error as ClassificationError {
      throw error
    } catch let error as DecodingError {
      throw .damagedModel(error.oneLine)
    } catch {
      throw .damagedModel("\(error)")
    }
  }
}

extension DecodingError {
  /// One line: where the error is, and what is wrong.
  fileprivate var oneLine: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\(place(context))the member \(quoted(key.stringValue)) is missing"
    case .typeMismatch(let type, let context): "\(place(context))expected \(Self.name(type))"
    case .valueNotFound(let type, let context):
      "\(place(context))expected \(Self.name(type)), received null"
    case .dataCorrupted(let context):
      place(context)
        + (context.codingPath.isEmpty
          ? "it is not JSON" : displayed(context.debugDescription, limit: 100))
    @unknown default: "it cannot be decoded"
    }
  }

  /// The name of the type in JSON.
  private static func name(_ type: Any.Type) -> String {
    switch type {
    case is String.Type: "text"
    case is Double.Type, is Int.Type: "a number"
    case is Bool.Type: "true or false"
    case is [Any].Type: "a list"
    default: "an object"
    }
  }

  private func place(_ context: Context) -> String {
    let path = context.codingPath.map { key in
      key.intValue.map { "[\($0)]" } ?? ".\(displayed(key.stringValue, limit: 60))"
    }.joined()
    return path.isEmpty ? "" : "\(path.hasPrefix(".") ? String(path.dropFirst()) : path): "
  }
}
