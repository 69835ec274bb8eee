// SPDX-License-Identifier: Apache-2.0
/// The worst errors that the accuracy benchmark finds for targets 0 and 1 and a positive weight of
/// 1, in ULP, rounded up. The documentation gives them as measured, and the benchmark and the tests
/// assert them.
public enum WorstFound {
  /// The worst error of the loss with an instruction set.
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

  /// The worst error of the gradient, which is σ(x) or -σ(-x).
  public static func sigmoid<Scalar: BinaryFloatingPoint>(_: Scalar.Type) -> Double {
    Scalar.significandBitCount < 30 ? 2.41 : 2.56
  }
}
