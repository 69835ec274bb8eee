// SPDX-License-Identifier: Apache-2.0
import Synchronization
import SystemPackage
import _Termination

/// The temporary files that exist now. A signal that ends the program removes them, if it has
/// called `wce_clean_up_on_signals`.
enum TemporaryFiles {
  /// The entry of each path in the table that the signal handler reads.
  private static let entries = Mutex<[String: Int32]>([:])

  /// Creates a file. `exclusiveCreate` refuses a path at which a file or a link exists.
  static func create(_ path: String, _ permissions: FilePermissions) throws -> FileDescriptor {
    // First, since a signal may arrive as soon as the file exists.
    let entry = wce_register_temporary_file(path)
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: permissions)
      entries.withLock { $0[path] = entry }
      return file
    } catch {
      wce_forget_temporary_file(entry)
      throw error
    }
  }

  static func rename(_ path: String, to target: String) throws {
    try SystemCalls.rename(path, to: target)
    forget(path)
  }

  static func remove(_ path: String) {
    try? SystemCalls.remove(path)
    forget(path)
  }

  private static func forget(_ path: String) {
    wce_forget_temporary_file(entries.withLock { $0.removeValue(forKey: path) } ?? -1)
  }
}
