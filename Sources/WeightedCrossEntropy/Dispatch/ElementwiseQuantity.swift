// SPDX-License-Identifier: Apache-2.0
import _LossKernels

/// The quantities with one number for each element.
package enum ElementwiseQuantity {
  case loss, gradient, secondDerivative, targetDerivative, positiveWeightDerivative

  @inline(__always)
  func kernels<Scalar>(_ table: KernelTable<Scalar>)
    -> KernelTable<Scalar>.Forms<KernelTable<Scalar>.Elementwise>
  {
    switch self {
    case .loss: table.loss
    case .gradient: table.gradient
    case .secondDerivative: table.secondDerivative
    case .targetDerivative: table.targetDerivative
    case .positiveWeightDerivative: table.positiveWeightDerivative
    }
  }
}
