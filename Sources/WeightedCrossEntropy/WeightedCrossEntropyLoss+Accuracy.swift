// SPDX-License-Identifier: Apache-2.0
/// The largest errors of the results, the numbers that the tests assert of every instruction set.
///
/// An error is the distance from the exact value of the formula for the given floating-point inputs, in units in the last place
/// (ULP) of the result's type at the exact value; below the normal numbers a unit is the least subnormal number. The command
/// `swift run -c release --package-path Benchmarks accuracy` measures it for every Float logit and a billion Double ones.
///
/// Where `e^-|x|` is below the normal numbers (`|x|` above 87.3 in Float, above 708.3 in Double) it is a multiple of the least
/// subnormal number `u`, and results that are a product with it have a further error of at most `(1 + q) u / 2`.
/// Where `q z` is below the normal numbers and not 0, it is such a multiple too, and the loss of a negative logit has a further error of at
/// most `|x| u / 2`.
extension WeightedCrossEntropyLoss {
  /// The largest error of the loss for the targets 0 and 1 and any positive weight, in ULP.
  ///
  /// Measured for a weight of 1: 2.23 with SSE2 and 1.84 with fused operations for every Float; 2.26 and 1.97 for a billion Doubles. The
  /// tests assert these too.
  public static var maximumLossError: Double { 3 }

  /// The largest error of the loss for targets between 0 and 1, in ULP.
  public static var maximumSoftLossError: Double { 4 }

  /// The largest error of each σ in the gradient, in ULP: of the gradient for the targets 0 and 1 and a positive weight of 1.
  ///
  /// Measured: 2.41 for every Float, 2.56 for a billion Doubles. The tests assert these too.
  public static var maximumSigmoidError: Double { 3 }

  /// The largest error of the gradient for any target in [0, 1] and any positive weight, in ULP of the larger of its two terms:
  /// they may nearly cancel.
  public static var maximumSoftGradientError: Double { 4.5 }

  /// The largest error of the second derivative in the logit, in ULP.
  public static var maximumSecondDerivativeError: Double { 6 }

  /// The largest error of the derivative in the target, in ULP of the larger of its two terms: they may nearly cancel.
  public static var maximumTargetDerivativeError: Double { 3 }

  /// The largest error of the derivative in the positive weight, in ULP.
  public static var maximumPositiveWeightDerivativeError: Double { 3 }

  /// What label smoothing adds to these errors at most, in ULP: it rounds both coefficients of the loss once more.
  public static var maximumSmoothingError: Double { 1.5 }
}
