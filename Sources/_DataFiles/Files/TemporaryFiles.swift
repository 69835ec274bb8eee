// SPDX-License-Identifier: Apache-2.0
import Synchronization
import SystemPackage

/// The temporary files that exist now, so that an interrupted program can remove them.
///
/// A file is created, renamed or removed while the lock is held, so the list is always complete.
enum TemporaryFiles {
  private static let paths = Mutex<Set<String>>([])

  /// Creates a file. `exclusiveCreate` refuses a path at which a file or a link exists.
  static func create(_ path: String, _ permissions: FilePermissions) throws -> FileDescriptor {
    try paths.withLock { paths in
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: permissions)
      paths.insert(path)
      return file
    }
  }

  /// Renames a file unless it has been removed.
  static func rename(_ path: String, to target: String) throws {
    try paths.withLock { paths in
      guard paths.contains(path) else { throw Errno.noSuchFileOrDirectory }
      try SystemCalls.rename(path, to: target)
      paths.remove(path)
    }
  }

  static func remove(_ path: String) {
    paths.withLock { paths in
      if paths.remove(path) != nil { try? SystemCalls.remove(path) }
    }
  }

  /// Removes every file, then runs `body` while none can be created.
  static func removeAll(then body: () -> Void) {
    paths.withLock { paths in
      for path in paths { try? SystemCalls.remove(path) }
      paths.removeAll()
      body()
    }
  }
}
