// SPDX-License-Identifier: Apache-2.0
/// What a long computation tells its caller, and asks it.
///
/// Both closures are called on the caller's thread, often enough for a progress bar and an interrupt.
public struct TrainingMonitor {
  /// Called with what has been done.
  public var progress: (TrainingProgress) -> Void
  /// Asked whether to stop; if so, the computation throws `ClassificationError.cancelled`.
  public var isCancelled: () -> Bool

  /// A monitor; by default it listens to nothing and never stops.
  public init(
    progress: @escaping (TrainingProgress) -> Void = { _ in },
    isCancelled: @escaping () -> Bool = { false }
  ) {
    self.progress = progress
    self.isCancelled = isCancelled
  }
}

/// How far a computation is.
public enum TrainingProgress: Hashable, Sendable {
  /// A fit has finished an iteration; `gradientNorm` falls towards `tolerance`.
  case iteration(Int, gradientNorm: Double, tolerance: Double)
  /// A study has finished so many of its fits.
  case fits(done: Int, total: Int)

  /// From 0 to 1: for one fit the share of the orders of magnitude by which the gradient has to fall, and as Newton's method goes on ever
  /// faster this is rather low; for a study the share of its fits.
  public var fraction: Double {
    switch self {
    case .iteration(_, let gradientNorm, let tolerance):
      gradientNorm <= tolerance ? 1 : max(0, gradientNorm.logarithm / tolerance.logarithm)
    case .fits(let done, let total): total > 0 ? Double(done) / Double(total) : 1
    }
  }
}
