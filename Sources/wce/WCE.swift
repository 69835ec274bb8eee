// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification
import WeightedCrossEntropy
import _Version

/// The command-line tool: it parses, asks the libraries, and prints.
@main
struct WCE: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wce",
    abstract:
      "Weighted cross entropy: the logistic loss whose positive weight trades recall against precision.",
    discussion: """
      Exit status: 0 success, 64 wrong usage, 65 bad data, 66 missing input, 73 cannot create output, \
      74 input/output error, 128 + n stopped by signal n.

      WCE_INSTRUCTION_SET=baseline|avx2|avx512 forces a variant of the kernels.
      """,
    version: version,
    subcommands: [
      LossCommand.self, FitCommand.self, PredictCommand.self, EvaluateCommand.self,
      TradeoffCommand.self,
      ExampleCommand.self, InfoCommand.self,
    ])

  static let version = WCE_VERSION

  static func main() {
    Interruption.cleanUpOnSignals()
    do {
      var command = try parseAsRoot()
      // An instruction set that is not there is an error before any work, but not of --help.
      if configuration.subcommands.contains(where: { $0 == type(of: command) }) {
        _ = try InstructionSet.selected.get()
      }
      try command.run()
    } catch let error as ToolError {
      error.reportAndExit()
    } catch let error as ClassificationError {
      ToolError(error).reportAndExit()
    } catch let error as LossError {
      ToolError(error).reportAndExit()
    } catch let error as DataFileError {
      ToolError(error).reportAndExit()
    } catch {
      guard exitCode(for: error).isSuccess else { exit(withError: error) }
      // What was asked for, such as --help or completions: that it cannot be written is an error like any other.
      do throws(ToolError) { try Output.write(fullMessage(for: error) + "\n") } catch {
        error.reportAndExit()
      }
    }
  }
}
