/// The largest error met so far, in units in the last place, and where.
struct WorstError: Sendable {
  private(set) var ulps = 0.0
  private(set) var logit = 0.0

  /// Takes in an error; NaN counts as infinite, so that it cannot hide behind a comparison.
  mutating func record(ulps error: Double, logit: Double) {
    guard !(error <= ulps) else { return }
    ulps = error.isNaN ? .infinity : error
    self.logit = logit
  }

  /// The worse of two.
  mutating func merge(_ other: WorstError) { if other.ulps > ulps { self = other } }
}

/// What is measured: the losses for targets 0 and 1, and the two σ that the gradient is made of.
enum Quantity: Int, CaseIterable {
  case lossOfNegative, lossOfPositive, sigmoid, complementarySigmoid

  var name: String {
    switch self {
    case .lossOfNegative: "loss, z = 0"
    case .lossOfPositive: "loss, z = 1"
    case .sigmoid: "σ(x): gradient, z = 0"
    case .complementarySigmoid: "σ(-x): gradient, z = 1"
    }
  }

  var target: Double { self == .lossOfNegative || self == .sigmoid ? 0 : 1 }
  var isLoss: Bool { self == .lossOfNegative || self == .lossOfPositive }
}
