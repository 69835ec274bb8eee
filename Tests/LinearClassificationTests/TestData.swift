// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Foundation
import LinearClassification
import _TestSupport

/// Tables and reference results. `Fixtures/make_fixtures.py` generates the reference results.
enum TestData {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  /// 1,797 digits; 174 of them are eights.
  static let digitsPath = folder.appendingPathComponent("../../Examples/digits.csv").standardized
    .path
  static let digits: TrainingTable = try! TrainingTable(
    CSVTable(contentsOf: digitsPath), target: TargetColumn(name: "is_eight"))

  /// 400 rows with features on different scales, one of them constant, hard and soft targets, and
  /// weights, some of them 0.
  static let synthetic:
    (features: FeatureMatrix, target: [Double], soft: [Double], weights: [Double]) = {
      let table = try! CSVTable(
        contentsOf: folder.appendingPathComponent("Fixtures/synthetic.csv").path)
      func numbers(_ name: String) -> [Double] {
        let column = try! table.column(name)
        guard case .numbers(let numbers) = column.values else { fatalError("text in \(name)") }
        return numbers
      }
      let names = Array(table.header.names.prefix(5))
      let features = try! FeatureMatrix(columns: names.map { .numbers(numbers($0)) }, names: names)
      return (features, numbers("target"), numbers("soft"), numbers("weight"))
    }()

  /// The value in a JSON fixture.
  static func fixture<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) -> Value {
    try! JSONDecoder().decode(
      type, from: Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name)")))
  }

  /// A seeded problem with normal features, and a logistic target with about the given share of
  /// positives.
  static func problem(
    rows: Int, columns: Int, rate: Double = 0.2, seed: UInt64
  ) -> (features: FeatureMatrix, targets: [Double]) {
    var generator = SeededGenerator(seed: seed)
    let slopes = (0..<columns).map { _ in generator.normal() / Double(columns).squareRoot() }
    var matrix = [[Double]](repeating: [], count: columns)
    var targets: [Double] = []
    for _ in 0..<rows {
      var score = log(rate / (1 - rate))
      for column in 0..<columns {
        let value = generator.normal()
        score += slopes[column] * value
        matrix[column].append(value * Double(column + 1) + Double(column))
      }
      targets.append(Double.random(in: 0..<1, using: &generator) < 1 / (1 + exp(-score)) ? 1 : 0)
    }
    return (try! FeatureMatrix(columns: matrix.map { .numbers($0) }), targets)
  }
}

extension SeededGenerator {
  /// A standard normal number, by the transformation of Box and Muller.
  mutating func normal() -> Double {
    let radius = (-2 * log(Double.random(in: Double.leastNormalMagnitude..<1, using: &self)))
      .squareRoot()
    return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &self))
  }
}

/// The objective of a fit, computed from its definition row by row, without code of the library.
struct NaiveObjective {
  var rows: [[Double]]
  var targets: [Double]
  var weights: [Double]
  var positiveWeight: Double
  var l2: Double

  /// Standardises the features that are not constant over the rows of weight above 0.
  init(
    _ features: FeatureMatrix, targets: [Double], weights: [Double]?, positiveWeight: Double,
    l2: Double
  ) {
    let weights = weights ?? [Double](repeating: 1, count: targets.count)
    let used = targets.indices.filter { weights[$0] > 0 }
    rows = used.map { _ in [] }
    for column in features.columns {
      let values = used.map { column[$0] }
      guard values.contains(where: { $0 != values[0] }) else { continue }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      for row in rows.indices { rows[row].append((values[row] - mean) / variance.squareRoot()) }
    }
    self.targets = used.map { targets[$0] }
    self.weights = used.map { weights[$0] }
    self.positiveWeight = positiveWeight
    self.l2 = l2
  }

  /// θ holds the coefficients of the features that are not constant, and last the intercept.
  func value(_ theta: [Double]) -> Double {
    var value = theta.dropLast().reduce(0) { $0 + l2 / 2 * $1 * $1 }
    for row in rows.indices {
      let x = zip(rows[row], theta).reduce(theta[theta.count - 1]) { $0 + $1.0 * $1.1 }
      let z = targets[row]
      value +=
        weights[row] * ((1 - z) * softplus(x) + positiveWeight * z * softplus(-x))
    }
    return value
  }

  /// The largest derivative, divided by Σ w (1 - z + q z).
  func gradientNorm(_ theta: [Double]) -> Double {
    var gradient = theta.map { $0 * l2 }
    gradient[theta.count - 1] = 0
    var total = 0.0
    for row in rows.indices {
      let x = zip(rows[row], theta).reduce(theta[theta.count - 1]) { $0 + $1.0 * $1.1 }
      let z = targets[row]
      let slope = weights[row] * ((1 - z) / (1 + exp(-x)) - positiveWeight * z / (1 + exp(x)))
      for column in rows[row].indices { gradient[column] += slope * rows[row][column] }
      gradient[theta.count - 1] += slope
      total += weights[row] * (1 - z + positiveWeight * z)
    }
    return gradient.map { abs($0) }.max()! / total
  }

  private func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}

extension LogisticModel {
  /// The coefficients of the features that are not constant, and last the intercept.
  var theta: [Double] {
    zip(coefficients, standardization.deviations).filter { $0.1 > 0 }.map(\.0) + [intercept]
  }
}

/// The largest difference of two vectors relative to the largest element of the second.
func relativeDistance(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count)
  return zip(a, b).map { abs($0 - $1) }.max()! / b.map { abs($0) }.max()!
}

/// The error that `body` throws.
func classificationError(_ body: () throws -> Void) -> ClassificationError? {
  do {
    try body()
    return nil
  } catch { return error as? ClassificationError }
}

/// A value from its JSON.
func decoded<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
  try JSONDecoder().decode(type, from: Data(json.utf8))
}
