// SPDX-License-Identifier: Apache-2.0
/// Text from outside the program in double quotes, as `displayed` shows it. Quotes and backslashes
/// in it are escaped with a backslash.
package func quoted(_ text: some StringProtocol, limit: Int = 60) -> String {
  "\"\(displayed(text, limit: limit, escaping: ["\"", "\\"]))\""
}

/// Text from outside the program (a file name, a cell, an argument) for a message: on one line, and
/// cut after `limit` characters. Control characters, which a terminal obeys, and format
/// characters, which are invisible or change the direction of the text, are escaped.
package func displayed(
  _ text: some StringProtocol, limit: Int = 1000, escaping others: [Unicode.Scalar] = []
) -> String {
  let shown = text.unicodeScalars.prefix(limit)
  var result = ""
  for scalar in shown {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      result += scalar.escaped(asASCII: true)
    default: result += others.contains(scalar) ? "\\\(scalar)" : "\(scalar)"
    }
  }
  return shown.endIndex == text.unicodeScalars.endIndex ? result : result + "…"
}
