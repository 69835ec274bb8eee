// SPDX-License-Identifier: Apache-2.0
/// The largest errors of the results, for every instruction set. The tests assert these numbers.
///
/// An error is the distance from the exact value of the formula for the given floating-point
/// inputs, in units in the last place (ULP) of the result's type at the exact value. Below the
/// normal numbers a unit is the least subnormal number. The command `swift run -c release
/// --package-path Benchmarks accuracy` measures the errors for every Float logit and for a billion
/// Double logits.
///
/// If `e^-|x|` is subnormal (`|x|` above 87.3 in Float, above 708.3 in Double), it is a multiple of
/// the least subnormal number `u`. Results that have it as a factor have an additional error of at
/// most `(1 + q) u / 2`. If `q z` is subnormal and not 0, it is also rounded to a multiple of `u`,
/// and the loss of a negative logit has an additional error of at most `|x| u / 2`.
public enum MaximumError {
  /// The loss for the targets 0 and 1 and any positive weight.
  ///
  /// Measured for a weight of 1: 2.23 with SSE2 and 1.84 with fused operations for every Float;
  /// 2.26 and 1.97 for a billion Doubles. The tests assert these too.
  public static let loss = 3.0

  /// The loss for targets between 0 and 1.
  public static let softLoss = 4.0

  /// Each σ in the gradient: for the targets 0 and 1 and a positive weight of 1, the gradient
  /// itself.
  ///
  /// Measured: 2.41 for every Float, 2.56 for a billion Doubles. The tests assert these too.
  public static let sigmoid = 3.0

  /// The gradient for any target in [0, 1] and any positive weight, in ULP of the larger of its two
  /// terms, which may nearly cancel.
  public static let softGradient = 4.5

  /// The second derivative in the logit.
  public static let secondDerivative = 6.0

  /// The derivative in the target, in ULP of the larger of its two terms, which may nearly cancel.
  public static let targetDerivative = 3.0

  /// The derivative in the positive weight.
  public static let positiveWeightDerivative = 3.0

  /// The additional error from label smoothing, which rounds both coefficients of the loss once
  /// more.
  public static let smoothing = 1.5
}
