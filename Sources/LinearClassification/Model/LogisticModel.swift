// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy
import _WorkerThreads

/// A fitted binary logistic model. The log odds of the positive class are
/// `Σ βⱼ (xⱼ - meanⱼ) / deviationⱼ + intercept`.
///
/// After training with a positive weight q these are the log odds for data in which positives are q
/// times as frequent; see ``calibratedLogits(_:)``.
public struct LogisticModel: Codable, Hashable, Sendable {
  /// q, the positive weight in training.
  public let positiveWeight: Double
  /// λ, the penalty in training.
  public let l2: Double
  /// The means and standard deviations of the features over the training rows.
  public let standardization: Standardization
  /// β, for features of mean 0 and standard deviation 1; 0 if a feature was constant.
  public let coefficients: [Double]
  /// The intercept for standardised features.
  public let intercept: Double
  /// Evidence that the model is the optimum.
  public let certificate: ConvergenceCertificate

  /// The coefficients of the original features; 0 if a feature was constant.
  public var originalCoefficients: [Double] {
    zip(coefficients, standardization.deviations).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// The intercept for the original features.
  public var originalIntercept: Double {
    zip(originalCoefficients, standardization.means).reduce(intercept) { $0 - $1.0 * $1.1 }
  }

  /// The indices of the features that were constant in training, which the model ignores.
  public var constantFeatures: [Int] {
    standardization.deviations.indices.filter { standardization.deviations[$0] == 0 }
  }

  /// The coefficients of some features, and last the intercept.
  func point(ofFeatures features: [Int]) -> [Double] {
    features.map { coefficients[$0] } + [intercept]
  }

  /// The logit of each row.
  ///
  /// - Parameters:
  ///   - features: The features of training, in the same order.
  ///   - threads: The maximum number of threads; nil means all processors.
  ///   - instructionSet: The instruction set of the kernels; nil means the selected one.
  /// - Throws: ``ClassificationError`` if the number of features differs or a feature is not
  ///   finite.
  /// - Complexity: O(n d) for n rows and d features.
  public func logits(
    _ features: FeatureMatrix, threads: Int? = nil, instructionSet: InstructionSet? = nil
  ) throws(ClassificationError) -> [Double] {
    guard features.columns.count == coefficients.count else {
      throw .lengthMismatch(
        what: "features", expected: coefficients.count, received: features.columns.count)
    }
    let rows = StandardizedRows(
      features, standardization, kernels: try InstructionSet.usable(instructionSet).matrixKernels,
      threads: threads ?? WorkerThreads.processorCount)
    let logits = try rows.logits(at: [point(ofFeatures: rows.active)])
    if let row = logits.firstIndex(where: { !$0.isFinite }) {
      for index in rows.active where !features.columns[index][row].isFinite {
        throw .invalidFeature(
          value: features.columns[index][row], row: row + 1, feature: features.names[index])
      }
      throw .invalidLogit(logits[row], row: row + 1)
    }
    return logits
  }
}
