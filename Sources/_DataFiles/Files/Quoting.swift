// SPDX-License-Identifier: Apache-2.0
/// The text in double quotes, on one line, cut after `limit` characters. Quotes and backslashes in
/// it are escaped with a backslash.
package func quoted(_ text: some StringProtocol, limit: Int = 60) -> String {
  let shown = text.unicodeScalars.prefix(limit)
  let isWhole = shown.endIndex == text.unicodeScalars.endIndex
  let escaped = shown.map { scalar in
    scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : escapingControlCharacters("\(scalar)")
  }
  return "\"\(escaped.joined())\(isWhole ? "" : "…")\""
}

/// The text with control characters escaped, so that a message stays on one line and cannot control
/// a terminal.
package func escapingControlCharacters(_ text: some StringProtocol) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: escaped += scalar.escaped(asASCII: true)
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}
