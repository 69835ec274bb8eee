// SPDX-License-Identifier: Apache-2.0
import Testing

/// The parsers that find the examples. Without these tests, a parser that finds nothing would pass.
@Suite("Parsing of pages")
struct ParsingTests {
  @Test func blocksAndTables() {
    let page = MarkdownPage(
      path: "page.md",
      text: """
        text [a link](README.md#Part)

        ```swift
        let a = 1

        let b = "| no | table |"
        ```
        | x | |
        |---|---|
        | 1 | a \\| b |
        | 2 | |
        """)
    #expect(page.links == ["README.md#Part"])
    #expect(page.codeBlocks.map(\.text) == ["let a = 1\n\nlet b = \"| no | table |\""])
    #expect(page.codeBlocks.map(\.language) == ["swift"])
    #expect(page.codeBlocks.map(\.line) == [3])
    #expect(
      page.tables == [MarkdownTable(header: ["x", ""], rows: [["1", "a | b"], ["2", ""]])])
    #expect(page.table(with: "x")?.column("x") == ["1", "2"])
  }

  @Test func sessions() throws {
    let session = Session([
      "$ echo a \\", "  b", "a b", "$ false", "$ echo $?; echo c >&2", "1", "c",
    ])
    #expect(session.commands.map(\.line) == ["echo a \\\n  b", "false", "echo $?; echo c >&2"])
    #expect(session.commands.map(\.output) == ["a b\n", "", "1\nc\n"])
    #expect(try session.run(in: "/") == session.commands.map(\.output))
  }

  @Test func examplesAreDedented() {
    let source = """
      func test() {
          // example
          if a {
            b()

          }
          // end
          c()
      }
      """
    #expect(Example.all(in: source, file: "a.swift").map(\.text) == ["if a {\n  b()\n\n}"])
  }
}
