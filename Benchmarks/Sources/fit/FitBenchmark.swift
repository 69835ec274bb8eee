// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import LinearClassification
import _DataFiles

@main
struct FitBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit models and print them with the times as JSON, for peers/compare_fit.py.")

  @Argument(help: "A .npy file with a float64 matrix.") var features: String
  @Argument(help: "A .npy file with the targets.") var targets: String
  @Argument(help: "The number of fits with each weight, at least 1.") var repetitions: Int
  @Argument(help: "Positive weights, separated by commas.") var weights: String

  private struct Fit: Encodable {
    var positiveWeight: Double
    var seconds: [Double]
    var coefficients: [Double]
    var intercept: Double
    var certificate: ConvergenceCertificate
  }

  func validate() throws {
    guard repetitions > 0 else { throw ValidationError("repetitions must be at least 1") }
  }

  func run() throws {
    let matrix = try FeatureMatrix(contentsOf: features)
    let targets = try NPYReader(path: targets).readAll(as: Double.self)
    let clock = ContinuousClock()
    let fits = try weights.split(separator: ",").compactMap { Double($0) }.map { weight in
      let regression = LogisticRegression(positiveWeight: weight)
      var model = try regression.fit(matrix, targets: targets)
      let seconds = try (0..<repetitions).map { _ in
        try clock.measure { model = try regression.fit(matrix, targets: targets) } / .seconds(1)
      }
      return Fit(
        positiveWeight: weight, seconds: seconds, coefficients: model.coefficients,
        intercept: model.intercept, certificate: model.certificate)
    }
    print(String(decoding: try JSONEncoder().encode(fits), as: UTF8.self))
  }
}
