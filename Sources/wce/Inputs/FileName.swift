// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The rules for names of inputs and outputs, the same for all commands.
enum FileName {
  /// The name of an input; `-` is standard input.
  static func input(_ name: String) -> String { name == "-" ? "/dev/stdin" : name }

  /// Checks the name of an output. It must have the ending of its format, so that a slip
  /// (`--json data.csv`, as if `--json` were a flag) replaces no other file. Anything in `/dev`
  /// (`/dev/stdout`, `/dev/null`) is a stream, which may have any name.
  static func output(_ endings: String...) -> @Sendable (String) throws -> String {
    { name in
      // A file of that name is never meant.
      if name == "-" { throw ValidationError("standard output is /dev/stdout") }
      let isStream = name.hasPrefix("/dev/") && !name.hasPrefix("/dev/shm/")
      guard isStream || endings.contains(where: name.lowercased().hasSuffix) else {
        throw ValidationError(
          "the name of an output must end with \(endings.joined(separator: " or "))")
      }
      return name
    }
  }
}
