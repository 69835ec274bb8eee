// SPDX-License-Identifier: Apache-2.0
/// Quotes words for a POSIX shell.
enum ShellWords {
  /// The command line.
  static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  /// The word as it is, or in single quotes if it contains a special character.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_@%+=:,./-".utf8.contains(byte)
      }
    }
    return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }
}
