// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The copy of a documentation example in a compiled test, between the lines `// example` and
/// `// end`.
struct Example: Equatable {
  let file: String
  let text: String

  /// The examples in a file's text, without their common indentation.
  static func all(in source: String, file: String) -> [Example] {
    var examples: [Example] = []
    var open: [Substring]?
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      switch line.trimmingPrefix(while: { $0 == " " }) {
      case "// example": open = []
      case "// end":
        if let lines = open { examples.append(Example(file: file, text: dedented(lines))) }
        open = nil
      default: open?.append(line)
      }
    }
    return examples
  }

  /// The examples of all files of a folder.
  static func all(inFolder folder: URL) throws -> [Example] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "swift" }
      .flatMap { all(in: try String(contentsOf: $0, encoding: .utf8), file: $0.lastPathComponent) }
  }

  static func dedented(_ lines: [some StringProtocol]) -> String {
    let indentation =
      lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return lines.map { $0.dropFirst(indentation) }.joined(separator: "\n")
  }
}

/// Asserts that a comment in an example of the calling file shows the value: `// VALUE`.
///
/// The page shows the same, because each example is a verbatim copy of code on the page.
func expectShown(
  _ value: some Any, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let path = sourceLocation.filePath
  let source = try String(contentsOfFile: path, encoding: .utf8)
  let isShown = Example.all(in: source, file: path).contains { example in
    example.text.split(separator: "\n").contains { line in
      guard let comment = line.firstRange(of: "// ") else { return false }
      let shown = line[comment.upperBound...]
      return shown == "\(value)" || shown.hasPrefix("\(value),") || shown.hasSuffix(" is \(value)")
    }
  }
  #expect(isShown, "no example in this file shows \(value)", sourceLocation: sourceLocation)
}
