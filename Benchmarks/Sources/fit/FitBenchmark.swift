// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Foundation
import LinearClassification

/// Fits models to a matrix and prints the results and times as JSON, for `peers/compare_fit.py`.
///
///     fit FEATURES.npy TARGETS.npy REPETITIONS Q1,Q2,…
///
/// FEATURES.npy is a float64 matrix in Fortran order or C order.
@main
enum FitBenchmark {
  struct Fit: Encodable {
    var positiveWeight: Double
    var seconds: [Double]
    var coefficients: [Double]
    var intercept: Double
    var certificate: ConvergenceCertificate
  }

  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 4, let features = arguments.first,
      let repetitions = Int(arguments.dropFirst(2).first ?? "")
    else { fatalError("usage: fit FEATURES.npy TARGETS.npy REPETITIONS Q1,Q2,…") }
    let matrix = try FeatureMatrix(contentsOf: features)
    let targets = try NPYReader(path: arguments.dropFirst().first ?? "").readAll(as: Double.self)
    let clock = ContinuousClock()
    let fits = try (arguments.last ?? "").split(separator: ",").compactMap { Double($0) }.map {
      weight in
      var seconds: [Double] = []
      var last: LogisticModel?
      for _ in 0..<repetitions {
        let start = clock.now
        last = try LogisticRegression(positiveWeight: weight).fit(matrix, targets: targets)
        seconds.append((clock.now - start) / .seconds(1))
      }
      guard let last else { fatalError("no repetitions") }
      return Fit(
        positiveWeight: weight, seconds: seconds, coefficients: last.coefficients,
        intercept: last.intercept, certificate: last.certificate)
    }
    print(String(decoding: try JSONEncoder().encode(fits), as: UTF8.self))
  }
}
