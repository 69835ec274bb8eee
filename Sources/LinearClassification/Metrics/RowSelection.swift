// SPDX-License-Identifier: Apache-2.0
/// All rows, or those of a fold, with their targets and weights. Nothing is copied.
struct RowSelection {
  let targets: [Double]
  let weights: [Double]?
  let unit: WeightUnit
  private let fold: (index: UInt32, assignment: [UInt32])?

  /// - Parameter fold: The only fold whose rows are selected.
  init(
    targets: [Double], weights: [Double]?, fold: (index: Int, division: StratifiedFolds)? = nil
  ) {
    self.targets = targets
    self.weights = weights
    self.fold = fold.map { (UInt32($0.index), $0.division.assignment) }
    var largest = weights == nil ? 1.0 : 0
    if let weights {
      for row in weights.indices where self.fold.map({ $0.assignment[row] == $0.index }) ?? true {
        largest = max(largest, weights[row])
      }
    }
    unit = WeightUnit(largest: largest)
  }

  /// The weight of a row in `unit`.
  func weight(_ row: Int) -> Double { weights.map { unit.scaled($0[row]) } ?? 1 }

  /// Calls `body` with each row and its weight in `unit`.
  @inline(__always)
  func forEach<Failure>(
    _ body: (_ row: Int, _ weight: Double) throws(Failure) -> Void
  ) throws(Failure) {
    for row in targets.indices {
      if let fold, fold.assignment[row] != fold.index { continue }
      try body(row, weight(row))
    }
  }
}

/// The unit of the weights of rows: a power of two if products of weights could overflow or
/// underflow, else 1.
struct WeightUnit {
  private let exponent: Int

  init(largest: Double) {
    exponent = (1e-30...1e30).contains(largest) || largest == 0 ? 0 : Int(largest.exponent)
  }

  /// A weight in this unit.
  func scaled(_ weight: Double) -> Double { Self.scaled(weight, by: -exponent) }

  /// A sum of weights in the unit of the original weights.
  func original(_ sum: Double) -> Double { Self.scaled(sum, by: exponent) }

  private static func scaled(_ weight: Double, by exponent: Int) -> Double {
    exponent == 0 ? weight : Double(sign: .plus, exponent: exponent, significand: weight)
  }
}
