// SPDX-License-Identifier: Apache-2.0

/// The iteration of one fit: Newton's method with a backtracking line search (Armijo's condition;
/// Nocedal and Wright, *Numerical Optimization*, 2006, algorithm 3.2 and chapter 7). It knows
/// neither the rows nor how steps are computed.
///
/// A Hessian costs many times a gradient. If the steps are short, the Hessian of the point before
/// therefore gives another step (the method of Shamanskii, *Ukrainian Mathematical Journal* 19,
/// 1967), and as long as that makes the steps shrink to a twentieth, no new one is requested.
struct NewtonIteration: Sendable {
  /// The next point to evaluate the objective at.
  private(set) var trial: [Double]
  /// Whether the next step needs the Hessian at that point.
  private(set) var wantsHessian = true
  /// Whether `point` is the optimum.
  private(set) var isDone = false
  /// The last accepted point.
  private(set) var point: [Double]
  private(set) var certificate: ConvergenceCertificate
  let l2: Double
  private let maximumIterations: Int
  private let weightSum: Double
  /// The names of the coefficients other than the intercept.
  private let names: [String]

  private var gradient: [Double] = []
  private var direction: [Double] = []
  private var slope = 0.0
  private var length = 1.0
  private var firstNorm = 0.0
  /// The number of consecutive iterations with a small gradient, but with a step that is neither
  /// small nor at most half of every earlier step.
  private var stalled = 0
  private var smallestStep = Double.infinity

  /// The longest step after which the old Hessian is tried.
  private static let shortStep = 0.25
  /// The largest ratio of two steps with the same Hessian after which it is used again.
  private static let contraction = 0.05

  /// - Parameters:
  ///   - weightSum: The sum of the rows' weights, by which gradient norms are divided.
  ///   - names: The names of the coefficients other than the intercept.
  init(
    from start: [Double], method: ConvergenceCertificate.Method, l2: Double, tolerance: Double,
    maximumIterations: Int, weightSum: Double, names: [String]
  ) {
    (point, trial) = (start, start)
    self.l2 = l2
    self.maximumIterations = maximumIterations
    self.weightSum = weightSum
    self.names = names
    certificate = ConvergenceCertificate(
      method: method, iterations: 0, passes: 0, gradientNorm: .infinity, tolerance: tolerance,
      remainingStep: .infinity, remainingDecrease: .infinity, objective: .infinity)
  }

  /// The accuracy of a step that is computed iteratively. This forcing sequence makes the
  /// convergence superlinear.
  var stepAccuracy: Double { min(0.1, (certificate.gradientNorm / firstNorm).squareRoot()) }

  /// Receives the objective and its gradient at `trial`.
  ///
  /// - Returns: Whether the point is accepted; then ``advance(along:isExact:)`` follows. If not,
  ///   `trial` is a shorter step.
  mutating func receive(_ sums: ObjectiveSums) throws(ClassificationError) -> Bool {
    certificate.passes += 1
    let norm = sums.gradient.reduce(0) { max($0, abs($1)) } / weightSum
    if direction.isEmpty {
      firstNorm = max(norm, .leastNormalMagnitude)
    } else {
      // Near the optimum the decrease is below the rounding error of the sum.
      let rounding = 1e-13 * abs(certificate.objective)
      guard sums.value <= certificate.objective + 1e-4 * length * slope + rounding else {
        guard length > 0x1p-39 else { throw .notConverged(certificate) }
        length /= 2
        setTrial()
        wantsHessian = true
        return false
      }
      certificate.iterations += 1
    }
    point = trial
    gradient = sums.gradient
    certificate.gradientNorm = norm
    certificate.objective = sums.value
    if l2 == 0, sums.margins.areSeparated { throw .separable(feature: nil) }
    return true
  }

  /// Continues along a descent direction, or ends.
  ///
  /// - Parameter isExact: Whether the direction is from the Hessian at `point`, not an older one.
  mutating func advance(
    along next: [Double], isExact: Bool
  ) throws(ClassificationError) {
    let before = direction.reduce(0) { max($0, abs($1)) } * length
    let step = next.reduce(0) { max($0, abs($1)) }
    // An older Hessian is close to that of `point` if its steps shrink fast.
    let isReliable = isExact || step <= Self.contraction * before
    direction = next
    slope = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
    certificate.remainingStep = step
    certificate.remainingDecrease = max(0, -slope / 2)
    if isReliable, certificate.gradientNorm <= certificate.tolerance {
      let size = point.reduce(1) { max($0, abs($1)) }
      if step <= 1e-9 * size {
        isDone = true
        return
      }
      stalled = step > smallestStep / 2 ? stalled + 1 : 0
      smallestStep = min(smallestStep, step)
      if stalled > 4 {
        // Near a minimum, Newton steps converge quadratically, down to rounding.
        if step <= 1e-3 {
          isDone = true
          return
        }
        // If they do not, but the gradient vanishes, the minimum is at infinity or far away.
        if l2 == 0 { throw .separable(feature: nameOfLargestStep) }
      }
    }
    guard certificate.iterations < maximumIterations else { throw .notConverged(certificate) }
    length = 1
    setTrial()
    wantsHessian = step > Self.shortStep || !isReliable
  }

  private mutating func setTrial() {
    for index in point.indices { trial[index] = point[index] + length * direction[index] }
  }

  private var nameOfLargestStep: String? {
    names.indices.max { abs(direction[$0]) < abs(direction[$1]) }.map { names[$0] }
  }
}
