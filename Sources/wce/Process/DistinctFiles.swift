// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import SystemPackage

/// A file that a command reads or writes, and its name in messages. The path is nil if the option
/// was not given.
typealias NamedPath = (name: String, path: String?)

/// Refuses an output that would replace an input or another output.
func requireDistinctFiles(outputs: [NamedPath], inputs: [NamedPath]) throws(ValidationError) {
  for (index, output) in outputs.enumerated() {
    guard let path = output.path else { continue }
    for other in inputs + outputs[..<index] {
      if let otherPath = other.path, isSameFile(FilePath(path), FilePath(otherPath)) {
        throw ValidationError("\(output.name) and \(other.name) name the same file.")
      }
    }
  }
}

/// Whether two paths have the same name in the same directory, or lead to the same regular file.
private func isSameFile(_ path: FilePath, _ other: FilePath) -> Bool {
  if let status = try? path.stat(), let otherStatus = try? other.stat(), status.type == .regular,
    isSameFile(status, otherStatus)
  {
    return true
  }
  guard path.lastComponent == other.lastComponent,
    let directory = try? path.directory.stat(), let otherDirectory = try? other.directory.stat()
  else { return path == other }
  return isSameFile(directory, otherDirectory)
}

/// Whether two results of `stat` are about the same file.
func isSameFile(_ status: Stat, _ other: Stat) -> Bool {
  status.deviceID == other.deviceID && status.inode == other.inode
}

extension FilePath {
  fileprivate var directory: FilePath {
    let directory = removingLastComponent()
    return directory.isEmpty ? "." : directory
  }
}
