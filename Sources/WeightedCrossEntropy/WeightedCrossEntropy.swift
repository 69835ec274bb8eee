// SPDX-License-Identifier: Apache-2.0
/// The weighted cross entropy of each element, with TensorFlow's arguments in TensorFlow's order:
/// `tf.nn.weighted_cross_entropy_with_logits(labels, logits, pos_weight, name)`.
///
///     ℓ = (1 - z) softplus(x) + q z softplus(-x)
///
/// - Parameters:
///   - targets: z, of the shape of the logits.
///   - logits: x.
///   - positiveWeight: q, finite and at least 0: above 1 it raises recall, below 1 precision.
///   - name: what errors call the operation instead of `logistic_loss`.
/// - Returns: A tensor of the shape of the logits.
/// - Throws: `LossError` that names both shapes where they differ, or says what is wrong with the positive weight.
public func weightedCrossEntropy<Scalar: LossScalar>(
  targets: Tensor<Scalar>, logits: Tensor<Scalar>, positiveWeight: PositiveWeight<Scalar>,
  name: String? = nil
) throws(LossError) -> Tensor<Scalar> {
  try WeightedCrossEntropyLoss(positiveWeight: positiveWeight, name: name)(
    logits: logits, targets: targets)
}
