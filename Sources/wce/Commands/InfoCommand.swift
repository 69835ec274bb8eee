// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WeightedCrossEntropy
import WeightedCrossEntropyCUDA
import _WorkerThreads

/// `wce info`: the version, the processor, the kernels in use and the GPUs.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract:
      "Print the version, the processor's features, the kernels in use, the number of threads and "
      + "the GPUs.")

  func run() throws {
    try StandardOutput.write(
      """
      version             \(WCE.version)
      processor features  \(ProcessorFeatures.present.joined(separator: ", "))
      instruction sets    \(InstructionSet.available.map(\.rawValue).joined(separator: ", "))
      in use              \(try InstructionSet.selected.get().rawValue)
      threads             \(WorkerThreads.processorCount)
      GPUs                \(Self.gpus)

      """)
  }

  /// The GPUs in lines of the report, or why there are none.
  private static var gpus: String {
    do throws(CUDAError) {
      return try CUDADevice.all().map { device in
        let (major, minor) = device.computeCapability
        let gibibytes = (Double(device.memoryByteCount) / 0x1p30 * 10).rounded() / 10
        return "\(device.name), compute capability \(major).\(minor), \(gibibytes) GiB"
      }.joined(separator: "\n" + String(repeating: " ", count: 20))
    } catch { return "none: \(error)" }
  }
}
