// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// Minimises a logistic objective by Newton's method with a backtracking line search (Armijo's
/// condition; Nocedal and Wright, *Numerical Optimization*, 2006, algorithm 3.2 and chapter 7).
///
/// With up to `largestFactorization` coefficients it factorises the Hessian. With more, it computes
/// the step by conjugate gradients, as in Galli and Lin, *A Study on Truncated Newton Methods for
/// Linear Classification*, IEEE TNNLS 2022.
struct NewtonSolver {
  /// The largest number of coefficients p for which the Hessian is computed. A pass over n rows
  /// then takes n p² operations, and the factorisation p³/3.
  static let largestFactorization = 512

  let objective: LogisticObjective
  let tolerance: Double
  let maximumIterations: Int
  /// The sum of the rows' weights, by which gradient norms are divided.
  let weightSum: Double

  struct Solution {
    var point: [Double]
    var certificate: ConvergenceCertificate
  }

  /// Finds the optimum from a starting point.
  func solve(
    from start: [Double], monitor: TrainingMonitor
  ) throws(ClassificationError) -> Solution {
    if objective.columnCount <= Self.largestFactorization {
      return try iterate(from: start, monitor: monitor) { (point) throws(LossError) in
        try objective.evaluate(at: point, hessian: true)
      } step: { (evaluation, _) throws(ClassificationError) in
        objective.choleskyStep(evaluation)
      }
    }
    // The curvature at the last point evaluated. The last point of a line search is the one that it
    // accepts.
    var curvature = [Double](repeating: 0, count: objective.targets.count)
    return try iterate(from: start, monitor: monitor) { (point) throws(LossError) in
      try curvature.withUnsafeMutableBufferPointer { (buffer) throws(LossError) in
        try objective.evaluate(at: point, hessian: false, curvature: buffer)
      }
    } step: { (evaluation, accuracy) throws(ClassificationError) in
      try curvature.withUnsafeBufferPointer { (buffer) throws(ClassificationError) in
        try objective.conjugateGradientStep(
          evaluation, curvature: buffer, tolerance: accuracy, monitor: monitor)
      }
    }
  }

  private func iterate(
    from start: [Double], monitor: TrainingMonitor,
    evaluate: ([Double]) throws(LossError) -> LogisticObjective.Evaluation,
    step: (LogisticObjective.Evaluation, _ accuracy: Double) throws(ClassificationError) -> [Double]
  ) throws(ClassificationError) -> Solution {
    var point = start
    var current = try rethrowingLossErrors { () throws(LossError) in try evaluate(point) }
    var certificate = ConvergenceCertificate(
      method: objective.columnCount <= Self.largestFactorization
        ? .newtonCholesky : .newtonConjugateGradient,
      iterations: 0, passes: 1, gradientNorm: norm(current), tolerance: tolerance,
      remainingStep: .infinity, remainingDecrease: .infinity, objective: current.value)
    let firstNorm = max(certificate.gradientNorm, .leastNormalMagnitude)
    // The number of consecutive iterations with a small gradient, but with a step that is neither
    // small nor at most half of every earlier step.
    var stalled = 0
    var smallestStep = Double.infinity
    while true {
      if monitor.isCancelled() { throw .cancelled }
      monitor.progress(
        .iteration(
          certificate.iterations, gradientNorm: certificate.gradientNorm, tolerance: tolerance))
      if objective.l2 == 0, current.margins.areSeparated { throw .separable(feature: nil) }
      // This forcing sequence makes the convergence superlinear.
      let accuracy = min(0.1, (certificate.gradientNorm / firstNorm).squareRoot())
      let direction = try step(current, accuracy)
      let slope = objective.dot(current.gradient, direction)
      certificate.remainingStep = direction.reduce(0) { max($0, abs($1)) }
      certificate.remainingDecrease = max(0, -slope / 2)
      if certificate.gradientNorm <= tolerance {
        let size = point.reduce(1) { max($0, abs($1)) }
        if certificate.remainingStep <= 1e-9 * size {
          return Solution(point: point, certificate: certificate)
        }
        stalled = certificate.remainingStep > smallestStep / 2 ? stalled + 1 : 0
        smallestStep = min(smallestStep, certificate.remainingStep)
        if stalled > 4 {
          // Near a minimum, Newton steps converge quadratically, down to rounding.
          if certificate.remainingStep <= 1e-3 {
            return Solution(point: point, certificate: certificate)
          }
          // If they do not, but the gradient vanishes, the minimum is at infinity or far away.
          if objective.l2 == 0 { throw .separable(feature: feature(ofLargest: direction)) }
        }
      }
      guard certificate.iterations < maximumIterations,
        let (next, passes) = try search(
          from: point, current, along: direction, slope: slope, evaluate)
      else { throw .notConverged(certificate) }
      point = next.point
      current = next.evaluation
      certificate.iterations += 1
      certificate.passes += passes
      certificate.gradientNorm = norm(current)
      certificate.objective = current.value
    }
  }

  /// The first of the steps 1, 1/2, 1/4, … that meets Armijo's condition.
  private func search(
    from point: [Double], _ current: LogisticObjective.Evaluation, along direction: [Double],
    slope: Double,
    _ evaluate: ([Double]) throws(LossError) -> LogisticObjective.Evaluation
  ) throws(ClassificationError) -> (
    next: (point: [Double], evaluation: LogisticObjective.Evaluation), passes: Int
  )? {
    var length = 1.0
    for passes in 1...40 {
      var trial = point
      objective.add(length, direction, to: &trial)
      let evaluation = try rethrowingLossErrors { () throws(LossError) in try evaluate(trial) }
      // Near the optimum the decrease is below the rounding error of the sum.
      let rounding = 1e-13 * abs(current.value)
      if evaluation.value <= current.value + 1e-4 * length * slope + rounding {
        return ((trial, evaluation), passes)
      }
      length /= 2
    }
    return nil
  }

  private func norm(_ evaluation: LogisticObjective.Evaluation) -> Double {
    evaluation.gradient.reduce(0) { max($0, abs($1)) } / weightSum
  }

  private func feature(ofLargest direction: [Double]) -> String? {
    let rows = objective.rows
    return rows.active.indices.max { abs(direction[$0]) < abs(direction[$1]) }
      .map { rows.features.names[rows.active[$0]] }
  }
}
