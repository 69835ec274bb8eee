// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the bytes for a path go: into a file that takes the path's place at the end, or straight to what is there.
enum OutputDestination {
  /// A regular file, existing or not. `path` has no symbolic link at its end; `old` is the file to be replaced.
  case replacement(path: String, old: stat?)
  /// A descriptor that takes the bytes as they come: a device, a FIFO, an inherited descriptor.
  case stream(descriptor: Int32)

  init(path: String) throws(DataFileError) {
    guard !path.isEmpty else {
      throw DataFileError(.cannotCreate, path: path, reason: "the path is empty")
    }
    if let number = Self.inheritedDescriptor(path) {
      guard let copy = retryingOnInterrupt({ dup(number) }) else {
        throw Self.cannotCreate(path, SystemError.last)
      }
      self = .stream(descriptor: copy)
      return
    }
    var old = stat()
    guard stat(path, &old) == 0 else {
      let error = SystemError.last
      var link = stat()
      if error.code == ENOENT, lstat(path, &link) == 0 {
        throw DataFileError(
          .cannotCreate, path: path,
          reason: "cannot be written: it is a symbolic link to a file that does not exist")
      }
      guard error.code == ENOENT else { throw Self.cannotCreate(path, error) }
      self = .replacement(path: path, old: nil)
      return
    }
    switch old.st_mode & S_IFMT {
    case S_IFREG:
      // Renaming needs only the directory's permission; a file that may not be written must not be replaced either.
      guard access(path, W_OK) == 0, let resolved = realpath(path, nil) else {
        throw Self.cannotCreate(path, SystemError.last)
      }
      defer { free(resolved) }
      self = .replacement(path: String(cString: resolved), old: old)
    case S_IFDIR:
      throw DataFileError(.cannotCreate, path: path, reason: "cannot be written: it is a directory")
    default:
      guard let descriptor = retryingOnInterrupt({ open(path, O_WRONLY | O_CLOEXEC) }) else {
        throw Self.cannotCreate(path, SystemError.last)
      }
      self = .stream(descriptor: descriptor)
    }
  }

  /// The number of an open descriptor that a path names. Opening such a path anew would write over a file that the shell
  /// has opened for appending.
  private static func inheritedDescriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": STDOUT_FILENO
    case "/dev/stderr": STDERR_FILENO
    case _ where path.hasPrefix("/dev/fd/"): Int32(path.dropFirst("/dev/fd/".count))
    default: nil
    }
  }

  static func cannotCreate(_ path: String, _ error: SystemError) -> DataFileError {
    let reason =
      switch error.code {
      case ENOENT: "its directory does not exist"
      case ENOTDIR: "a part of the path is not a directory"
      default: error.reason
      }
    return DataFileError(.cannotCreate, path: path, reason: "cannot be written: \(reason)")
  }
}
