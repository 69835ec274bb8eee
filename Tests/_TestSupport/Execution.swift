// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The result of a program that has ended.
public struct Execution: Equatable, Sendable {
  /// The exit status.
  public var status: Int32
  /// Its standard output and standard error.
  public var text: String

  /// An expected result.
  public init(status: Int32, text: String) {
    self.status = status
    self.text = text
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - path: the path of the program.
  ///   - directory: its working directory, by default the one of the tests.
  ///   - environment: its environment, by default the one of the tests.
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
