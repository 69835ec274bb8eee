// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A value that one thread at a time uses. Not a `Mutex`, whose lock ThreadSanitizer does not see.
public final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  public init(_ value: Value) { self.value = value }

  public func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.withLock { body(&value) }
  }
}
