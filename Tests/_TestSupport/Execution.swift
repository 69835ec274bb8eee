// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The result of running a program.
public struct Execution: Equatable, Sendable {
  /// Its exit status.
  public var status: Int32
  /// Its output, errors included.
  public var text: String

  /// An expected result.
  public init(status: Int32, text: String) {
    self.status = status
    self.text = text
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - path: the program's file.
  ///   - directory: where it finds relative paths, by default where the tests do.
  ///   - environment: its variables, by default those of the tests.
  public init(
    of path: String, _ arguments: [String] = [], directory: String? = nil,
    environment: [String: String]? = nil
  ) throws {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    if let environment { process.environment = environment }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationStatus
  }
}
