import Foundation

/// Runs a program; its exit status and what it printed, errors too.
func execute(
  _ path: String, _ arguments: [String], directory: String, environment: [String: String]
) throws -> (status: Int32, text: String) {
  let process = Process()
  process.executableURL = URL(filePath: path)
  process.arguments = arguments
  process.currentDirectoryURL = URL(filePath: directory)
  process.environment = environment
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return (process.terminationStatus, text)
}
