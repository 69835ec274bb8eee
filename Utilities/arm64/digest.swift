// SPDX-License-Identifier: Apache-2.0
// Prints a digest of what every kernel computes from fixed inputs: those of arm64, or on x86-64
// those of AVX2 with FMA. Equal digests say that both give the same bits. See the script `check`
// beside this file.

import _LossKernels
import _MatrixKernels

#if arch(x86_64)
  import _LossKernelsAVX2

  typealias LossKernels = AVX2Kernels
  /// As many lanes as on arm64, because the order of a sum depends on it; AVX2's vector has twice
  /// as many.
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

/// FNV-1a over 64-bit words; every NaN counts as the same, as the sign of a NaN differs between
/// architectures.
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

/// The kernels of the loss, on logits of every kind, in their plain and their general form: all
/// that they write and return.
func add<Scalar: KernelScalar>(_ table: KernelTable<Scalar>, to digest: inout Digest) {
  let count = 4099
  let buffer = UnsafeMutablePointer<Scalar>.allocate(capacity: 6 * count)
  defer { buffer.deallocate() }
  buffer.initialize(repeating: 0, count: 6 * count)
  let (logits, targets, positiveWeights) = (buffer, buffer + count, buffer + 2 * count)
  let (weights, output, losses) = (buffer + 3 * count, buffer + 4 * count, buffer + 5 * count)
  var state: UInt64 = 42
  func random() -> Scalar {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Scalar(Int64(state >> 11)) / 0x1p53
  }
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
    positiveWeight: 3,
    divisor: 7)
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
    // The first terms are not all finite, and nor are sums with them; without them every bit of the
    // others counts.
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
  // What a call makes of the sums of its blocks.
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

/// The matrix kernels on a tile of 24 rows and 8 columns. No vector has a remainder.
func add(_ table: MatrixKernelTable, to digest: inout Digest) {
  let (rows, columns) = (24, 8)
  let count = rows * columns
  let buffer = UnsafeMutablePointer<Double>.allocate(capacity: 3 * count)
  defer { buffer.deallocate() }
  var state: UInt64 = 7
  for index in 0..<3 * count {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    buffer[index] = Double(Int64(state >> 40)) / 16_777_216 - 0.5
  }
  let (vector, output) = (buffer + count, buffer + 2 * count)
  let tile = MatrixKernelTable.Tile(elements: buffer, stride: rows, rows: rows, columns: columns)
  table.standardize(vector, count, 0.25, 3, output)
  for index in 0..<count { digest.add(output[index]) }
  table.product(tile, vector, output)
  table.addTransposedProduct(tile, vector, output)
  table.addGram(tile, output)
  table.addScaled(0.3, vector, count, output)
  table.scaleRows(tile, vector)
  for index in 0..<count {
    digest.add(output[index])
    digest.add(buffer[index])
  }
  digest.add(table.dot(vector, output, count))
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
