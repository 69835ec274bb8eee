// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The rules for names of inputs and outputs, the same for all commands.
enum FileName {
  /// Checks the name of an input.
  static func input(_ name: String) throws -> String {
    try checkDash(name, "standard input is /dev/stdin")
    return name
  }

  /// Checks the name of an output. It must have the ending of its format, so that a slip
  /// (`--json data.csv`, as if `--json` were a flag) replaces no other file. Anything in `/dev`
  /// (`/dev/stdout`, `/dev/null`) is a stream, which may have any name.
  static func output(_ endings: String...) -> @Sendable (String) throws -> String {
    { name in
      try checkDash(name, "standard output is /dev/stdout")
      let isStream = name.hasPrefix("/dev/") && !name.hasPrefix("/dev/shm/")
      guard isStream || endings.contains(where: name.lowercased().hasSuffix) else {
        throw ValidationError(
          "the name of an output must end with \(endings.joined(separator: " or "))")
      }
      return name
    }
  }

  /// Other tools take `-` for a standard stream. Here it would be a file of that name, which is
  /// never meant.
  private static func checkDash(_ name: String, _ hint: String) throws(ValidationError) {
    if name == "-" { throw ValidationError(hint) }
  }
}
