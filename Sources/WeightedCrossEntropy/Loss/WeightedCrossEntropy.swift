// SPDX-License-Identifier: Apache-2.0
/// The loss of each element, with TensorFlow's arguments in TensorFlow's order:
/// `tf.nn.weighted_cross_entropy_with_logits(labels, logits, pos_weight, name)`.
///
///     ℓ = (1 - z) softplus(x) + q z softplus(-x)
///
/// - Parameters:
///   - targets: z, with the shape of the logits.
///   - logits: x.
///   - positiveWeight: q, finite and at least 0. Above 1 it raises recall, below 1 precision.
///   - name: The name of the operation in errors; nil is `logistic_loss`.
/// - Returns: A tensor with the shape of the logits.
/// - Throws: `LossError` if the shapes differ or the positive weight is invalid.
public func weightedCrossEntropy<Scalar: LossScalar>(
  targets: Tensor<Scalar>, logits: Tensor<Scalar>, positiveWeight: PositiveWeight<Scalar>,
  name: String? = nil
) throws(LossError) -> Tensor<Scalar> {
  let loss = try WeightedCrossEntropyLoss(positiveWeight: positiveWeight, name: name)
  guard targets.shape == logits.shape else {
    throw loss.error(
      .shapeMismatch(other: "targets", logits: logits.shape, received: targets.shape))
  }
  return Tensor(
    unchecked: logits.shape,
    try loss(logits: logits.elements, targets: targets.elements, shape: logits.shape))
}
