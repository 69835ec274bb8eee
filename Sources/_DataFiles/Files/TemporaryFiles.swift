// SPDX-License-Identifier: Apache-2.0
import Synchronization
import SystemPackage
import _Termination

/// The temporary files that exist now. A signal that ends the program removes them, if it has
/// called `wce_clean_up_on_signals`.
enum TemporaryFiles {
  /// For each path its entry in the table of the signal handler, and whether the file has its name.
  private static let files = Mutex<[String: (entry: Int32, isNamed: Bool)]>([:])

  /// Creates a file for `target`. If the system can, the file has no name until `rename`, so a
  /// process that is killed before leaves nothing. The files that killed processes left are
  /// removed, and the new file is locked, so that other processes do not remove it.
  static func create(
    for target: String, _ permissions: FilePermissions, unnamed: Bool
  ) throws -> (FileDescriptor, path: String) {
    let (directory, name) = SystemCalls.split(target)
    // A file name has at most 255 bytes on the usual file systems.
    let prefix = ".\(String(decoding: name.utf8.prefix(200), as: UTF8.self))."
    return try files.withLock { files in
      let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
      let path = "\(directory)\(prefix)\(suffix).tmp"
      removeLeftovers(in: directory, prefix: prefix)
      if unnamed, let file = try? FileDescriptor.unnamed(in: FilePath(directory), permissions) {
        _ = file.lock(waits: true)
        files[path] = (-1, isNamed: false)
        return (file, path)
      }
      while true {
        // Registered first, because a signal may arrive as soon as the file exists.
        let entry = wce_register_temporary_file(path)
        let file: FileDescriptor
        do {
          file = try FileDescriptor.open(
            path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: permissions)
        } catch {
          wce_forget_temporary_file(entry)
          throw error
        }
        // Another process may have removed the file before it was locked.
        _ = file.lock(waits: true)
        if let status = try? file.stat(), status.linkCount == 0 {
          try? file.close()
          wce_forget_temporary_file(entry)
          continue
        }
        files[path] = (entry, isNamed: true)
        return (file, path)
      }
    }
  }

  /// Renames files back to back unless one of them has been removed.
  static func rename(
    _ group: [(file: FileDescriptor, path: String, target: String)]
  ) throws(DataFileError) {
    try files.withLock { files throws(DataFileError) in
      // Signals are blocked until all files are renamed, so the outputs of a run stay together.
      try SystemCalls.withoutSignals { () throws(DataFileError) in
        for (file, path, target) in group {
          try mappingErrno(to: { .failed("writing", target, $0) }) {
            guard let old = files[path], !old.isNamed || SystemCalls.exists(path) else {
              throw Errno.noSuchFileOrDirectory
            }
            guard !old.isNamed else { return }
            files[path] = (wce_register_temporary_file(path), isNamed: true)
            try file.link(to: path)
          }
        }
        for (_, path, target) in group {
          try mappingErrno(to: { .failed("writing", target, $0) }) {
            try SystemCalls.rename(path, to: target)
          }
          forget(path, &files)
        }
      }
    }
  }

  static func remove(_ path: String) {
    files.withLock { files in
      if files[path]?.isNamed == true { try? SystemCalls.remove(path) }
      forget(path, &files)
    }
  }

  private static func forget(
    _ path: String, _ files: inout [String: (entry: Int32, isNamed: Bool)]
  ) {
    if let file = files.removeValue(forKey: path) { wce_forget_temporary_file(file.entry) }
  }

  /// Removes the temporary files with this prefix that no process has locked.
  private static func removeLeftovers(in directory: String, prefix: String) {
    for name in SystemCalls.fileNames(in: directory, prefix: prefix) {
      guard name.hasSuffix(".tmp"),
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
