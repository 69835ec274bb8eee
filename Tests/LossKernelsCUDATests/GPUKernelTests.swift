// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _HostGPU
import _LossKernels
import _LossKernelsCUDA
import _TestSupport

/// The kernels of the GPU, run on the host, give the bits of the CPU's kernels with fused
/// multiply-add.
@Suite(.enabled(if: fusedSet != nil, "no fused multiply-add"))
struct GPUKernelTests {
  /// Runs a check for a type of elements.
  private func with(
    _ storage: GPUStorageType, _ body: (any TestedStorage.Type) throws -> Void
  ) rethrows {
    switch storage {
    case .f32: try body(Float32Storage.self)
    case .f64: try body(Float64Storage.self)
    case .f16: try body(Float16Storage.self)
    case .bf16: try body(BFloat16Storage.self)
    }
  }

  /// Counts around the multiples of a length, up to three of them.
  static func counts(around length: Int) -> [Int] {
    (0...3).flatMap { multiple in (-1...1).map { multiple * length + $0 } }.filter { $0 >= 0 }
  }

  @Test("The quick division of log(1 + t) rounds as a division, with any estimate of a GPU")
  func quickDivision() {
    // A stride that is prime takes all lowest and highest bits. Utilities/check-gpu takes every t.
    for bits in stride(from: UInt32(0), through: Float(1).bitPattern, by: 4093) {
      let t = Float(bitPattern: bits)
      let exact = t / (t + 2)
      let nearest = (1 / (t + 2)).bitPattern
      for estimate in (nearest - 3)...(nearest + 3) {
        let quotient = Float.fraction(t, t + 2, reciprocal: Float(bitPattern: estimate))
        if quotient != exact { Issue.record("\(t): \(quotient), not \(exact)") }
      }
    }
  }

  @Test(
    "Elementwise kernels give the bits of the CPU",
    arguments: GPUQuantity.allCases.filter { !$0.isSum }, GPUStorageType.allCases)
  func elementwise(_ quantity: GPUQuantity, in storage: GPUStorageType) throws {
    func check<Storage: TestedStorage>(_: Storage.Type) throws {
      let length = GPUKernel(quantity, .plain, storage).groupLength
      let sample = GPUSample<Storage>(count: 3 * length + 1, seed: 11, isSummable: false)
      for options in GPUOptions.everySubset {
        let set = try #require(fusedSet)
        let expected = try sample.onCPU(
          quantity, of: nil, count: 3 * length + 1, options, set)
        for (number, count) in Self.counts(around: length).enumerated() {
          // Aligned; all, and then one buffer beside an aligned address; in place.
          var offsets = [0, 0, 0, 0, 0]
          if number % 3 == 1 { offsets = [1, 1, 1, 1, 1] }
          if number % 3 == 2 { offsets[number % 5] = 3 }
          let isInPlace = number % 4 == 3 && number % 3 != 2
          let found = sample.onGPU(
            quantity, of: nil, count: count, options, offsets: offsets, isInPlace: isInPlace)
          #expect(
            Storage.areSame(found.output, Array(expected.output.prefix(count))),
            "\(count) elements, \(options.testDescription)")
          if quantity == .lossWithGradient {
            #expect(Storage.areSame(found.losses, Array(expected.losses.prefix(count))))
          }
        }
      }
    }
    try with(storage) { try check($0) }
  }

  @Test(
    "Reductions and their gradients give the bits of the CPU",
    arguments: [GPUQuantity.lossSum, .lossSumWithGradient], GPUStorageType.allCases)
  func reductions(_ quantity: GPUQuantity, in storage: GPUStorageType) throws {
    func check<Storage: TestedStorage>(_: Storage.Type) throws {
      let set = try #require(fusedSet)
      let count = 3 * GPULayout.blockLength + 1
      let samples = [true, false].map { GPUSample<Storage>(count: count, seed: 12, isSummable: $0) }
      for options in GPUOptions.everySubset {
        var reductions = [LossReduction.sum, .mean]
        if options.contains(.weights) { reductions.append(.weightedMean) }
        for (number, count) in Self.counts(around: GPULayout.blockLength).enumerated() {
          for reduction in reductions where reduction == .sum || count > 1 {
            let sample = samples[number % 5 == 4 ? 1 : 0]
            let expected = try sample.onCPU(quantity, of: reduction, count: count, options, set)
            let offsets = number % 3 == 1 ? [0, 1, 0, 0, 0] : [0, 0, 0, 0, 0]
            let found = sample.onGPU(
              quantity, of: reduction, count: count, options, offsets: offsets,
              isReversed: number % 2 == 1)
            let values = try [#require(found.value), #require(expected.value)]
            #expect(
              Storage.areSame([values[0]], [values[1]]),
              "\(count) elements, \(options.testDescription), \(reduction): \(values)")
            if quantity == .lossSumWithGradient {
              #expect(Storage.areSame(found.output, expected.output))
            }
          }
        }
      }
    }
    try with(storage) { try check($0) }
  }

  @Test(
    "Derivatives of means are divided as on the CPU",
    arguments: [GPUQuantity.gradient, .secondDerivative, .targetDerivative], GPUStorageType.allCases
  )
  func derivatives(_ quantity: GPUQuantity, in storage: GPUStorageType) throws {
    func check<Storage: TestedStorage>(_: Storage.Type) throws {
      let set = try #require(fusedSet)
      let sample = GPUSample<Storage>(count: 5000, seed: 13, isSummable: false)
      for reduction in [LossReduction.mean, .weightedMean] {
        for options in GPUOptions.everySubset where options.contains(.weights) {
          let expected = try sample.onCPU(quantity, of: reduction, count: 5000, options, set)
          let found = sample.onGPU(quantity, of: reduction, count: 5000, options)
          #expect(Storage.areSame(found.output, expected.output))
        }
      }
    }
    try with(storage) { try check($0) }
  }

  @Test("Sums beyond the range of Double are scaled as on the CPU")
  func scaledSums() throws {
    let set = try #require(fusedSet)
    for (logit, weight) in [(1.5e308, 1.0), (1.0e308, 1e10), (1.0e308, 1e300), (3, 1e308)] {
      var sample = GPUSample<Float64Storage>(count: 9000, seed: 14, isSummable: true)
      for index in stride(from: 100, to: 9000, by: 3) {
        (sample.logits[index], sample.targets[index], sample.weights[index]) = (logit, 0, weight)
      }
      for reduction in [LossReduction.sum, .mean, .weightedMean] {
        for quantity in [GPUQuantity.lossSum, .lossSumWithGradient] {
          // A derivative needs a denominator that fits a Double.
          if quantity == .lossSumWithGradient && reduction == .weightedMean && weight == 1e308 {
            continue
          }
          let expected = try sample.onCPU(quantity, of: reduction, count: 9000, .weights, set)
          let found = sample.onGPU(quantity, of: reduction, count: 9000, .weights)
          #expect(found.value == expected.value, "\(logit), \(weight), \(reduction)")
          #expect(Float64Storage.areSame(found.output, expected.output))
        }
      }
    }
  }

  @Test(
    "The tree over many leaves is that of PartialSum.tree", arguments: [1, 257, 65_537, 70_000])
  func tree(_ count: Int) throws {
    var generator = SeededGenerator(seed: 15)
    let highs: [Double] = generator.uniform(count, in: 0...1e308)
    let leaves = Memory(
      highs.enumerated().map { index, high in
        PartialSum(high: high, low: high * 0x1p-54, isScaled: index % 97 == 0)
      })
    let expected = PartialSum.tree(over: 0..<count) { leaves.address[$0] }
    for isReversed in [false, true] {
      #expect(PartialSum.treeOnHost(leaves.elements, isReversed: isReversed) == expected)
    }
  }
}
