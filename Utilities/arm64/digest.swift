// Prints a digest of what every kernel computes from fixed inputs, with fused multiply-add. Compiled together with the sources of
// _LossKernels, for two architectures: equal digests say that the arm64 kernels give the bits that x86-64 with FMA gives.

struct FusedFloat: FloatVector {
  var lanes: SIMD16<Float>
  init(lanes: SIMD16<Float>) { self.lanes = lanes }
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
  }
}

struct FusedDouble: DoubleVector {
  var lanes: SIMD8<Double>
  init(lanes: SIMD8<Double>) { self.lanes = lanes }
  static func multiplyAdd(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(lanes: c.lanes.addingProduct(a.lanes, b.lanes))
  }
}

/// FNV-1a over 64-bit words; every NaN counts as the same, as the sign of a NaN differs between architectures.
struct Digest {
  var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ value: Double) {
    state = (state ^ (value.isNaN ? 0x7FF8 << 48 : value.bitPattern)) &* 0x100_0000_01B3
  }
}

func digest<Scalar: KernelScalar>(_ table: KernelTable<Scalar>, into digest: inout Digest) {
  let count = 4099
  let buffer = UnsafeMutablePointer<Scalar>.allocate(capacity: 6 * count)
  defer { buffer.deallocate() }
  buffer.initialize(repeating: 0, count: 6 * count)
  let (logits, targets, positiveWeights) = (buffer, buffer + count, buffer + 2 * count)
  let (weights, output, losses) = (buffer + 3 * count, buffer + 4 * count, buffer + 5 * count)
  var state: UInt64 = 42
  func random() -> Scalar {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Scalar(Int64(state >> 40)) / 16_777_216
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
    logits: logits, targets: targets, output: output, losses: losses, count: count, positiveWeight: 3,
    divisor: 7)
  var general = plain
  general.positiveWeights = UnsafePointer(positiveWeights)
  general.weights = UnsafePointer(weights)
  general.targetScale = 0.75
  general.targetOffset = 0.125
  func run(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Elementwise>) {
    forms.plain(plain)
    for index in 0..<count { digest.add(Double(output[index])) }
    forms.general(general)
    for index in 0..<count { digest.add(Double(output[index])) }
  }
  func run(_ forms: KernelTable<Scalar>.Forms<KernelTable<Scalar>.Summing>) {
    var finite = plain
    finite.logits += 8
    finite.targets += 8
    finite.count -= 8
    let sums = [forms.plain(finite), forms.general(general)]
    for sum in sums {
      digest.add(sum.high)
      digest.add(sum.low)
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
  digest.add(table.sum(weights, count).high)
}

@_silgen_name("putchar") func putchar(_ character: Int32) -> Int32

@main
struct Main {
  static func main() {
    var fused = Digest()
    digest(KernelTable(FusedFloat.self), into: &fused)
    digest(KernelTable(FusedDouble.self), into: &fused)
    #if arch(arm64)
      // The architecture's own variant is fused too.
      var baseline = Digest()
      digest(BaselineKernels.float, into: &baseline)
      digest(BaselineKernels.double, into: &baseline)
      if baseline.state != fused.state { fused.state = 0 }
    #endif
    for nibble in 0..<16 {
      let digit = Int32(fused.state >> (60 - 4 * UInt64(nibble)) & 15)
      _ = putchar(digit < 10 ? 48 + digit : 87 + digit)
    }
    _ = putchar(10)
  }
}
