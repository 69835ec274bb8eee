import ArgumentParser
import DataFiles
import WeightedCrossEntropy

/// `wce info`: what this processor can do and what the tool chose.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract:
      "Print the version, the processor's instruction sets, the one in use, and the number of threads.")

  func run() throws {
    let available = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    let selected = try InstructionSet.selected.get().rawValue
    try Output.write(
      """
      version          \(WCE.version)
      instruction sets \(available)
      in use           \(selected)
      threads          \(WeightedCrossEntropyLoss<Float>.processorCount)

      """)
  }
}
