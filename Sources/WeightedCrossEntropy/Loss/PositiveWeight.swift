// SPDX-License-Identifier: Apache-2.0
/// The weight q of the positive class, TensorFlow's `pos_weight`. Above 1 it raises recall, below 1
/// precision.
///
/// There is one weight for all elements, or one for each class along a given axis. Nothing is
/// broadcast. Creating a loss checks that each weight is finite and at least 0.
public enum PositiveWeight<Scalar: LossScalar>: Hashable, Sendable {
  /// The same weight for every element.
  case uniform(Scalar)
  /// One weight for each class along `axis` of the logits, whose length must be the number of
  /// weights. A negative axis counts from the end: -1 is the last.
  case perClass([Scalar], axis: Int)
}

extension PositiveWeight: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The same weight for every element.
  public init(floatLiteral value: Double) { self = .uniform(Scalar(value)) }

  /// The same weight for every element.
  public init(integerLiteral value: Int) { self = .uniform(Scalar(value)) }
}

extension PositiveWeight {
  /// The error for the first weight that is negative or not finite.
  var invalid: LossError.Problem? {
    switch self {
    case .uniform(let weight):
      Self.isValid(weight) == 1 ? nil : .invalidPositiveWeight(value: "\(weight)", index: nil)
    case .perClass(let weights, axis: _):
      weights.withUnsafeBufferPointer { Self.invalid(among: $0) }
    }
  }

  /// The error for the first invalid class weight. A block is tested without a branch, so that the
  /// compiler vectorises the loop.
  @_specialize(exported:true,where Scalar == Float)
  @_specialize(exported:true,where Scalar == Double)
  package static func invalid(among weights: UnsafeBufferPointer<Scalar>) -> LossError.Problem? {
    for start in stride(from: 0, to: weights.count, by: 256) {
      let block = start..<min(start + 256, weights.count)
      var allAreValid: UInt32 = 1
      for index in block { allAreValid &= isValid(weights[index]) }
      if allAreValid == 1 { continue }
      return block.first { isValid(weights[$0]) == 0 }.map {
        .invalidPositiveWeight(value: "\(weights[$0])", index: $0)
      }
    }
    return nil
  }

  /// 1 if the weight is finite and at least 0, else 0.
  @inline(__always)
  private static func isValid(_ weight: Scalar) -> UInt32 {
    (weight >= 0 ? 1 : 0) & (weight < .infinity ? 1 : 0)
  }
}
