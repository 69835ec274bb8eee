// SPDX-License-Identifier: Apache-2.0
/// Receives the progress of a fit or a study, and may cancel it.
///
/// Both closures are called on the caller's thread, after each iteration.
public struct TrainingMonitor {
  /// The progress of a computation.
  public enum Progress: Hashable, Sendable {
    /// An iteration of a fit is complete; `gradientNorm` falls towards `tolerance`.
    case iteration(Int, gradientNorm: Double, tolerance: Double)
    /// Some of the fits of a study are complete.
    case fits(done: Int, total: Int)

    /// The progress from 0 to 1. For a study it is the share of its fits. For a fit it is the share
    /// of the orders of magnitude by which the gradient norm must fall; this is a low estimate,
    /// because Newton's method accelerates.
    public var fraction: Double {
      switch self {
      case .iteration(_, let gradientNorm, let tolerance):
        gradientNorm <= tolerance ? 1 : max(0, gradientNorm.logarithm / tolerance.logarithm)
      case .fits(let done, let total): total > 0 ? Double(done) / Double(total) : 1
      }
    }
  }

  let progress: (Progress) -> Void
  let isCancelled: () -> Bool

  /// A monitor.
  ///
  /// - Parameters:
  ///   - progress: Receives the progress.
  ///   - isCancelled: If it returns true, the computation throws an error with the code
  ///     ``ClassificationError/Code/cancelled``.
  public init(
    progress: @escaping (Progress) -> Void = { _ in },
    isCancelled: @escaping () -> Bool = { false }
  ) {
    self.progress = progress
    self.isCancelled = isCancelled
  }
}
