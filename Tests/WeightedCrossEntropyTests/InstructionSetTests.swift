// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WeightedCrossEntropy

/// The choice of an instruction set by the processor and the environment. A process makes the
/// choice once, so each test of the environment runs in a separate process.
@Suite struct InstructionSetTests {
  @Test("The sets are in order from the baseline to the widest, and the baseline is available")
  func list() {
    #expect(InstructionSet.allCases == [.baseline, .avx2, .avx512])
    #expect(InstructionSet.available.first == .baseline)
    #expect(InstructionSet.available == InstructionSet.allCases.filter(\.isAvailable))
    #expect(InstructionSet.avx2.isAvailable || !InstructionSet.avx512.isAvailable)
    #if !arch(x86_64)
      #expect(InstructionSet.available == [.baseline])
    #endif
  }

  #if os(Linux)
    @Test("The available sets match the flags that Linux reports")
    func processorInformation() throws {
      #if arch(x86_64)
        let flags = Set(
          try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8).split(separator: "\n")
            .first { $0.hasPrefix("flags") }?.split(separator: " ").map(String.init) ?? [])
        #expect(InstructionSet.avx2.isAvailable == flags.isSuperset(of: ["avx2", "fma", "f16c"]))
        #expect(
          InstructionSet.avx512.isAvailable
            == flags.isSuperset(of: [
              "avx2", "fma", "f16c", "avx512f", "avx512dq", "avx512bw", "avx512vl",
            ]))
      #endif
    }
  #endif

  @Test("Without the variable the widest available set is selected") func noVariable() async {
    await #expect(processExitsWith: .success) {
      unsetenv("WCE_INSTRUCTION_SET")
      precondition(InstructionSet.selected == .success(InstructionSet.available.last!))
    }
  }

  @Test("The variable selects the baseline") func baseline() async {
    await #expect(processExitsWith: .success) {
      setenv("WCE_INSTRUCTION_SET", "baseline", 1)
      precondition(InstructionSet.selected == .success(.baseline))
      let loss = try WeightedCrossEntropyLoss<Float>()
      let forced = try WeightedCrossEntropyLoss<Float>(instructionSet: .baseline)
      let logits: [Float] = (0..<100).map { Float($0) / 7 - 7 }
      let targets = [Float](repeating: 0.25, count: 100)
      let (losses, expected) = (
        try loss(logits: logits, targets: targets), try forced(logits: logits, targets: targets)
      )
      precondition(losses == expected)
    }
  }

  @Test("The variable selects AVX2", .enabled(if: InstructionSet.avx2.isAvailable))
  func avx2() async {
    await #expect(processExitsWith: .success) {
      setenv("WCE_INSTRUCTION_SET", "avx2", 1)
      precondition(InstructionSet.selected == .success(.avx2))
    }
  }

  @Test("With an unknown set every array call throws an error that lists the available sets")
  func unknown() async {
    await #expect(processExitsWith: .success) {
      setenv("WCE_INSTRUCTION_SET", "sse9", 1)
      let error = LossError(
        "WCE_INSTRUCTION_SET",
        .instructionSetUnavailable(
          requested: "sse9", available: InstructionSet.available.map(\.rawValue)))
      precondition(InstructionSet.selected == .failure(error))
      let loss = try WeightedCrossEntropyLoss<Float>()
      do {
        _ = try loss.value(of: .mean, logits: [0], targets: [1])
        preconditionFailure("no error")
      } catch {
        precondition(
          "\(error)".hasPrefix(
            "WCE_INSTRUCTION_SET: the instruction set sse9 is not available here; choose one of"))
      }
      // Calls on single elements and a loss with an explicit set do not read the variable.
      precondition(loss(logit: 0, target: 0) > 0.69)
      let named = try WeightedCrossEntropyLoss<Float>(instructionSet: .baseline)
      let mean = try named.value(of: .mean, logits: [0], targets: [1])
      precondition(mean > 0.69)
    }
  }
}
