// SPDX-License-Identifier: Apache-2.0
extension Markup {
  /// A whole document, which fetches nothing and needs no script. It is well-formed XML.
  static func page(title: Markup, generator: String, content: Markup) -> Markup {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta http-equiv="Content-Security-Policy" content="\(Script.policy)"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="generator" content="\(generator)"/>
    <link rel="icon" href="data:,"/>
    <title>\(title)</title>
    <style>
    \(Markup(stringLiteral: StyleSheet.page))
    \(Markup(stringLiteral: StyleSheet.sections))
    \(Markup(stringLiteral: StyleSheet.chart))
    </style>
    </head>
    <body>
    <main>
    \(content)
    </main>
    <script>\(Markup(stringLiteral: Script.source))</script>
    </body>
    </html>

    """
  }

  /// How the page was made.
  static func footer(generator: String, command: String, notes: [String]) -> Markup {
    """
    <footer>
    <p>Made by \(generator) with the command</p>
    <pre><code>\(command)</code></pre>
    \(notes.map { "<p>\($0)</p>" as Markup }.lines)
    </footer>
    """
  }
}
