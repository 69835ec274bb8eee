// SPDX-License-Identifier: Apache-2.0

/// A request for the sums of one model's terms over rows, at one point.
struct SumRequest: Sendable {
  /// The rows of a sum.
  enum Rows: Hashable, Sendable {
    case all
    case allExcept(fold: Int)
    /// A separate answer for each fold.
    case eachFold
  }

  let positiveWeight: Double
  /// The coefficients of the standardised columns, and last the intercept.
  let point: [Double]
  let rows: Rows
  let wantsHessian: Bool
  /// Whether the margins are needed, which show separable classes.
  let wantsMargins: Bool
}

/// Sums over rows: the terms of the objective without the penalty, and their derivatives.
struct ObjectiveSums: Sendable {
  var value = 0.0
  var gradient: [Double] = []
  /// Row-major, with `stride` columns; only the lower triangle is valid. Empty if not requested.
  var hessian: [Double] = []
  var stride = 0
  var margins = Margins()

  /// The sums of disjoint rows, added in order.
  static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.value += b.value
    for index in b.gradient.indices { sum.gradient[index] += b.gradient[index] }
    for index in b.hessian.indices { sum.hessian[index] += b.hessian[index] }
    sum.margins.formUnion(b.margins)
    return sum
  }

  /// Adds the penalty `(λ/2) ‖β‖²`.
  mutating func addPenalty(_ l2: Double, at point: [Double]) {
    for column in 0..<(gradient.count - 1) {
      value += l2 / 2 * point[column] * point[column]
      gradient[column] += l2 * point[column]
      if !hessian.isEmpty { hessian[column * stride + column] += l2 }
    }
  }
}

extension ObjectiveSums {
  /// Unpacks sums: the value, the gradient, and the lower triangle of the Hessian, row by row.
  init(_ packed: [Double], columnCount: Int, margins: Margins) {
    value = packed[0]
    gradient = Array(packed[1...columnCount])
    self.margins = margins
    guard packed.count > 1 + columnCount else { return }
    stride = columnCount
    hessian = Array(repeating: 0, count: columnCount * columnCount)
    var next = 1 + columnCount
    for row in 0..<columnCount {
      for column in 0...row { hessian[row * columnCount + column] = packed[next + column] }
      next += row + 1
    }
  }
}
