// SPDX-License-Identifier: Apache-2.0
import _DataFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output, with failures reported: a full disk behind a redirection is an error, not silence.
enum Output {
  /// Its name as a file.
  static let path = "/dev/stdout"

  static func write(_ text: String) throws(ToolError) {
    do throws(DataFileError) { try AtomicFile.write(text, to: path) } catch {
      throw ToolError(error)
    }
  }
  /// Whether it is a pipe that nobody reads any more.
  static var readerHasGone: Bool {
    var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&descriptor, 1, 0) == 1 && descriptor.revents & Int16(POLLERR) != 0
  }
}
