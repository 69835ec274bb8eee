// SPDX-License-Identifier: Apache-2.0
/// The largest error met so far, in units in the last place, and where.
struct WorstError: Sendable {
  private(set) var ulps = 0.0
  private(set) var logit = 0.0
  private(set) var target = 0.0

  /// Takes in an error; NaN counts as infinite, so that it cannot hide behind a comparison.
  mutating func record(ulps error: Double, logit: Double, target: Double) {
    guard !(error <= ulps) else { return }
    ulps = error.isNaN ? .infinity : error
    self.logit = logit
    self.target = target
  }

  /// The worse of two.
  mutating func merge(_ other: WorstError) { if other.ulps > ulps { self = other } }
}
