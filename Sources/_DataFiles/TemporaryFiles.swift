// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The temporary files that exist at this moment, so that an interrupted program can remove them.
///
/// Creating, renaming and removing one happens under the lock together with its entry here: at no moment does a file exist
/// that the list does not know.
final class TemporaryFiles: Sendable {
  static let live = TemporaryFiles()

  /// A pthread mutex, at a fixed address as it has to be. `Synchronization.Mutex` would ask for macOS 15.
  private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
  /// Guarded by `mutex`.
  private nonisolated(unsafe) var paths: Set<String> = []

  private init() {
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  /// Runs `body` alone, with the paths of the live files.
  func withLock<Result, Failure: Error>(
    _ body: (inout Set<String>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&paths)
  }

  /// Removes every live file, then runs `body` while none can be created.
  func removeAll(then body: () -> Void) {
    withLock { paths in
      for path in paths { unlink(path) }
      paths.removeAll()
      body()
    }
  }
}
