// SPDX-License-Identifier: Apache-2.0
import Synchronization
import SystemPackage

/// The temporary files that exist now, so that an interrupted program can remove them.
///
/// A file is created, named, renamed or removed while the lock is held, so the list is always
/// complete.
enum TemporaryFiles {
  /// The paths, and whether each file has its name yet.
  private static let files = Mutex<[String: Bool]>([:])

  /// Creates a file for `target`. If the system can, the file has no name until `rename`, so that a
  /// killed process leaves nothing. Otherwise leftovers of killed processes are removed, and the
  /// file is locked, so that others do not take it for one.
  static func create(
    for target: String, _ permissions: FilePermissions, unnamed: Bool
  ) throws -> (FileDescriptor, path: String) {
    let (directory, name) = SystemCalls.split(target)
    // A file name has at most 255 bytes on the usual file systems.
    let prefix = ".\(String(decoding: name.utf8.prefix(200), as: UTF8.self))."
    return try files.withLock { files in
      let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
      let path = "\(directory)\(prefix)\(suffix).tmp"
      if unnamed, let file = try? FileDescriptor.unnamed(in: directory, permissions) {
        files[path] = false
        return (file, path)
      }
      removeLeftovers(in: directory, prefix: prefix)
      while true {
        let file = try FileDescriptor.open(
          path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
          permissions: permissions)
        // Another process may have removed the file before it was locked.
        _ = file.lock(waits: true)
        if let status = try? file.stat(), status.linkCount == 0 {
          try? file.close()
          continue
        }
        files[path] = true
        return (file, path)
      }
    }
  }

  /// Renames files back to back unless one of them has been removed.
  static func rename(
    _ group: [(file: FileDescriptor, path: String, target: String)]
  ) throws(DataFileError) {
    try files.withLock { files throws(DataFileError) in
      for (file, path, target) in group {
        try mappingErrno(to: { .failed("writing", target, $0) }) {
          guard let isNamed = files[path], !isNamed || SystemCalls.exists(path) else {
            throw Errno.noSuchFileOrDirectory
          }
          if !isNamed { try file.link(to: path) }
        }
        files[path] = true
      }
      for (_, path, target) in group {
        try mappingErrno(to: { .failed("writing", target, $0) }) {
          try SystemCalls.rename(path, to: target)
        }
        files[path] = nil
      }
    }
  }

  static func remove(_ path: String) {
    files.withLock { files in
      if files.removeValue(forKey: path) == true { try? SystemCalls.remove(path) }
    }
  }

  /// Removes every file, then runs `body` while none can be created.
  static func removeAll(then body: () -> Void) {
    files.withLock { files in
      for (path, isNamed) in files where isNamed { try? SystemCalls.remove(path) }
      files.removeAll()
      body()
    }
  }

  /// Removes the temporary files with this prefix that no process has locked.
  private static func removeLeftovers(in directory: String, prefix: String) {
    for name in SystemCalls.fileNames(in: directory) {
      guard name.utf8.starts(with: prefix.utf8), name.hasSuffix(".tmp"),
        let suffix = Substring(name.utf8.dropFirst(prefix.utf8.count)).split(separator: ".").first,
        UInt64(suffix, radix: 36) != nil, name == "\(prefix)\(suffix).tmp"
      else { continue }
      let path = directory + name
      guard
        let file = try? FileDescriptor.open(
          path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
      else { continue }
      if (try? file.stat())?.type == .regular, file.lock(waits: false) {
        try? SystemCalls.remove(path)
      }
      try? file.close()
    }
  }
}
