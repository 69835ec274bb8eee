// SPDX-License-Identifier: Apache-2.0
import _DataFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Classifier {
  /// The classifier as JSON, for a file. Every number is written so that it reads back as the same number.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }

  /// Writes a model file, whole or not at all.
  public func write(to path: String) throws(ClassificationError) {
    let text = try json()
    do { try AtomicFile.write(text, to: path) } catch { throw .file(error) }
  }

  /// Reads a model file.
  ///
  /// It is a JSON object with the members `format`, `version`, `target` (`name`, `positive`), `header`, `missing`, `columns` (see
  /// ``FeatureEncoding``), `features` (`name`, `mean`, `standardDeviation`, `coefficient` for the standardised feature,
  /// `originalCoefficient` for the feature as it is; mean and deviation 0 where it was constant), `intercept`, `originalIntercept`,
  /// `positiveWeight`, `l2`, `certificate` and `training`.
  ///
  /// - Throws: `ClassificationError.damagedModel`, which says what is wrong; `newerModel`; `file` where it cannot be read.
  public static func read(_ path: String) throws(ClassificationError) -> Classifier {
    let bytes: [UInt8]
    do { bytes = try contents(ofFile: path) } catch { throw .file(error) }
    return try Classifier(json: bytes)
  }

  /// Reads a model from the bytes of its file.
  public init(json: some Sequence<UInt8>) throws(ClassificationError) {
    do {
      self = try JSONDecoder().decode(Classifier.self, from: Data(json))
    } catch let error as ClassificationError {
      throw error
    } catch let error as DecodingError {
      throw .damagedModel(error.oneLine)
    } catch {
      throw .damagedModel("\(error)")
    }
  }
}

/// A value as readable JSON.
package func jsonText(_ value: some Encodable) throws(ClassificationError) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  do { return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n" } catch {
    throw .invalidSetting(name: "what is written as JSON", value: "\(error)", expected: "finite")
  }
}

extension DecodingError {
  /// What was wrong and where, on one line.
  fileprivate var oneLine: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\(place(context))the member \(quoted(key.stringValue)) is missing"
    case .typeMismatch(let type, let context): "\(place(context))expected \(Self.name(type))"
    case .valueNotFound(let type, let context):
      "\(place(context))expected \(Self.name(type)), received null"
    case .dataCorrupted(let context):
      "\(place(context))\(context.codingPath.isEmpty ? "it is not JSON" : context.debugDescription)"
    @unknown default: "it cannot be decoded"
    }
  }

  /// What JSON calls the type.
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
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
      .joined()
    return path.isEmpty ? "" : "\(path.hasPrefix(".") ? String(path.dropFirst()) : path): "
  }
}

extension TradeoffStudy {
  /// The study as JSON.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }
}

extension Evaluation {
  /// The metrics as JSON.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }
}
