// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _LossKernels
import _TestSupport

/// The forms and the variants of the kernels agree with each other and with calls on single
/// elements.
@Suite struct KernelFormTests {
  @Test(
    "Every subset of the options has its documented effect",
    arguments: KernelName.allCases, Variant.all)
  func options(_ kernel: KernelName, on variant: Variant) {
    func check<Scalar: LossScalar>(_: Scalar.Type) {
      let table = Scalar._kernels(variant.set)
      let sample = KernelSample<Scalar>(count: 53, seed: 301)
      for options in KernelOptions.everySubset {
        let result = sample.output(kernel, table, 0..<53, options)
        let expected = sample.logits.indices.map {
          expectedElement(kernel, table, sample, $0, options)
        }
        if kernel.writesOutput {
          let output = expected.map(\.output)
          #expect(
            areSame(result.output, output), "\(options): \(differences(result.output, output))")
        }
        if kernel == .lossWithGradient {
          let losses = expected.map(\.loss)
          #expect(
            areSame(result.losses, losses), "\(options): \(differences(result.losses, losses))")
        }
      }
    }
    check(variant.type)
  }

  /// The result of a call on one element, with its positive weight as the uniform one, multiplied
  /// by its element weight.
  private func expectedElement<Scalar: LossScalar>(
    _ kernel: KernelName, _ table: KernelTable<Scalar>, _ sample: KernelSample<Scalar>,
    _ index: Int, _ options: KernelOptions
  ) -> (output: Scalar, loss: Scalar) {
    let (isSmoothed, isWeighted) = (options.contains(.smoothing), options.contains(.weights))
    let result = sample.output(
      kernel, table, index..<index + 1, isSmoothed ? .smoothing : [], isGeneral: isSmoothed,
      positiveWeight: options.contains(.positiveWeights) ? sample.positiveWeights[index] : 3,
      divisor: isWeighted ? 1 : 7)
    let (output, loss) = (result.output[0], result.losses[0])
    guard isWeighted else { return (output, loss) }
    let weight = sample.weights[index]
    // A derivative is multiplied by the ratio of its weight to the divisor.
    return weight == 0 ? (0, 0) : (output * (kernel == .loss ? weight : weight / 7), loss * weight)
  }

  @Test(
    "The plain form and the general form without options give the same bits",
    arguments: KernelName.allCases, Variant.all)
  func plainForm(_ kernel: KernelName, on variant: Variant) {
    func check<Scalar: LossScalar>(_: Scalar.Type) {
      let table = Scalar._kernels(variant.set)
      let range = 0..<1000
      for sample in KernelSample<Scalar>.both(count: 1000, seed: 302) {
        let plain = sample.output(kernel, table, range, [], isGeneral: false)
        let general = sample.output(kernel, table, range, [])
        #expect(plain.isSame(as: general), "\(differences(plain.output, general.output))")
      }
    }
    check(variant.type)
  }

  @Test(
    "A kernel with two results gives the same bits as the kernels with one",
    arguments: KernelOptions.everySubset, Variant.all)
  func combined(_ options: KernelOptions, on variant: Variant) {
    func check<Scalar: LossScalar>(_: Scalar.Type) {
      let table = Scalar._kernels(variant.set)
      let range = 0..<777
      for sample in KernelSample<Scalar>.both(count: 777, seed: 303) {
        let loss = sample.output(.loss, table, range, options).output
        let gradient = sample.output(.gradient, table, range, options).output
        let both = sample.output(.lossWithGradient, table, range, options)
        let sum = sample.output(.lossSum, table, range, options)
        let sumWithGradient = sample.output(.lossSumWithGradient, table, range, options)
        #expect(areSame(both.losses, loss) && areSame(both.output, gradient))
        let expected = KernelResult(output: gradient, losses: sumWithGradient.losses, sum: sum.sum)
        #expect(sumWithGradient.isSame(as: expected))
      }
    }
    check(variant.type)
  }

  @Test(
    "AVX2 and AVX-512 give the same bits", .enabled(if: InstructionSet.avx512.isAvailable),
    arguments: KernelName.allCases, Precision.allCases)
  func fusedVariants(_ kernel: KernelName, in precision: Precision) {
    func check<Scalar: LossScalar>(_: Scalar.Type) {
      let range = 0..<4096
      let samples = KernelSample<Scalar>.both(count: 4096, seed: 304)
      let (avx2, avx512) = (Scalar._kernels(.avx2), Scalar._kernels(.avx512))
      for options in KernelOptions.everySubset {
        for sample in samples {
          let narrow = sample.output(kernel, avx2, range, options)
          let wide = sample.output(kernel, avx512, range, options)
          #expect(
            narrow.isSame(as: wide), "\(options): \(differences(narrow.output, wide.output))")
        }
      }
    }
    check(precision.type)
  }

  @Test(
    "Calls on single elements give the same bits as the baseline kernels",
    arguments: LossQuantity.allCases,
    Precision.allCases)
  func singleElements(_ quantity: LossQuantity, in precision: Precision) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let sample = KernelSample<Scalar>(count: 2000, seed: 305)
      let loss = try WeightedCrossEntropyLoss<Scalar>(
        positiveWeight: 2.5, labelSmoothing: 0.1, instructionSet: .baseline)
      let array = try loss.arrays(quantity, logits: sample.logits, targets: sample.targets)
      let singles = zip(sample.logits, sample.targets).map {
        loss.scalar(quantity, logit: $0, target: $1)
      }
      #expect(areSame(array, singles), "\(differences(array, singles))")
    }
    try check(precision.type)
  }

  @Test(
    "The sum of a block has about twice the precision of its terms",
    arguments: KernelOptions.everySubset, Variant.all)
  func blockSums(_ options: KernelOptions, on variant: Variant) throws {
    func check<Scalar: LossScalar>(_: Scalar.Type) throws {
      let table = Scalar._kernels(variant.set)
      let sample = KernelSample<Scalar>(summable: 4096, seed: 306)
      // `KernelMemoryTests` covers small counts.
      for count in [100, 4095, 4096] {
        let terms = sample.output(.loss, table, 0..<count, options).output
        let sum = try #require(sample.output(.lossSum, table, 0..<count, options).sum)
        #expect(
          sum.isClose(to: ExactSum(ofElements: terms), ofTermsOf: Scalar.self), "\(count) elements")
      }
    }
    try check(variant.type)
  }

  @Test(
    "The sum of numbers between inaccessible pages has the same precision", arguments: Variant.all)
  func plainSum(on variant: Variant) {
    func check<Scalar: LossScalar>(_: Scalar.Type) {
      var generator = SeededGenerator(seed: 307)
      let numbers: [Scalar] = generator.uniform(4096, in: 0...5)
      for count in Array(0...63) + [4095, 4096] {
        let exact = ExactSum(ofElements: Array(numbers[..<count]))
        for side in GuardedBuffer<Scalar>.Guard.allCases {
          let buffer = GuardedBuffer(Array(numbers[..<count]), guarded: side)
          let sum = Scalar._kernels(variant.set).sum(buffer.elements.baseAddress!, count)
          #expect(
            sum.isClose(to: exact, ofTermsOf: Scalar.self), "\(count) elements, guarded \(side)")
        }
      }
    }
    check(variant.type)
  }
}
