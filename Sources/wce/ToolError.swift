// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import WeightedCrossEntropy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The exit statuses of the tool, those of sysexits.h.
enum ExitStatus: Int32 {
  case usage = 64
  case badData = 65
  case missingInput = 66
  case cannotCreate = 73
  case inputOutput = 74
  /// The reader of standard output has gone (`| head`), which is its right: the signal of broken pipes says so, and no message.
  case brokenPipe = 141
}

/// What ends a run: one line for standard error, and an exit status.
struct ToolError: Error {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  init(_ error: DataFileError) {
    status =
      switch error.code {
      case .missingInput: .missingInput
      case .cannotCreate: .cannotCreate
      case .inputOutput:
        error.path == Output.path && Output.readerHasGone ? .brokenPipe : .inputOutput
      default: .badData
      }
    message = error.description
  }

  /// - Parameter source: where the error's inputs came from, where that is not plain from the error itself.
  init(_ error: LossError, source: String? = nil) {
    status =
      switch error.problem {
      case .invalidPositiveWeight, .invalidLabelSmoothing, .invalidThreadCount, .missingWeights,
        .instructionSetUnavailable, .axisOutOfRange:
        .usage
      default: .badData
      }
    message = Self.line(error.description, about: source)
  }

  /// The message with the file that it is about before it.
  static func line(_ message: String, about source: String?) -> String {
    source.map { "\(escapingControlCharacters($0)): \(message)" } ?? message
  }

  /// Prints the message and ends the process.
  func reportAndExit() -> Never {
    if status == .brokenPipe { Interruption.endProcess(by: SIGPIPE) }
    StandardError.write("wce: \(message)\n")
    exit(status.rawValue)
  }
}
