import WeightedCrossEntropy

/// Why a call failed, as C sees it.
struct CallError: Error {
  let status: wce_status
  let message: String

  /// An error that only a caller in C can make.
  init(_ status: wce_status, _ message: String) {
    self.status = status
    self.message = message
  }

  /// An error of the library.
  init(_ error: LossError) {
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
    message = error.description
  }

  /// What `body` returns; its errors become errors of the call.
  @inline(__always)
  static func converting<Result>(_ body: () throws(LossError) -> Result) throws(CallError) -> Result {
    do throws(LossError) { return try body() } catch { throw CallError(error) }
  }
}

/// Where a caller in C wants the message of an error.
struct MessageBuffer {
  let start: UnsafeMutablePointer<CChar>?
  let capacity: Int64

  /// Calls `body`, writes what it throws, or an empty message, and returns the status.
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

  /// Writes as many whole characters as fit, and NUL.
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
