// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _LossKernels
import _TestSupport

/// Calls on 16-bit elements, for all numbers of a format. The tests of the C interface compare the
/// roundings with their definition; these compare the instruction sets.
@Suite struct HalfStorageTests {
  private func results(
    _ quantity: ElementwiseQuantity, _ storage: HalfStorage, _ bits: [UInt16],
    on set: InstructionSet
  ) throws -> [UInt16] {
    let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 3, instructionSet: set)
    return try bits.withUnsafeBufferPointer { bits in
      try [UInt16](unsafeUninitializedCapacity: bits.count) { output, count in
        let inputs = LossInputs(
          storage, logits: bits.baseAddress, targets: bits.baseAddress, weights: nil,
          count: bits.count, classes: nil)
        try loss.evaluate(quantity, of: nil, inputs, into: output)
        count = bits.count
      }
    }
  }

  @Test("Every number gives the rounded result of Float", arguments: InstructionSet.allCases)
  func everyNumber(on set: InstructionSet) throws {
    guard set.isAvailable else { return }
    let bits = [UInt16](UInt16.min ... .max)
    for (storage, number, rounded) in [
      (HalfStorage.binary16, Binary16.number, Binary16.bits(rounding:)),
      (.bfloat16, BFloat16Format.number, BFloat16Format.bits(rounding:)),
    ] as [(HalfStorage, (UInt16) -> Float, (Double) -> UInt16)] {
      let numbers = bits.map(number)
      let loss = try WeightedCrossEntropyLoss<Float>(positiveWeight: 3, instructionSet: set)
      for (quantity, expected) in [
        (ElementwiseQuantity.loss, try loss(logits: numbers, targets: numbers)),
        (.gradient, try loss.gradient(logits: numbers, targets: numbers)),
        (.secondDerivative, try loss.secondDerivative(logits: numbers, targets: numbers)),
      ] {
        let found = try results(quantity, storage, bits, on: set)
        #expect(
          found.indices.allSatisfy { index in
            expected[index].isNaN
              ? number(found[index]).isNaN : found[index] == rounded(Double(expected[index]))
          }, "\(storage) \(quantity)")
      }
    }
  }
}
