// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The median time of five runs, in seconds.
public func medianSeconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  return try (0..<5).map { _ in try clock.measure(body) / .seconds(1) }.sorted()[2]
}

/// Calls `body` with the path of a new temporary file, and removes the file afterwards.
public func withTemporaryFile(_ name: String, _ body: (String) throws -> Void) rethrows {
  let directory = FileManager.default.temporaryDirectory
  let path = directory.appending(path: "\(UUID().uuidString)-\(name)").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}
