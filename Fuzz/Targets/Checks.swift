// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import _DataFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ends the process, so that libFuzzer keeps the input, unless a condition holds.
func check(_ condition: Bool, _ problem: @autoclosure () -> String) {
  if !condition { fatalError(problem()) }
}

/// Checks that a message is one line of text that commands no terminal, of a sensible length.
func checkPlain(_ message: String) {
  check(
    !message.isEmpty && displayed(message, limit: .max) == message && message.utf8.count < 10_000,
    "not a plain line of text: \(message.debugDescription)")
}

/// Checks the error about the content of a file.
func check(_ error: DataFileError, path: String) {
  check(error.path == path, "an error about another file: \(error)")
  check(error.code == .badData, "not an error in the data: \(error)")
  checkPlain(error.description)
}

/// Whether two arrays have the same bits, or NaN in the same places.
func areSame<Scalar: BinaryFloatingPoint>(_ first: [Scalar], _ second: [Scalar]) -> Bool {
  first.count == second.count
    && zip(first, second).allSatisfy {
      $0 == $1 && $0.sign == $1.sign || $0.isNaN && $1.isNaN
    }
}

/// The files of this process, in a directory of its own.
enum Scratch {
  private static let directory: String = {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/fuzz-XXXXXX".utf8CString)
    check(mkdtemp(&template) != nil, "no directory for files in \(parent)")
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }()

  static func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// Writes a file, extends it with a hole to `size` if it is smaller, and returns its path.
  static func write(_ bytes: some Sequence<UInt8>, to name: String, size: Int = 0) -> String {
    let path = path(name)
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
      try file.closeAfter {
        let count = try file.writeAll(bytes)
        check(ftruncate(file.rawValue, off_t(max(count, size))) == 0, "the size \(size)")
      }
    } catch { fatalError("\(path): \(error)") }
    return path
  }

  static func remove(_ path: String) { unlink(path) }
}
