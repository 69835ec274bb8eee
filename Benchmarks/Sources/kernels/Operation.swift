// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// The operations that are measured.
enum Operation: String, CaseIterable {
  case loss, gradient
  case secondDerivative = "second derivative"
  case targetDerivative = "target derivative"
  case positiveWeightDerivative = "weight derivative"
  case lossWithGradient = "loss + gradient"
  case mean
  case meanWithGradient = "mean + gradient"
  // The general form of the kernels, which also serves label smoothing and class weights.
  case weightedLoss = "weighted loss"
  case weightedMean = "weighted mean"
  case weightedMeanWithGradient = "weighted mean + gradient"

  var isWeighted: Bool {
    switch self {
    case .weightedLoss, .weightedMean, .weightedMeanWithGradient: true
    default: false
    }
  }

  /// Makes one call. Returns the mean, if the operation has one.
  func run<Scalar: LossScalar>(
    _ loss: WeightedCrossEntropyLoss<Scalar>, _ logits: Span<Scalar>, _ targets: Span<Scalar>,
    weights: Span<Scalar>, into output: inout MutableSpan<Scalar>, losses: inout MutableSpan<Scalar>
  ) throws -> Scalar? {
    let weights = isWeighted ? weights : nil
    switch self {
    case .loss, .weightedLoss:
      try loss(logits: logits, targets: targets, weights: weights, into: &output)
    case .gradient: try loss.gradient(logits: logits, targets: targets, into: &output)
    case .secondDerivative:
      try loss.secondDerivative(logits: logits, targets: targets, into: &output)
    case .targetDerivative:
      try loss.targetDerivative(logits: logits, targets: targets, into: &output)
    case .positiveWeightDerivative:
      try loss.positiveWeightDerivative(logits: logits, targets: targets, into: &output)
    case .lossWithGradient:
      try loss.lossWithGradient(
        logits: logits, targets: targets, losses: &losses, gradient: &output)
    case .mean, .weightedMean:
      return try loss.value(of: .mean, logits: logits, targets: targets, weights: weights)
    case .meanWithGradient, .weightedMeanWithGradient:
      return try loss.valueWithGradient(
        of: .mean, logits: logits, targets: targets, weights: weights, into: &output)
    }
    return nil
  }

  /// The number that a call writes for one element of `count`, from calls on single elements; nil
  /// if the operation writes none.
  func expected<Scalar: LossScalar>(
    _ loss: WeightedCrossEntropyLoss<Scalar>, logit: Scalar, target: Scalar, weight: Scalar,
    count: Int
  ) -> Scalar? {
    switch self {
    case .loss: loss(logit: logit, target: target)
    case .weightedLoss: weight * loss(logit: logit, target: target)
    case .gradient, .lossWithGradient: loss.gradient(logit: logit, target: target)
    case .meanWithGradient: loss.gradient(logit: logit, target: target) / Scalar(count)
    case .weightedMeanWithGradient:
      weight * loss.gradient(logit: logit, target: target) / Scalar(count)
    case .secondDerivative: loss.secondDerivative(logit: logit, target: target)
    case .targetDerivative: loss.targetDerivative(logit: logit, target: target)
    case .positiveWeightDerivative: loss.positiveWeightDerivative(logit: logit, target: target)
    case .mean, .weightedMean: nil
    }
  }
}
