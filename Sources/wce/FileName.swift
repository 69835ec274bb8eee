import ArgumentParser

/// What holds for the names of the outputs of all commands.
enum FileName {
  /// Checks the name of an output: it ends as its format does, so that a slip (`--json data.csv`, as if `--json` were a flag) replaces
  /// no other file. What lies in `/dev` (`/dev/stdout`, `/dev/null`) is a stream, of any name.
  static func output(_ endings: String...) -> @Sendable (String) throws -> String {
    { name in
      let isStream = name.hasPrefix("/dev/") && !name.hasPrefix("/dev/shm/")
      guard isStream || endings.contains(where: name.lowercased().hasSuffix) else {
        throw ValidationError("the name of an output ends with \(endings.joined(separator: " or "))")
      }
      return name
    }
  }
}
