// SPDX-License-Identifier: Apache-2.0
/// What shows that a fit is at its optimum.
///
/// The objective is strictly convex for a penalty above 0, so a small gradient and a small Newton step are a proof, up to rounding.
public struct TrainingCertificate: Codable, Hashable, Sendable {
  /// How the Newton steps were computed.
  public enum Method: String, Codable, Hashable, Sendable {
    /// By a Cholesky factorisation of the Hessian.
    case newtonCholesky = "newton-cholesky"
    /// By conjugate gradients: a truncated Newton method.
    case newtonConjugateGradient = "newton-cg"
  }

  /// The method.
  public var method: Method
  /// The Newton iterations.
  public var iterations: Int
  /// The passes over the rows.
  public var passes: Int
  /// The largest derivative of the objective in a standardised coefficient or the intercept, by its magnitude, divided by the sum of the
  /// rows' weights `w (1 - z + q z)`: the quantity that scikit-learn's `tol` bounds.
  public var gradientNorm: Double
  /// What `gradientNorm` had to fall to.
  public var tolerance: Double
  /// The largest change of a standardised coefficient or the intercept that one more Newton step would make: an estimate of the
  /// distance to the optimum.
  public var remainingStep: Double
  /// Half the squared Newton decrement, `gᵀ H⁻¹ g / 2`: an estimate of how far the objective is above its minimum.
  public var remainingDecrease: Double
  /// The value of the objective: Σ w ℓ + (λ/2) ‖β‖².
  public var objective: Double
}
