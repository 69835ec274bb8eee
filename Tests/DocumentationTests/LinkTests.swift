// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// Everything that the pages refer to exists.
@Suite("Links in the documentation")
struct LinkTests {
  @Test(arguments: try Documentation.pages())
  func resolve(_ page: MarkdownPage) throws {
    let folder = URL(filePath: page.path).deletingLastPathComponent().relativePath
    for link in page.links where !link.contains("://") {
      let parts = link.split(separator: "#", maxSplits: 1)
      let path = "\(folder)/\(parts[0])"
      #expect(Documentation.exists(path), "\(page.path) links to \(link)")
      if parts.count == 2, Documentation.exists(path) {
        let anchors = try Documentation.text(path).matches(of: /(?m)^#+ (.*)$/).map { match in
          match.1.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.joined(separator: "-")
        }
        #expect(anchors.contains { $0 == parts[1] }, "\(page.path) links to \(link)")
      }
    }
    for link in page.text.matches(of: /<doc:(\w+)>/) {
      #expect(
        Documentation.exists("\(folder)/\(link.1).md"),
        "\(page.path) links to \(link.1)")
    }
  }

  /// Files and folders that pages name in code spans.
  @Test(arguments: try Documentation.pages())
  func pathsExist(_ page: MarkdownPage) throws {
    let paths = page.text.matches(
      of:
        /[` ]((?:Sources|Tests|Benchmarks|Examples|Utilities|Documentation|python|\.ci)\/[\w.\/+-]*)[` ]/
    )
    for path in paths.map({ String($0.1) }) {
      #expect(Documentation.exists(path), "\(page.path) names \(path)")
    }
  }

  @Test(arguments: try Documentation.pages())
  func benchmarksExist(_ page: MarkdownPage) throws {
    let manifest = try Documentation.text("Benchmarks/Package.swift")
    for name in page.text.matches(of: /--package-path Benchmarks ([\w-]+)/).map({ $0.1 }) {
      #expect(manifest.contains("tool(\"\(name)\""), "\(page.path) names the benchmark \(name)")
    }
  }

  @Test func versionsAgree() throws {
    let tool = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "wce")
    let version = try Execution(of: tool.path, ["--version"], directory: "/", environment: [:]).text
      .trimmingCharacters(in: .newlines)
    #expect(try Documentation.text("CHANGELOG.md").contains("## [\(version)]"))
    #expect(try Documentation.text("README.md").contains("from: \"\(version)\""))
  }
}
