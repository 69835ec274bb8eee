// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that a command reads or writes, and what the command line calls it; no path where it was not given.
typealias NamedPath = (name: String, path: String?)

/// Refuses an output that would take the place of an input or of another output.
func requireDistinctFiles(outputs: [NamedPath], inputs: [NamedPath]) throws(ValidationError) {
  for (index, output) in outputs.enumerated() {
    guard let path = output.path else { continue }
    for other in inputs + outputs[..<index] {
      if let otherPath = other.path, isSameFile(path, otherPath) {
        throw ValidationError("\(output.name) and \(other.name) name the same file.")
      }
    }
  }
}

/// Whether two paths are spellings of one, or lead to one regular file by whatever links.
private func isSameFile(_ path: String, _ other: String) -> Bool {
  if URL(filePath: path).standardizedFileURL == URL(filePath: other).standardizedFileURL {
    return true
  }
  var (status, otherStatus) = (stat(), stat())
  guard stat(path, &status) == 0, stat(other, &otherStatus) == 0 else { return false }
  return status.st_mode & S_IFMT == S_IFREG && status.st_dev == otherStatus.st_dev
    && status.st_ino == otherStatus.st_ino
}
