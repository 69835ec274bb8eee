// SPDX-License-Identifier: Apache-2.0
import TestSupport
import WeightedCrossEntropy

/// The quantities that are measured. The first four have the targets 0 and 1, where the gradient is
/// σ(x) or -σ(-x); the others have targets in [0, 1].
enum Quantity: Int, CaseIterable {
  case lossOfNegative, lossOfPositive, sigmoid, complementarySigmoid
  case softLoss, softGradient, secondDerivative, targetDerivative, positiveWeightDerivative

  /// The quantities that are measured for every Float logit.
  static let hard: [Quantity] = [.lossOfNegative, .lossOfPositive, .sigmoid, .complementarySigmoid]

  var name: String {
    switch self {
    case .lossOfNegative: "loss, z = 0"
    case .lossOfPositive: "loss, z = 1"
    case .sigmoid: "σ(x): gradient, z = 0"
    case .complementarySigmoid: "σ(-x): gradient, z = 1"
    case .softLoss: "loss, z in [0, 1]"
    case .softGradient: "gradient, z in [0, 1]"
    case .secondDerivative: "second derivative"
    case .targetDerivative: "∂/∂z"
    case .positiveWeightDerivative: "∂/∂q"
    }
  }

  /// The documented bound. For a positive weight of 1 it is the worst error that was found.
  func bound<Scalar: LossScalar>(isWeighted: Bool, _: Scalar.Type, _ set: InstructionSet) -> Double
  {
    typealias Loss = WeightedCrossEntropyLoss<Scalar>
    return switch self {
    case .lossOfNegative, .lossOfPositive:
      isWeighted ? MaximumError.loss : WorstFound.loss(Scalar.self, set.rawValue)
    case .sigmoid, .complementarySigmoid:
      isWeighted ? MaximumError.softGradient : WorstFound.sigmoid(Scalar.self)
    case .softLoss: MaximumError.softLoss
    case .softGradient: MaximumError.softGradient
    case .secondDerivative: MaximumError.secondDerivative
    case .targetDerivative: MaximumError.targetDerivative
    case .positiveWeightDerivative: MaximumError.positiveWeightDerivative
    }
  }

  /// The target of the quantity; nil for any.
  var target: Double? {
    switch self {
    case .lossOfNegative, .sigmoid: 0
    case .lossOfPositive, .complementarySigmoid: 1
    default: nil
    }
  }

  /// The exact value at a logit, and the magnitude whose ULP is the unit of errors: for a
  /// difference that of its larger operand.
  func exact<Wide: BinaryFloatingPoint>(_ exact: ExactTerms<Wide>, target z: Wide, weight q: Wide)
    -> (
      value: Wide, scale: Wide
    )
  {
    func difference(_ a: Wide, _ b: Wide) -> (Wide, Wide) { (a - b, max(a, b)) }
    func alone(_ value: Wide) -> (Wide, Wide) { (value, value) }
    return switch self {
    case .lossOfNegative, .lossOfPositive, .softLoss:
      alone((1 - z) * exact.softplus + q * z * exact.softplusOfNegative)
    case .sigmoid, .complementarySigmoid, .softGradient:
      difference((1 - z) * exact.sigmoid, q * z * exact.complementarySigmoid)
    case .secondDerivative: alone((1 - z + q * z) * (exact.sigmoid * exact.complementarySigmoid))
    case .targetDerivative: difference(q * exact.softplusOfNegative, exact.softplus)
    case .positiveWeightDerivative: alone(z * exact.softplusOfNegative)
    }
  }
}

/// The terms of the quantities at one logit.
struct ExactTerms<Wide: BinaryFloatingPoint> {
  var softplus, softplusOfNegative, sigmoid, complementarySigmoid: Wide
}
