// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Names a command that does not exist, and an option that does not exist before one that is
/// missing: `--traget` is why `--target` is.
enum UnknownOption {
  /// The parser's message about wrong usage, or one about an unknown option of the command.
  static func named(in arguments: [String], _ message: String) -> String {
    let commands = WCE.configuration.subcommands.map { $0.configuration.commandName ?? "" }
    if let name = arguments.first, !name.hasPrefix("-"), name != "help", !commands.contains(name) {
      return replacing("Unknown command '\(name)'.\(hint(name, commands))", in: message)
    }
    guard !message.contains("Unknown option"),
      let command = WCE.configuration.subcommands.first(where: {
        $0.configuration.commandName == arguments.first
      })
    else { return message }
    let help = command.helpMessage(includeHidden: true, columns: 200)
    let known = Set(help.matches(of: /--[a-z0-9-]+/).map { String($0.output) })
    var isValue = false
    for argument in arguments.dropFirst().prefix(while: { $0 != "--" }) {
      let name = argument.prefix { $0 != "=" }
      if !isValue, name.hasPrefix("--"), !known.contains(String(name)) {
        return replacing("Unknown option '\(name)'.\(hint(String(name), known))", in: message)
      }
      isValue = argument == name && help.contains("\(name) <")
    }
    return message
  }

  /// The message with another first line.
  private static func replacing(_ line: String, in message: String) -> String {
    let rest = message.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    return (["Error: \(line)"] + rest.map(String.init)).joined(separator: "\n")
  }

  private static func hint(_ name: String, _ known: some Sequence<String>) -> String {
    let near = known.map { (word: $0, distance: distance(Array($0), Array(name))) }
      .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
    return near.flatMap { $0.distance < 4 ? " Did you mean '\($0.word)'?" : nil } ?? ""
  }

  /// The number of insertions, deletions and replacements between two texts (Levenshtein).
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, character) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let next = min(row[j + 1] + 1, row[j] + 1, diagonal + (character == other ? 0 : 1))
        (diagonal, row[j + 1]) = (row[j + 1], next)
      }
    }
    return row[b.count]
  }
}
