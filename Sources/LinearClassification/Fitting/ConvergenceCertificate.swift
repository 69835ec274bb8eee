// SPDX-License-Identifier: Apache-2.0
/// Evidence that a fit reached its optimum.
///
/// With a penalty above 0 the objective is strictly convex, so a small gradient and a small Newton
/// step prove the optimum, up to rounding.
public struct ConvergenceCertificate: Codable, Hashable, Sendable {
  /// How the Newton steps were computed.
  public enum Method: String, Codable, Hashable, Sendable {
    /// By a Cholesky factorisation of the Hessian.
    case newtonCholesky = "newton-cholesky"
    /// By conjugate gradients: a truncated Newton method.
    case newtonConjugateGradient = "newton-cg"
  }

  /// The method.
  public let method: Method
  /// The number of Newton iterations.
  public internal(set) var iterations: Int
  /// The number of passes over the rows.
  public internal(set) var passes: Int
  /// The largest magnitude of a derivative of the objective in a standardised coefficient or the
  /// intercept, divided by the sum of the rows' weights `w (1 - z + q z)`. scikit-learn's `tol`
  /// bounds the same quantity.
  public package(set) var gradientNorm: Double
  /// The bound on `gradientNorm`.
  public let tolerance: Double
  /// The largest change of a standardised coefficient or the intercept in one more Newton step: an
  /// estimate of the distance to the optimum. The step may use the Hessian of an earlier point, if
  /// it is at most a twentieth of the step before with this Hessian.
  public internal(set) var remainingStep: Double
  /// Half the squared Newton decrement, `gᵀ H⁻¹ g / 2`: an estimate of the distance of the
  /// objective from its minimum.
  public internal(set) var remainingDecrease: Double
  /// The value of the objective, Σ w ℓ + (λ/2) ‖β‖².
  public internal(set) var objective: Double
}
