// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification
import WeightedCrossEntropy

// The documented example of TensorFlow's operation, with every instruction set of this machine.
for set in InstructionSet.available {
  let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 1.5, instructionSet: set)
  let losses = try loss(logits: [1.5, -0.1, -10], targets: [1, 0.5, 0])
  print(set.rawValue, losses.map { ($0 * 1e8).rounded() / 1e8 })
}

/// A type of the kernels' vectors' size and alignment: its metadata shares a function with any
/// other such type.
struct Matrix {
  var columns = (SIMD4<Float>(1, 0, 0, 0), SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>())
}

var values: [Any] = [Matrix(), LogisticRegression.self]
values += values
print(values.count)

/// Arrays made for a call, of numbers that the compiler does not know. Optimised code puts them on
/// the stack, where Swift 6.3 can drop the stores to them.
@inline(never)
func checkArrays(_ x: Float, _ z: Float, _ w: Float) throws {
  let loss = try WeightedCrossEntropyLoss<Float>()
  let expected = loss(logit: x, target: z)
  func expect(_ value: Float, _ expected: Float) { precondition(abs(value - expected) < 1e-6) }
  try expect(loss.value(of: .mean, logits: [x, x, x], targets: [z, z, z]), expected)
  try expect(
    loss.value(of: .sum, logits: [x, x], targets: [z, z], weights: [w, w]), 2 * w * expected)
  try expect(
    loss.value(of: .weightedMean, logits: [x, x], targets: [z, z], weights: [w, w]), expected)
  try expect(loss(logits: [x], targets: [z])[0], expected)
  try expect(loss.valueWithGradient(of: .mean, logits: [x], targets: [z]).value, expected)
  do {
    try loss.validate(logits: [x, x], targets: [z, -z])
    preconditionFailure("a target of \(-z) is valid")
  } catch { precondition("\(error)".contains("index 1")) }
}

@inline(never)
func checkWriting(_ x: Float) throws {
  let path = "\(CommandLine.arguments[0])-numbers.npy"
  let writer = try NPYWriter(path: path, elementType: .float32, shape: [3])
  try writer.append([x, 2 * x, 3 * x])
  try writer.finish()
  let numbers: [Float] = try NPYReader(path: path).readAll()
  precondition(numbers == [x, 2 * x, 3 * x])
}

let one = Float(CommandLine.arguments.count)
try checkArrays(0.5 * one, one, 3 * one)
try checkWriting(one)
