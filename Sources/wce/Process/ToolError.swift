// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification
import WeightedCrossEntropy

/// The exit statuses of the tool, as in sysexits.h.
enum ExitStatus: Int32 {
  case usage = 64
  case badData = 65
  case missingInput = 66
  /// There is not enough memory.
  case systemError = 71
  case cannotCreate = 73
  case inputOutput = 74
  /// The reader of standard output has closed the pipe (`| head`): the tool ends as if killed by
  /// SIGPIPE, with no message.
  case brokenPipe = 141
}

/// An error that ends the run, with one line for standard error and an exit status.
struct ToolError: Error {
  let status: ExitStatus
  let message: String

  /// - Parameter source: The file that the message is about, if the message does not name it.
  init(_ status: ExitStatus, about source: String? = nil, _ message: String) {
    self.status = status
    self.message = source.map { "\(displayed($0)): \(message)" } ?? message
  }

  init(_ error: DataFileError) {
    let status: ExitStatus =
      switch error.code {
      case .missingInput: .missingInput
      case .cannotCreate: .cannotCreate
      case .notEnoughMemory: .systemError
      case .inputOutput:
        StandardOutput.isTarget(error.path) && StandardOutput.hasLostReader
          ? .brokenPipe : .inputOutput
      default: .badData
      }
    self.init(
      status, error.description + (error.mayHaveWrongDelimiter ? " (--delimiter C)" : ""))
  }

  init(_ error: LossError, about source: String? = nil) {
    let status: ExitStatus =
      switch error.problem {
      case .invalidPositiveWeight, .invalidLabelSmoothing, .invalidThreadCount, .missingWeights,
        .instructionSetUnavailable, .axisOutOfRange:
        .usage
      default: .badData
      }
    var error = error
    if case .instructionSetUnavailable(let name, let available) = error.problem {
      // The name is the content of an environment variable.
      error = LossError(
        error.operation,
        .instructionSetUnavailable(requested: displayed(name, limit: 60), available: available))
    }
    self.init(status, about: source, error.description)
  }

  /// The error as the tool reports it; nil for one of the parser's.
  init?(reporting error: any Error) {
    switch error {
    case let error as ToolError: self = error
    case let error as ClassificationError: self.init(error)
    case let error as LossError: self.init(error)
    case let error as DataFileError: self.init(error)
    default: return nil
    }
  }
}
