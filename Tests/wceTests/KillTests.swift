// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// Runs that are killed without warning: each output is the old file or the complete new one.
@Suite(.enabled(if: FaultyRuns.areAvailable, "needs Linux and a C compiler"))
struct KillTests {
  private static let scenarios = Scenario.all.filter { !$0.outputs.isEmpty }
  /// Calls before which a kill can leave something else than before the previous call.
  private static let changing: Set<String> = [
    "mkstemp", "unlink", "flock", "write", "pwrite", "fsync", "linkat", "renameat",
  ]

  private func check(_ runs: FaultyRuns, _ calls: [String], named: Bool, _ what: String) throws {
    let (old, new) = try runs.outputs()
    #expect(old.count + new.count == runs.scenario.outputs.count, "\(what)")
    let (hidden, spooled) = try runs.leftovers()
    // A file has a name from `linkat` to `renameat`, and for a copy of a stream from `mkstemp` to
    // `unlink`, where files must have names.
    #expect(hidden.isEmpty || named || calls.contains("linkat"), "\(what): \(hidden)")
    #expect(spooled.isEmpty || (named && calls.last == "unlink"), "\(what): \(spooled)")
    try runs.removeSpooled()
    guard !hidden.isEmpty else { return }
    // The next run removes them.
    #expect(try runs.run(nil).0 == runs.clean, "\(what)")
    #expect(try runs.leftovers().hidden == [], "\(what)")
  }

  @Test(arguments: scenarios.map { ($0, false) } + scenarios.prefix(2).map { ($0, true) })
  func killedBeforeACall(_ scenario: Scenario, named: Bool) throws {
    let runs = try FaultyRuns(scenario, named: named)
    for (index, call) in runs.calls.enumerated() where Self.changing.contains(call) {
      let fault = Fault(number: index + 1, error: -SIGKILL)
      let (outcome, calls) = try runs.run(fault)
      #expect(outcome.status == 128 + SIGKILL && calls.last == call, "\(fault): \(outcome)")
      try check(runs, calls, named: named, "\(call), \(fault)")
    }
  }

  @Test(arguments: zip(scenarios, 0..<100 as Range<UInt64>))
  func killedAtAnyMoment(_ scenario: Scenario, seed: UInt64) throws {
    let runs = try FaultyRuns(scenario)
    let duration = try ContinuousClock().measure { _ = try runs.run(nil) }
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 / Self.scenarios.count {
      let running = try runs.start(nil)
      let moment = duration * Double.random(in: 0..<1, using: &generator)
      usleep(UInt32(moment / .microseconds(1)))
      running.signal(SIGKILL)
      let outcome = try running.wait()
      #expect([0, 128 + SIGKILL].contains(outcome.status), "\(outcome)")
      try check(runs, runs.loggedCalls(), named: false, "\(moment)")
    }
  }

  /// A file that another process is about to rename is no leftover.
  @Test(arguments: [false, true])
  func filesOfRunningProcessesStay(named: Bool) throws {
    let runs = try FaultyRuns(Self.scenarios[2], named: named)
    let stopped = try runs.start(Fault(function: "renameat", number: 1, error: -SIGSTOP))
    try stopped.wait { try runs.loggedCalls().last == "renameat" }
    #expect(try runs.leftovers().hidden.count == 1)
    #expect(try runs.run(nil).0 == runs.clean)
    #expect(try runs.leftovers().hidden.count == 1)
    stopped.signal(SIGCONT)
    #expect(try stopped.wait() == runs.clean)
    #expect(try runs.leftovers().hidden == [])
    #expect(try runs.outputs().new == runs.scenario.outputs)
  }
}
