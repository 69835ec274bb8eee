// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output. A write that fails, as on a full disk, is an error.
enum StandardOutput {
  static let path = "/dev/stdout"

  static func write(_ text: String) throws(ToolError) {
    do throws(DataFileError) { try AtomicFile.write(text, to: path) } catch {
      throw ToolError(error)
    }
  }

  /// Prints the summary of a run whose outputs are in their places. An error about it says so.
  static func writeSummary(_ text: String, outputs: [String]) throws(ToolError) {
    do throws(ToolError) { try write(text) } catch {
      guard error.status != .brokenPipe, !outputs.isEmpty else { throw error }
      let files = outputs.map { displayed($0) }.joined(separator: ", ")
      throw ToolError(
        error.status,
        "\(error.message); only the summary was lost, the outputs are in place: \(files)")
    }
  }

  /// Whether a path leads to standard output: `/dev/stdout`, `/dev/fd/1`, a link to one of them, or
  /// the file that a shell redirects it to.
  static func isTarget(_ path: String) -> Bool {
    guard path != self.path else { return true }
    guard let output = try? FileDescriptor.standardOutput.stat() else { return false }
    return (try? FilePath(path).stat()).map { isSameFile($0, output) } ?? false
  }

  /// Whether it is a pipe whose reader has closed it.
  static var hasLostReader: Bool {
    var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&descriptor, 1, 0) == 1 && descriptor.revents & Int16(POLLERR) != 0
  }
}

/// Standard error. Nothing else in the tool prints to it.
enum StandardError {
  /// Opens the standard streams that the parent has closed; otherwise the next file would get their
  /// numbers, and messages would be written into it. Using such a stream fails as it did.
  static func openClosedStreams() {
    for (number, mode) in [(0, .writeOnly), (1, .readOnly), (2, .readOnly)]
      as [(CInt, FileDescriptor.AccessMode)]
    where (try? FileDescriptor(rawValue: number).stat()) == nil {
      _ = try? FileDescriptor.open("/dev/null", mode)
    }
  }

  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// The width of the terminal; 80 if it is not known.
  static var columnCount: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      ? Int(size.ws_col) : 80
  }

  /// Prints one line. Text from outside is already escaped in it; this is a safeguard.
  static func report(_ message: String) { write("wce: \(displayed(message, limit: 10_000))\n") }

  /// The lines of this run about files, without the words `wce: note: `. JSON output repeats them.
  static var notes: [String] { printed.withLock { $0 } }

  private static let printed = Mutex<[String]>([])

  /// Prints a line about a file that is not an error, once: `wce loss` may read a table several
  /// times.
  static func note(about path: String, _ notice: String) {
    let line = "\(displayed(path)): \(notice)"
    let isNew = printed.withLock { notes in
      guard !notes.contains(line) else { return false }
      notes.append(line)
      return true
    }
    if isNew { report("note: \(line)") }
  }

  /// Prints a line about an assumption about the first row of a table.
  static func note(about path: String, _ doubt: CSVHeader.Doubt?) {
    let notice =
      switch doubt {
      case nil: nil as String?
      case .headerWithNumber(let cell):
        "the first row was read as the header although its cell \(quoted(cell)) is a number; if it "
          + "is data, use --no-header"
      case .numberedHeader:
        "the first row, 0, 1, 2 and so on, was read as a header without names, and columns are "
          + "counted from 1; if it is data, use --no-header"
      case .zeroAsData:
        "the first row, 0, was read as data; if it is the header, use --header"
      }
    if let notice { note(about: path, notice) }
  }

  /// Prints the parser's lines about wrong usage.
  static func reportUsage(_ message: String, _ arguments: some Sequence<String>) {
    write(usage(message, arguments))
  }

  /// The parser's lines about wrong usage, which repeat arguments of any content, escaped.
  static func usage(_ message: String, _ arguments: some Sequence<String>) -> String {
    var message = message
    // An argument of several lines, or a long one, or the value in `--option=value`.
    for argument in arguments {
      let value = argument.split(separator: "=", maxSplits: 1).dropFirst().map(String.init)
      for text in [argument] + value {
        message.replace("'\(text)'", with: "'\(displayed(text, limit: 200))'")
      }
    }
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.map { displayed($0) + "\n" }.joined()
  }

  /// Writes text as it is. A failure cannot be reported anywhere.
  static func write(_ text: String) { _ = try? FileDescriptor.standardError.writeAll(text.utf8) }
}
