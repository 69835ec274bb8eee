import LinearClassification
import WeightedCrossEntropy

// The documented example of TensorFlow's operation, with every kernel that this machine has.
for set in InstructionSet.available {
  let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 1.5, instructionSet: set)
  let losses = try loss(logits: [1.5, -0.1, -10], targets: [1, 0.5, 0])
  print(set.rawValue, losses.map { ($0 * 1e8).rounded() / 1e8 })
}

/// A type of the kernels' vectors' size and alignment: its metadata shares a function with any other such type.
struct Matrix {
  var columns = (SIMD4<Float>(1, 0, 0, 0), SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>())
}

var values: [Any] = [Matrix(), LogisticRegression.self]
values += values
print(values.count)
