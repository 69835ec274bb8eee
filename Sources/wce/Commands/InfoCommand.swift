// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WeightedCrossEntropy
import _WorkerThreads

/// `wce info`: the version, the processor and the kernels in use.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract:
      "Print the version, the processor's features, the kernels in use and the number of threads.")

  func run() throws {
    try StandardOutput.write(
      """
      version             \(WCE.version)
      processor features  \(ProcessorFeatures.present.joined(separator: ", "))
      instruction sets    \(InstructionSet.available.map(\.rawValue).joined(separator: ", "))
      in use              \(try InstructionSet.selected.get().rawValue)
      threads             \(WorkerThreads.processorCount)

      """)
  }
}
