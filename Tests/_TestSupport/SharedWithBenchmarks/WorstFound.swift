// SPDX-License-Identifier: Apache-2.0
/// The worst errors that the sweeps of the benchmarks find for the targets 0 and 1 and a positive weight of 1, in ULP, rounded up: what the
/// documentation gives as measured, and what the sweeps and the tests assert.
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
