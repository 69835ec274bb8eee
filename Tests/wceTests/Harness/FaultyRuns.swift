// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// A command, its outputs and its standard input, as a file of the folder.
struct Scenario: CustomTestStringConvertible, Sendable {
  var command: String
  var outputs: [String] = []
  var input: String?

  var testDescription: String { command }
  var arguments: [String] { command.split(separator: " ").map(String.init) }

  /// Every command, and each way to read and to write.
  static let all = [
    Scenario(
      command: "loss lx.npy lz.npy --pos-weights 3 --axis 1 --output o.npy --gradient g.csv",
      outputs: ["o.npy", "g.csv"]),
    Scenario(
      command: "loss /dev/stdin:logit t.csv:label --gradient g.npy --threads 2",
      outputs: ["g.npy"], input: "t.csv"),
    Scenario(
      command: "fit t.csv --target label --weights w --model n.json", outputs: ["n.json"]),
    Scenario(command: "fit lx.npy --targets lz.npy --model n.json", outputs: ["n.json"]),
    Scenario(command: "predict --model m.json t.csv --output p.csv", outputs: ["p.csv"]),
    Scenario(command: "evaluate --model m.json /dev/stdin", input: "t.csv"),
    Scenario(
      command: "tradeoff t.csv --target label --exclude w --folds 2 --pos-weights 1,2 "
        + "--report r.html --json s.json --picture p.svg",
      outputs: ["r.html", "s.json", "p.svg"]),
    Scenario(command: "example"),
    Scenario(command: "info"),
  ]
}

/// Runs of a command in which a system call fails, or before which a signal arrives. The harness
/// compares them with a run without faults.
final class FaultyRuns {
  let scenario: Scenario
  let place: Workplace
  private let temporary: TemporaryDirectory
  private let environment: [String: String]
  /// The result of a run without faults, its system calls and its outputs.
  private(set) var clean = Outcome()
  private(set) var calls: [String] = []
  private var complete: [String: [UInt8]] = [:]
  private static let old = Array("old".utf8)

  /// - Parameter named: Whether files must have a name, as on file systems without `O_TMPFILE`.
  init(_ scenario: Scenario, named: Bool = false) throws {
    self.scenario = scenario
    place = try Workplace()
    temporary = try TemporaryDirectory()
    environment =
      ["LD_PRELOAD": try Self.library.get(), "TMPDIR": temporary.path]
      .merging(named ? ["FAULT_NAMED": "1"] : [:]) { $1 }
    // More than one block, so that a second thread helps.
    let count = 4200
    let logits = (0..<count).map { Float($0 % 7) - 3 }
    let targets = (0..<count).map { UInt8($0 % 3 == 0 ? 1 : 0) }
    try place.write(NPYFile("<f4", [count, 1], logits).bytes, to: "lx.npy")
    try place.write(NPYFile("|u1", [count, 1], targets).bytes, to: "lz.npy")
    if scenario.command.contains("m.json") {
      let fit = try place.tool.run("fit", "t.csv", "--target", "label", "--model", "m.json")
      try #require(fit.status == 0, "\(fit)")
    }
    let (outcome, calls) = try run(nil)
    try #require(outcome.status == 0 && !calls.isEmpty, "\(outcome)")
    (clean, self.calls) = (outcome, calls)
    for name in scenario.outputs { complete[name] = try place.directory.read(name) }
  }

  /// Runs the command on old outputs. Returns its calls, too.
  func run(_ fault: Fault?) throws -> (Outcome, calls: [String]) {
    for name in scenario.outputs where try isOld(name) != true {
      try place.write(Self.old, to: name)
    }
    return (try start(fault).wait(), try loggedCalls())
  }

  /// The calls of the last run so far.
  func loggedCalls() throws -> [String] {
    guard try place.directory.names().contains("log") else { return [] }
    return try place.text("log").split(separator: "\n").map(String.init)
  }

  /// Starts the command.
  func start(_ fault: Fault?) throws -> RunningTool {
    var tool = place.tool
    tool.timeLimit = .seconds(60)
    tool.environment = environment
    tool.environment["FAULT"] = fault?.description
    let log = place.directory.file("log")
    try? FileManager.default.removeItem(atPath: log)
    tool.environment["FAULT_LOG"] = log
    return try tool.start(
      scenario.arguments, input: scenario.input.map { try place.directory.read($0) } ?? [])
  }

  /// Whether an output is the old file; nil if it does not exist.
  private func isOld(_ name: String) throws -> Bool? {
    guard try place.directory.names().contains(name) else { return nil }
    return try place.directory.read(name) == Self.old
  }

  /// The outputs that are the old files, and those that are the complete new ones.
  func outputs() throws -> (old: [String], new: [String]) {
    (
      try scenario.outputs.filter { try place.directory.read($0) == Self.old },
      try scenario.outputs.filter { try place.directory.read($0) == complete[$0] }
    )
  }

  /// The temporary files beside the outputs, and those in TMPDIR.
  func leftovers() throws -> (hidden: [String], spooled: [String]) {
    (try place.directory.names().filter { $0.hasPrefix(".") }, try temporary.names())
  }

  func removeSpooled() throws {
    for name in try temporary.names() {
      try FileManager.default.removeItem(atPath: temporary.file(name))
    }
  }

  #if os(Linux)
    /// The library, compiled once; a failure if there is no C compiler.
    static let library = Result {
      let source = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "fault_injection.c")
      let product = URL(filePath: Tool.path).deletingLastPathComponent()
        .appending(path: "libfault_injection.so")
      let result = try CCompiler.compile(
        source, to: product, "-std=gnu11", "-shared", "-fPIC", "-ldl")
      try #require(result == Execution(status: 0, text: ""))
      return product.path
    }
    static let areAvailable = CCompiler.path != nil
  #else
    static let library = Result<String, any Error>.failure(CocoaError(.featureUnsupported))
    static let areAvailable = false
  #endif
}

/// A call that fails, by its number among the calls of this function, or of any for `*`.
struct Fault: CustomStringConvertible {
  var function = "*"
  /// Counted from 1.
  var number: Int
  /// An `errno`; 0 transfers a single byte; -N raises signal N before the call.
  var error: Int32

  var description: String { "\(function):\(number):\(error)" }
}
