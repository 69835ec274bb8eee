// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WeightedCrossEntropy
import _AllocationFailure
import _DataFiles
import _Version

/// The command-line tool. It parses arguments and prints results; the libraries do the work.
@main
struct WCE: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wce",
    abstract: """
      Weighted cross entropy: the logistic loss whose positive weight trades recall against \
      precision.
      """,
    discussion: """
      Exit status: 0 success, 64 wrong usage, 65 bad data, 66 missing input, 71 not enough memory, \
      73 cannot create output, 74 input/output error, 128 + n stopped by signal n.

      WCE_INSTRUCTION_SET=baseline|avx2|avx512 selects the kernels.
      """,
    version: version,
    subcommands: [
      LossCommand.self, FitCommand.self, PredictCommand.self, EvaluateCommand.self,
      TradeoffCommand.self, WeightsCommand.self, ExampleCommand.self, InfoCommand.self,
    ])

  static let version = WCE_VERSION

  static func main() {
    StandardError.openClosedStreams()
    Interruption.cleanUpOnSignals()
    wce_exit_on_allocation_failure()
    do {
      try checkArguments()
      var command = try parseAsRoot()
      // Checked before any work, but not for --help.
      if configuration.subcommands.contains(where: { $0 == type(of: command) }) {
        _ = try InstructionSet.selected.get()
      }
      try command.run()
    } catch {
      if let error = ToolError(reporting: error) { exit(error) }
      guard exitCode(for: error).isSuccess else {
        let arguments = CommandLine.arguments.dropFirst()
        StandardError.reportUsage(
          UnknownOption.named(
            in: Array(arguments), MisreadNumber.explained(fullMessage(for: error))), arguments)
        exit(withError: exitCode(for: error))
      }
      // Output that was asked for, such as --help or completions; a failed write is an error.
      do throws(ToolError) { try StandardOutput.write(fullMessage(for: error) + "\n") } catch {
        exit(error)
      }
    }
  }

  /// Refuses arguments that are not UTF-8. Swift repairs them, and the result names another file.
  private static func checkArguments() throws(ToolError) {
    for (index, argument) in CommandLine.arguments.enumerated() {
      if let bytes = CommandLine.unsafeArgv[index], String(validatingCString: bytes) == nil {
        throw ToolError(
          .usage,
          "argument \(index), \(quoted(argument)), is not UTF-8; rename the file, or give a link "
            + "to it")
      }
    }
  }

  private static func exit(_ error: ToolError) -> Never {
    if error.status == .brokenPipe { Interruption.endByBrokenPipe() }
    StandardError.report(error.message)
    exit(withError: ExitCode(error.status.rawValue))
  }
}
