// SPDX-License-Identifier: Apache-2.0
/// The largest error so far, in units in the last place, with its logit and target.
struct WorstError: Sendable {
  private(set) var ulps = 0.0
  private(set) var logit = 0.0
  private(set) var target = 0.0

  /// Records an error. NaN counts as infinite, because it would fail every comparison.
  mutating func record(ulps error: Double, logit: Double, target: Double) {
    guard !(error <= ulps) else { return }
    ulps = error.isNaN ? .infinity : error
    self.logit = logit
    self.target = target
  }

  /// Keeps the worse of two errors.
  mutating func merge(_ other: WorstError) { if other.ulps > ulps { self = other } }
}
