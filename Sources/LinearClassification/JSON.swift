// SPDX-License-Identifier: Apache-2.0
import _DataFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The readable JSON of a value.
package func jsonText(_ value: some Encodable) throws(ClassificationError) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  do { return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n" } catch {
    throw .invalidSetting(name: "a number in JSON", value: "\(error)", expected: "finite")
  }
}

/// The members `format` and `version`, with which every JSON file of this software begins.
struct JSONFormat {
  /// The value of `format`.
  let name: String
  /// What the file holds, for errors.
  let noun: String
  /// The latest version that can be read.
  let version: Int

  enum Key: String, CodingKey { case format, version }

  /// - Parameter version: The first version whose readers understand the file.
  func encode(to encoder: any Encoder, version: Int? = nil) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .format)
    try container.encode(version ?? self.version, forKey: .version)
  }

  /// Checks the two members.
  func check(_ decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let format = try container.decodeIfPresent(String.self, forKey: .format)
    guard format == name else {
      throw damaged(
        format.map { "it is a \(quoted($0)), not a \"\(name)\"" }
          ?? "it lacks \"format\": \"\(name)\"")
    }
    let found = try container.decode(Int.self, forKey: .version)
    guard found <= version else {
      throw ClassificationError.newerModel(version: found, supported: version, noun: noun)
    }
    guard found >= 1 else { throw damaged("unknown format version \(found)") }
  }

  func damaged(_ reason: String) -> ClassificationError { .damagedModel(reason, noun: noun) }

  /// The value of a JSON text from outside.
  func parsed<Value: Decodable>(
    _ json: some Sequence<UInt8>
  ) throws(ClassificationError) -> Value {
    let data = Data(json)
    do {
      let value = try JSONDecoder().decode(Value.self, from: data)
      if let key = duplicateKey(inJSON: data) {
        throw damaged("the key \(quoted(key)) occurs twice in an object")
      }
      return value
    } catch let error as ClassificationError {
      throw error
    } catch let error as DecodingError {
      throw damaged(error.oneLine)
    } catch {
      throw damaged("\(error)")
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

extension TradeoffStudy {
  /// The study as JSON.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }
}

extension ThresholdStudy {
  /// The study as JSON.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }
}

extension Evaluation {
  /// The metrics as JSON.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }
}
