// SPDX-License-Identifier: Apache-2.0
import LinearClassification

extension CallError {
  /// An error of a fit, a prediction or a study.
  init(_ error: ClassificationError) {
    let status =
      switch error.code {
      case .invalidSetting: WCE_ERROR_ARGUMENT
      case .loss: WCE_ERROR_INSTRUCTION_SET
      case .separable, .notConverged, .studyNotConverged: WCE_ERROR_FIT
      case .damagedModel, .newerModel: WCE_ERROR_MODEL
      case .cancelled: WCE_ERROR_CANCELLED
      default: WCE_ERROR_DATA
      }
    self.init(status, error.description)
  }

  /// The result of `body`, whose errors become those of a call.
  static func converting<Result>(
    _ body: () throws(ClassificationError) -> Result
  ) throws(CallError) -> Result {
    do { return try body() } catch { throw CallError(error) }
  }
}
