// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A page of documentation: its fenced blocks of code, its tables and its links.
struct MarkdownPage: CustomTestStringConvertible {
  /// Relative to the checkout.
  let path: String
  let text: String
  let codeBlocks: [CodeBlock]
  let tables: [MarkdownTable]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    var blocks: [CodeBlock] = []
    var tables: [MarkdownTable] = []
    var open: CodeBlock?
    var rows: [[String]] = []
    for (index, line) in "\(text)\n".split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
        } else {
          open = CodeBlock(
            page: path, line: index + 1, language: String(line.dropFirst(3)), lines: [])
        }
      } else if open != nil {
        open?.lines.append(String(line))
      } else if line.hasPrefix("|") {
        rows.append(MarkdownTable.cells(of: line))
      } else if !rows.isEmpty {
        // The second row is the line below the header.
        tables.append(MarkdownTable(header: rows[0], rows: Array(rows.dropFirst(2))))
        rows = []
      }
    }
    codeBlocks = blocks
    self.tables = tables
  }

  var testDescription: String { path }

  /// The targets of links: `[text](target)`.
  var links: [String] { text.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) } }

  /// The first table that has a column of this name.
  func table(with column: String) -> MarkdownTable? { tables.first { $0.header.contains(column) } }
}

/// A fenced block.
struct CodeBlock: CustomTestStringConvertible, Sendable {
  let page: String
  let line: Int
  let language: String
  var lines: [String]

  var text: String { lines.joined(separator: "\n") }
  var testDescription: String { "\(page):\(line)" }
}

/// A table.
struct MarkdownTable: Equatable {
  let header: [String]
  let rows: [[String]]

  /// The cells of a column; empty if there is no such column.
  func column(_ name: String) -> [String] {
    guard let index = header.firstIndex(of: name) else { return [] }
    return rows.map { index < $0.count ? $0[index] : "" }
  }

  static func cells(of line: Substring) -> [String] {
    // `\|` is a bar within a cell.
    String(line).replacing("\\|", with: "\u{0}")
      .split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
      .map { String($0).replacing("\u{0}", with: "|").trimmingCharacters(in: .whitespaces) }
  }
}

extension MarkdownTable: CustomStringConvertible {
  /// The Markdown of the table. The message of a failed test can replace a table that is out of
  /// date.
  var description: String {
    ([header, header.map { _ in "---" }] + rows).map { "| \($0.joined(separator: " | ")) |" }
      .joined(separator: "\n")
  }
}
