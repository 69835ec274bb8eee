// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// A directory with files, in which the program runs.
struct ModelWorkplace {
  let directory: TemporaryDirectory
  var tool: Tool { Tool(directory: directory.path) }

  init(_ files: [String: String] = [:]) throws {
    directory = try TemporaryDirectory()
    for (name, text) in files { _ = try directory.write(text, to: name) }
  }

  /// Runs the program with the words of a line.
  func run(_ line: String) throws -> Outcome {
    try tool.run(line.split(separator: " ").map(String.init))
  }

  /// Runs the program and expects it to succeed; returns standard output.
  func succeed(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let outcome = try run(line)
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    return outcome.output
  }

  func text(_ name: String) throws -> String {
    String(decoding: try directory.read(name), as: UTF8.self)
  }

  /// A file of JSON.
  func json(_ name: String) throws -> JSON { try JSON(text(name)) }

  /// The columns of a table of numbers, without its header.
  func columns(ofTable text: String) throws -> [[Double]] {
    let rows = try text.split(separator: "\n").dropFirst().map { line in
      try line.split(separator: ",").map { try #require(Double($0)) }
    }
    return (rows.first ?? []).indices.map { column in rows.map { $0[column] } }
  }

  /// Writes an array of float64.
  func writeArray(_ numbers: [Double], shape: [Int], to name: String) throws {
    _ = try directory.write(NPYFile("<f8", shape, numbers).bytes, to: name)
  }

  /// The folder of the project.
  static let root = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }

  /// A file of the project.
  static func example(_ name: String) -> String {
    root.appending(path: "Examples").appending(path: name).path
  }
}

/// A parsed JSON value.
struct JSON {
  let value: Any

  init(_ text: String) throws { value = try JSONSerialization.jsonObject(with: Data(text.utf8)) }
  private init(value: Any) { self.value = value }

  subscript(key: String) -> JSON { JSON(value: (value as? [String: Any])?[key] ?? NSNull()) }
  var elements: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
  var number: Double? { (value as? NSNumber)?.doubleValue }
  var string: String? { value as? String }
  var isNull: Bool { value is NSNull }
}
