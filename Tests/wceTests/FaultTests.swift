// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// Runs in which one system call fails: an output is the old file or the complete new one, the exit
/// status is a documented one, and no temporary file is left.
@Suite(.enabled(if: FaultyRuns.areAvailable, "needs Linux and a C compiler"))
struct FaultTests {
  /// Faults after which a call must be repeated, with the same result in the end.
  private static let recoverable: [String: [Int32]] = [
    "open": [EINTR], "read": [EINTR, 0], "pread": [EINTR, 0], "write": [EINTR, 0],
    "pwrite": [EINTR, 0], "fsync": [EINTR], "flock": [EINTR], "close": [EINTR],
  ]

  /// For each function its errors, and the exit status if the run cannot do without the call.
  private static let fatal: [String: (errors: [Int32], statuses: Set<Int32>)] = [
    // Inputs and outputs.
    "open": ([EIO, EMFILE, ENOSPC], [66, 73]),
    "read": ([EIO, EAGAIN], [74]), "pread": ([EIO], [74]),
    "write": ([EIO, ENOSPC], [74]), "pwrite": ([EIO, ENOSPC], [74]),
    "fsync": ([EIO, ENOSPC], [74]), "renameat": ([EIO, ENOSPC], [74]),
    "linkat": ([EIO, ENOSPC], [74]), "close": ([EIO], [74]), "dup": ([EMFILE], [66, 73]),
    "mkstemp": ([EIO, EMFILE, ENOSPC], [73]), "realpath": ([EIO], [73]),
    // At opening, and when a file has been read.
    "fstat": ([EIO], [66, 74]),
    // At opening an output, and before renaming.
    "stat": ([EIO], [73]), "lstat": ([EIO], [73]), "fstatat": ([EIO], [73]),
    "access": ([EIO], [73, 74]),
    "mmap": ([ENOMEM], [71]),
    // The run can do without these.
    "pthread_create": ([EAGAIN], []), "flock": ([ENOLCK], []), "fchown": ([EPERM], []),
    "fchmod": ([EPERM], []), "opendir": ([EMFILE], []), "isatty": ([EIO], []),
    "poll": ([EIO], []),
  ]

  /// Calls of these functions cannot be made up for: the file that they should remove stays.
  private static let excluded: Set<String> = ["unlink"]

  /// Of these a failure must not be ignored.
  private static let essential = ["pread", "write", "fsync", "linkat", "renameat"]

  /// The numbers up to `count`, or `limit` of them at equal distances.
  private func spread(_ count: Int, limit: Int) -> [Int] {
    count <= limit
      ? Array(1...count) : (0..<limit).map { $0 * (count - 1) / (limit - 1) + 1 }
  }

  @Test(arguments: Scenario.all.map { ($0, false) } + Scenario.all.prefix(2).map { ($0, true) })
  func failingCalls(_ scenario: Scenario, named: Bool) throws {
    let runs = try FaultyRuns(scenario, named: named)
    let counts = runs.calls.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    #expect(
      Set(counts.keys).subtracting(Self.fatal.keys).isSubset(of: Self.excluded), "a new function")
    // Every call of an optimised tool fails once, as in continuous integration. Unoptimised runs
    // take ten times as long.
    let limit = Tool.isOptimized ? Int.max : 3
    var failures: [String: Int] = [:]
    for (function, count) in counts.sorted(by: { $0.key < $1.key }) {
      // The errors of a function take turns.
      for (turn, number) in spread(count, limit: limit).enumerated() {
        if let errors = Self.recoverable[function] {
          let error = errors[turn % errors.count]
          let fault = Fault(function: function, number: number, error: error)
          let (outcome, _) = try runs.run(fault)
          #expect(outcome == runs.clean, "\(fault)")
          #expect(try runs.outputs().new == scenario.outputs, "\(fault)")
          #expect(try runs.leftovers() == ([], []), "\(fault)")
        }
        if let errors = Self.fatal[function]?.errors {
          let error = errors[turn % errors.count]
          let fault = Fault(function: function, number: number, error: error)
          if try !check(fault, runs) { failures[function, default: 0] += 1 }
        }
      }
    }
    for function in Self.essential where counts[function] != nil {
      #expect(failures[function] != nil, "\(function) never fails")
    }
  }

  /// Runs the tool with a fatal fault. Returns whether the run succeeds all the same.
  private func check(_ fault: Fault, _ runs: FaultyRuns) throws -> Bool {
    let (outcome, _) = try runs.run(fault)
    let (old, new) = try runs.outputs()
    let all = runs.scenario.outputs
    #expect(try runs.leftovers() == ([], []), "\(fault)")
    if outcome.status == 0 {
      #expect(outcome == runs.clean && new == all, "\(fault): \(outcome)")
      return true
    }
    #expect(
      Self.fatal[fault.function]?.statuses.contains(outcome.status) == true,
      "\(fault): \(outcome)")
    #expect(
      outcome.errors.wholeMatch(of: /wce: .+: .+\n/) != nil
        && !outcome.errors.dropLast().contains("\n"), "\(fault): \(outcome)")
    #expect(runs.clean.output.hasPrefix(outcome.output), "\(fault): \(outcome)")
    if outcome.errors.contains("the outputs are in place") {
      #expect(new == all, "\(fault)")
    } else if fault.function == "renameat" {
      #expect(old.count + new.count == all.count, "\(fault)")
    } else {
      #expect(old == all, "\(fault)")
    }
    return false
  }
}
