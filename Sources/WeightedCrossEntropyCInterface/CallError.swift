// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy
import WeightedCrossEntropyCUDA

/// An error of a call from C.
struct CallError: Error {
  let status: wce_status
  let message: String

  /// An error of the C interface.
  init(_ status: wce_status, _ message: String) {
    self.status = status
    self.message = message
  }

  /// An error of the library with the caller's name of the operation; null is the default name.
  init(_ error: LossError, name: UnsafePointer<CChar>?) {
    status =
      switch error.problem {
      case .invalidShape, .elementCount, .outputCount, .invalidFirstIndex: WCE_ERROR_SIZE
      case .shapeMismatch, .axisOutOfRange, .classCount: WCE_ERROR_SHAPE
      case .emptyMean, .weightSum, .missingWeights, .weightsOfSomeParts: WCE_ERROR_UNDEFINED_MEAN
      case .instructionSetUnavailable: WCE_ERROR_INSTRUCTION_SET
      case .invalidPositiveWeight, .invalidLabelSmoothing, .invalidThreadCount, .targetOutOfRange,
        .logitNotANumber, .invalidWeight:
        WCE_ERROR_ARGUMENT
      }
    // An error in the environment has the name of the variable instead of the operation.
    let isOfTheCall = error.operation == WeightedCrossEntropyLoss<Float>.defaultName
    guard isOfTheCall, let name else {
      message = error.description
      return
    }
    message = LossError(String(cString: name), error.problem).description
  }

  /// An error of the library that is detected before the library is called.
  init(_ problem: LossError.Problem, name: UnsafePointer<CChar>?) {
    self.init(LossError(WeightedCrossEntropyLoss<Float>.defaultName, problem), name: name)
  }

  /// An error of a call on a GPU.
  init(_ error: CUDAError, name: UnsafePointer<CChar>?) {
    if let error = error.lossError {
      self.init(error, name: name)
      return
    }
    let status =
      switch error.problem {
      case .driverNotFound, .driverTooOld, .noDevice: WCE_ERROR_NO_CUDA
      case .driver, .loss: WCE_ERROR_CUDA
      case .notOnDevice, .otherDevice, .unaligned, .capturedClassWeights: WCE_ERROR_ARGUMENT
      case .tooManyElements: WCE_ERROR_SIZE
      case .nullPointer: WCE_ERROR_NULL_POINTER
      case .overlap: WCE_ERROR_OVERLAP
      }
    self.init(status, error.description)
  }

  /// A reduced loss without a reduction.
  static var reductionNone: CallError {
    CallError(WCE_ERROR_ARGUMENT, "the reduction must not be WCE_REDUCTION_NONE")
  }

  /// The result of `body`. Errors get the caller's name of the operation. The name is read only on
  /// an error, so other calls allocate no string.
  @inline(__always)
  static func converting<Result>(
    named name: UnsafePointer<CChar>?, _ body: () throws(LossError) -> Result
  ) throws(CallError) -> Result {
    do throws(LossError) { return try body() } catch { throw CallError(error, name: name) }
  }
}

/// The caller's buffer for an error message.
struct MessageBuffer {
  let start: UnsafeMutablePointer<CChar>?
  let capacity: Int64

  /// Runs `body`, writes the message of its error or an empty message, and returns the status.
  @inline(__always)
  func status(of body: () throws(CallError) -> Void) -> wce_status {
    do throws(CallError) {
      try body()
      if let start, capacity > 0 { start.pointee = 0 }
      return WCE_OK
    } catch {
      write(error.message)
      return error.status
    }
  }

  /// Writes as many whole characters as fit, then NUL.
  private func write(_ message: String) {
    guard let start, capacity > 0 else { return }
    var length = 0
    for scalar in message.unicodeScalars {
      let bytes = Array(scalar.utf8)
      guard Int64(length + bytes.count) < capacity else { break }
      for byte in bytes {
        start[length] = CChar(bitPattern: byte)
        length += 1
      }
    }
    start[length] = 0
  }
}
