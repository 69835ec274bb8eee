// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Every example is a verbatim copy of code in a test, so it is compiled and run.
@Suite("Examples in the documentation")
struct ExampleTests {
  static let examples: [Example] = (try? Example.all(inFolder: folder)) ?? []
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Examples")

  /// The Swift blocks that are not code of a test, with the reason.
  private static let notCompiled: [String: String] = [
    #".package(url: "https://example.com/weighted-cross-entropy.git", from: "0.1.0")"#:
      "a line of a manifest with a placeholder address"
  ]

  @Test(
    arguments: try Documentation.pages().flatMap(\.codeBlocks).filter { $0.language == "swift" })
  func hasACopyInATest(_ block: CodeBlock) throws {
    if Self.notCompiled[block.text] != nil { return }
    // Imports are at the top of the file.
    let imports = block.lines.filter { $0.hasPrefix("import ") }
    let code = block.lines.drop { $0.hasPrefix("import ") || $0.isEmpty }.joined(separator: "\n")
    let twin = try #require(Self.examples.first { $0.text == code }, "no test has this code")
    let source = try String(contentsOf: Self.folder.appending(path: twin.file), encoding: .utf8)
    for line in imports { #expect(source.contains("\(line)\n"), "\(twin.file) lacks \(line)") }
  }

  @Test(arguments: try DocComment.examples())
  func hasACopyInATest(_ comment: DocComment) throws {
    #expect(
      Self.examples.contains { $0.text == comment.text }, "no test has this code:\n\(comment.text)")
  }

  @Test func everyExampleIsInTheDocumentation() throws {
    let blocks = try Documentation.pages().flatMap(\.codeBlocks).map(\.text)
    let comments = try DocComment.examples().map(\.text)
    #expect(!Self.examples.isEmpty)
    for example in Self.examples {
      #expect(
        blocks.contains { $0 == example.text || $0.hasSuffix("\n\n\(example.text)") }
          || comments.contains(example.text),
        "\(example.file) has an example that no page shows:\n\(example.text)")
    }
  }

  /// The tests of the C interface compile and run the program on its page.
  @Test func cBlocksArePartsOfTheProgramOnTheCPage() throws {
    let page = try Documentation.page("Sources/WeightedCrossEntropyCInterface/README.md")
    let program = try #require(page.codeBlocks.first { $0.language == "c" })
    let undented = program.lines.map { $0.hasPrefix("  ") ? String($0.dropFirst(2)) : $0 }
      .joined(separator: "\n")
    for block in try Documentation.pages().flatMap(\.codeBlocks)
    where block.language == "c" && block.page != page.path {
      #expect(
        undented.contains(block.text),
        "\(block.testDescription) is not part of the program on \(page.path)")
    }
  }

  /// The commands that a test cannot run, with the reason.
  private static let notRun: [String: String] = [
    "swift test": "it runs these tests",
    "swift build": "it builds the tests",
    "pip install": "it builds the library; the Python package has its own tests",
    ".ci/run": "it runs these tests",
    "git ": "it needs a clone and a network",
    "apt-get": "it changes the system",
    "Utilities/": "it takes minutes and needs tools of the toolchain",
    "python3 ": "it needs packages that the tests do not require",
    "valgrind": "it takes minutes and needs a tool that may not be installed",
    "--package-path Benchmarks": "it is a measurement in a separate package",
  ]

  @Test func everyBlockIsRunOrListed() throws {
    for block in try Documentation.pages().flatMap(\.codeBlocks) {
      switch block.language {
      case "swift", "c", "console", "pycon": continue
      // The tests of the Python package run the blocks of these pages.
      case "python":
        #expect(
          ["python/README.md", "\(Documentation.catalog)/OnAGPU.md"].contains(block.page),
          "nothing runs the Python of \(block.page)")
      case "sh":
        for line in block.lines where !line.isEmpty && !line.hasPrefix("#") {
          #expect(
            Self.notRun.keys.contains { line.contains($0) },
            "\(block.testDescription): \(line) is not listed"
          )
        }
      default: Issue.record("\(block.testDescription) is \(block.language), which nothing runs")
      }
    }
  }
}

/// An indented block in a documentation comment.
struct DocComment: CustomTestStringConvertible, Sendable {
  let file: String
  let text: String

  var testDescription: String { "\(file): \(text.prefix(40))" }

  /// The blocks that are code. A block without a declaration is a formula.
  static func examples() throws -> [DocComment] {
    var found: [DocComment] = []
    let sources = Documentation.root.appending(path: "Sources")
    let paths = try #require(FileManager.default.enumerator(atPath: sources.path))
    for case let path as String in paths where path.hasSuffix(".swift") {
      var block: [Substring] = []
      for line in try String(contentsOf: sources.appending(path: path), encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
      {
        let line = line.drop { $0 == " " }
        if line.hasPrefix("///     ") {
          block.append(line.dropFirst(8))
        } else if !block.isEmpty {
          let text = block.joined(separator: "\n")
          if text.contains("let ") || text.contains("var ") {
            found.append(DocComment(file: path, text: text))
          }
          block = []
        }
      }
    }
    return found
  }
}
