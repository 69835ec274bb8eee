// SPDX-License-Identifier: Apache-2.0
/// A fitted binary logistic model: the log odds of the positive class are `Σ βⱼ (xⱼ - meanⱼ) / deviationⱼ + intercept`.
///
/// After training with a positive weight q these are the log odds of a world in which positives are q times as frequent;
/// see ``calibratedLogits(_:)``.
public struct LogisticModel: Codable, Hashable, Sendable {
  /// The q it was trained with.
  public var positiveWeight: Double
  /// The λ it was trained with.
  public var l2: Double
  /// The means and deviations of the features over the training rows.
  public var standardization: Standardization
  /// β, for features of mean 0 and standard deviation 1; 0 where a feature was constant.
  public var coefficients: [Double]
  /// The intercept for standardised features.
  public var intercept: Double
  /// What shows that this is the optimum.
  public var certificate: TrainingCertificate

  /// The coefficients of the features as they are, not standardised; 0 where a feature was constant.
  public var originalCoefficients: [Double] {
    zip(coefficients, standardization.deviations).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// The intercept for the features as they are.
  public var originalIntercept: Double {
    zip(originalCoefficients, standardization.means).reduce(intercept) { $0 - $1.0 * $1.1 }
  }

  /// The features that were constant in training, which the model ignores.
  public var constantFeatures: [Int] {
    standardization.deviations.indices.filter { standardization.deviations[$0] == 0 }
  }
}
