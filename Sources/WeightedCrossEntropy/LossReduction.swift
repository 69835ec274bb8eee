// SPDX-License-Identifier: Apache-2.0
/// How the losses of the elements become one number.
///
/// There is no case for "no reduction": a derivative of the elementwise loss is asked for by leaving the reduction out.
public enum LossReduction: String, CaseIterable, Hashable, Sendable {
  /// Σ w ℓ
  case sum
  /// Σ w ℓ / N, N the number of elements, masked ones included.
  case mean
  /// Σ w ℓ / Σ w. Needs element weights.
  case weightedMean
}
