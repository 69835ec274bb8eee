// SPDX-License-Identifier: Apache-2.0
/// The worst errors that the accuracy sweep finds for targets 0 and 1 and a positive weight of 1,
/// in ULP, rounded up. The documentation shows them, and the sweep and the tests assert them.
public enum WorstFound {
  /// Of the loss, with an instruction set.
  public static func loss<Scalar: BinaryFloatingPoint>(_: Scalar.Type, _ instructionSet: String)
    -> Double
  {
    #if arch(x86_64)
      let isFused = instructionSet != "baseline"
    #else
      let isFused = true
    #endif
    return switch (Scalar.significandBitCount < 30, isFused) {
    case (true, false): 2.23
    case (true, true): 1.84
    case (false, false): 2.26
    case (false, true): 1.97
    }
  }

  /// Of each σ in the gradient.
  public static func sigmoid<Scalar: BinaryFloatingPoint>(_: Scalar.Type) -> Double {
    Scalar.significandBitCount < 30 ? 2.41 : 2.56
  }
}
