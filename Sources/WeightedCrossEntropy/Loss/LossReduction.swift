// SPDX-License-Identifier: Apache-2.0
/// The reduction of the elementwise losses to one number.
///
/// There is no case for "no reduction". To get a derivative of the elementwise loss, omit the
/// reduction.
public enum LossReduction: String, CaseIterable, Hashable, Sendable {
  /// Σ w ℓ
  case sum
  /// Σ w ℓ / N, where N is the number of elements, including masked ones.
  case mean
  /// Σ w ℓ / Σ w, which needs element weights.
  case weightedMean
}
