// SPDX-License-Identifier: Apache-2.0
// Prints a digest of the results of every kernel for fixed inputs: the baseline kernels on arm64,
// the kernels for AVX2 and FMA on x86-64. Equal digests mean equal bits. The script `check` runs
// it.

import _LossKernels
import _MatrixKernels

#if arch(x86_64)
  import _LossKernelsAVX2

  typealias LossKernels = AVX2Kernels
  /// Two lanes as on arm64, because the order of a sum depends on the lane count; AVX2 uses four.
  let matrixKernels = MatrixKernelTable(FusedMatrixVector.self)
#else
  typealias LossKernels = BaselineKernels
  let matrixKernels = BaselineMatrixKernels.table
#endif

/// Two Doubles, with fused multiply-add.
struct FusedMatrixVector: MatrixVector {
  var lanes: SIMD2<Double>
  init(lanes: SIMD2<Double>) { self.lanes = lanes }
  static var laneCount: Int { 2 }
  init(repeating value: Double) { self.init(lanes: SIMD2<Double>(repeating: value)) }
  init(loading source: UnsafePointer<Double>) {
    self.init(lanes: UnsafeRawPointer(source).loadUnaligned(as: SIMD2<Double>.self))
  }
  func store(to destination: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(destination).storeBytes(of: lanes, as: SIMD2<Double>.self)
  }
  static func + (a: Self, b: Self) -> Self { Self(lanes: a.lanes + b.lanes) }
  static func - (a: Self, b: Self) -> Self { Self(lanes: a.lanes - b.lanes) }
  static func * (a: Self, b: Self) -> Self { Self(lanes: a.lanes * b.lanes) }
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
  }
  var sum: Double { lanes[0] + lanes[1] }
}

/// FNV-1a over 64-bit words. All NaNs count as equal, because their sign depends on the
/// architecture.
struct Digest {
  var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ value: Double) {
    state = (state ^ (value.isNaN ? 0x7FF8 << 48 : value.bitPattern)) &* 0x100_0000_01B3
  }

  mutating func add(_ sum: PartialSum) {
    add(sum.high)
    add(sum.low)
    add(sum.isScaled ? 1 : 0)
  }
}

/// Adds all results of the loss kernels, in the plain and the general form, for logits of all
/// kinds.
func add<Scalar: KernelScalar>(_ table: KernelTable<Scalar>, to digest: inout Digest) {
  let count = 4099
  let buffer = UnsafeMutablePointer<Scalar>.allocate(capacity: 6 * count)
  defer { buffer.deallocate() }
  buffer.initialize(repeating: 0, count: 6 * count)
  let (logits, targets, positiveWeights) = (buffer, buffer + count, buffer + 2 * count)
  let (weights, output, losses) = (buffer + 3 * count, buffer + 4 * count, buffer + 5 * count)
  var generator = SeededGenerator(seed: 42)
  func random() -> Scalar { Scalar(Int64(generator.next() >> 11)) / 0x1p53 }
  for index in 0..<count {
    logits[index] = (random() - 0.5) * (index % 7 == 0 ? 1600 : 20)
    targets[index] = index % 3 == 0 ? random() : Scalar(index % 2)
    positiveWeights[index] = random() * 10
    weights[index] = index % 5 == 0 ? 0 : random()
  }
  logits[0] = .infinity
  logits[1] = -.infinity
  logits[2] = .nan
  logits[3] = -0.0
  logits[4] = .greatestFiniteMagnitude
  logits[5] = .leastNonzeroMagnitude
  weights[2] = 0
  let plain = KernelArguments<Scalar>(
    logits: logits, targets: targets, output: output, losses: losses, count: count,
    positiveWeight: 3, divisor: 7)
  var general = plain
  general.positiveWeights = UnsafePointer(positiveWeights)
  general.weights = UnsafePointer(weights)
  general.targetScale = 0.75
  general.targetOffset = 0.125
  func addWritten() {
    for index in 0..<count {
      digest.add(Double(output[index]))
      digest.add(Double(losses[index]))
    }
  }
  func run(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Elementwise>) {
    forms.plain(plain)
    addWritten()
    forms.general(general)
    addWritten()
  }
  func run(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>) {
    // With all terms the sums are not finite; without the first eight they are.
    for start in [0, 8] {
      digest.add(forms.plain(plain.part(from: start, count: count - start)))
      addWritten()
      digest.add(forms.general(general.part(from: start, count: count - start)))
      addWritten()
    }
  }
  run(table.loss)
  run(table.gradient)
  run(table.secondDerivative)
  run(table.targetDerivative)
  run(table.positiveWeightDerivative)
  run(table.lossWithGradient)
  run(table.lossSum)
  run(table.lossSumWithGradient)
  digest.add(table.sum(weights, count))
  digest.add(table.sum(losses + 8, count - 8))
  // The sum of blocks, as a call computes it, also beyond the range of Double.
  let (blocks, length) = (37, 110)
  for scale in [1, 0x1p1007] {
    let total = PartialSum.tree(over: 0..<blocks) { block in
      let sum = table.sum(losses + (8 + block * length), length)
      return PartialSum(high: sum.high * scale, low: sum.low * scale)
    }
    digest.add(total)
    digest.add(total.value)
    digest.add(total.divided(by: table.sum(weights, count)))
  }
}

/// Adds all results of the matrix kernels for a tile of 32 rows and 8 columns.
func add(_ table: MatrixKernelTable, to digest: inout Digest) {
  let (rows, columns) = (32, 8)
  let count = rows * columns
  let buffer = UnsafeMutablePointer<Double>.allocate(capacity: 4 * count)
  defer { buffer.deallocate() }
  var generator = SeededGenerator(seed: 7)
  for index in 0..<4 * count {
    buffer[index] = Double(Int64(generator.next() >> 40)) / 0x1p24 - 0.5
  }
  let (vectors, output, scratch) = (buffer + count, buffer + 2 * count, buffer + 3 * count)
  let tile = MatrixKernelTable.Tile(elements: buffer, stride: rows, rows: rows, columns: columns)
  func addOutput() {
    for index in 0..<count { digest.add(output[index]) }
  }
  table.standardize(vectors, count, 0.25, 3, output)
  addOutput()
  // One vector, a pair, and more.
  for vectorCount in [1, 2, 3, 7] {
    table.products(tile, vectors, vectorCount, output)
    addOutput()
    table.addTransposedProducts(tile, vectors, vectorCount, output)
    addOutput()
  }
  table.addWeightedGram(tile, vectors, scratch, output)
  table.addScaled(0.3, vectors, count, output)
  addOutput()
  digest.add(table.dot(vectors, output, count))
  digest.add(table.sum(output, count, 0.1))
  digest.add(table.squaredDeviation(output, count, 0.1))
}

@_silgen_name("putchar") func putchar(_ character: Int32) -> Int32

@main
struct Main {
  static func main() {
    var digest = Digest()
    add(LossKernels.float, to: &digest)
    add(LossKernels.double, to: &digest)
    add(matrixKernels, to: &digest)
    for nibble in 0..<16 {
      let digit = Int32(digest.state >> (60 - 4 * UInt64(nibble)) & 15)
      _ = putchar(digit < 10 ? 48 + digit : 87 + digit)
    }
    _ = putchar(10)
  }
}
