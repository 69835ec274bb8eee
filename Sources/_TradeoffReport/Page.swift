// SPDX-License-Identifier: Apache-2.0
extension Markup {
  /// A whole document, which fetches nothing and needs no script. It is well-formed XML.
  ///
  /// - Parameters:
  ///   - facts: A line below the heading.
  ///   - content: The sections.
  static func page(
    _ heading: String, _ provenance: Provenance, facts: Markup, content: Markup
  ) -> Markup {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta http-equiv="Content-Security-Policy" content="\(Script.policy)"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="generator" content="\(provenance.generator)"/>
    <link rel="icon" href="data:,"/>
    <title>\(heading) – \(provenance.dataName)</title>
    <style>
    \(Markup(stringLiteral: StyleSheet.page))
    \(Markup(stringLiteral: StyleSheet.sections))
    \(Markup(stringLiteral: StyleSheet.chart))
    </style>
    </head>
    <body>
    <main>
    <header>
    <h1>\(heading)</h1>
    <p class="facts">\(facts)</p>
    </header>
    \(content)
    <footer>
    <p>Made by \(provenance.generator) with the command</p>
    <pre><code>\(provenance.command)</code></pre>
    \(provenance.notes.map { "<p>\($0)</p>" as Markup }.lines)
    </footer>
    </main>
    <script>\(Markup(stringLiteral: Script.source))</script>
    </body>
    </html>

    """
  }
}
