// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// Quotes words for a POSIX shell.
enum ShellWords {
  /// The command line.
  static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  /// The word as it is, or in quotes if it contains a special character: in `$'…'` with escapes if
  /// a terminal cannot show it.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_@%+=:,./-".utf8.contains(byte)
      }
    }
    if isPlain && !word.isEmpty { return word }
    if displayed(word, limit: .max) == word { return "'\(word.replacing("'", with: "'\\''"))'" }
    let escaped = word.utf8.map { byte in
      (0x20...0x7E).contains(byte) && !"'\\".utf8.contains(byte)
        ? String(UnicodeScalar(byte)) : "\\" + String(UInt16(byte) + 0o1000, radix: 8).dropFirst()
    }
    return "$'\(escaped.joined())'"
  }
}
