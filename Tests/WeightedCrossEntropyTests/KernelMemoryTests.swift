// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _LossKernels
import _TestSupport

/// The bytes that kernels read and write. The tests cover all lengths up to three vectors and a
/// remainder, all alignments, inaccessible pages on both sides, and outputs in a separate buffer or
/// in the buffer of an input.
@Suite struct KernelMemoryTests {
  struct Form: CustomTestStringConvertible, Sendable {
    var kernel: KernelName
    /// The options of the general form; nil is the plain form.
    var options: KernelOptions?
    var testDescription: String { "\(kernel), \(options.map { "\($0)" } ?? "plain form")" }
    static let all = KernelName.allCases.flatMap { kernel in
      ([nil] + KernelOptions.everySubset).map { Form(kernel: kernel, options: $0) }
    }

    /// The buffers that the kernel may write to: a separate one, or an input that it reads.
    var outputPlaces: [Buffer] {
      guard kernel.writesOutput else { return [.output] }
      var places = [Buffer.output, .logits, .targets]
      if options?.contains(.positiveWeights) == true { places.append(.positiveWeights) }
      if options?.contains(.weights) == true { places.append(.weights) }
      return places
    }
  }

  /// The buffers of a call.
  enum Buffer: Int, CaseIterable, Sendable {
    case logits, targets, positiveWeights, weights, output, losses
  }

  @Test(
    "Kernels access only their buffers, for every length, side and output buffer",
    arguments: Form.all, Variant.all)
  func lengths(_ form: Form, on variant: Variant) {
    func check<Scalar: LossScalar>(_: Scalar.Type) {
      Check<Scalar>(form, Scalar._kernels(variant.set)).run()
    }
    check(variant.type)
  }

  /// The check of one kernel. It allocates its buffers once for each side of a page.
  private struct Check<Scalar: LossScalar> {
    /// Three vectors of 16 and a remainder of 15.
    let longest = 63
    let form: Form
    let table: KernelTable<Scalar>
    let sample: KernelSample<Scalar>
    let expected: (output: [Scalar], losses: [Scalar])
    /// The exact sums of the first losses, by their count.
    let sums: [ExactSum]
    let blank: [Scalar]

    init(_ form: Form, _ table: KernelTable<Scalar>) {
      self.form = form
      self.table = table
      // With special numbers every sum would be infinite or NaN.
      sample =
        form.kernel.sums
        ? KernelSample(summable: longest, seed: 201) : KernelSample(count: longest, seed: 201)
      expected = sample.singles(form.kernel, table, form.options ?? [])
      var sums = [ExactSum()]
      if form.kernel.sums {
        for loss in sample.singles(.loss, table, form.options ?? []).output {
          var sum = sums[sums.count - 1]
          sum.add(Double(loss))
          sums.append(sum)
        }
      }
      self.sums = sums
      blank = blankArray(count: longest)
    }

    func run() {
      for side in GuardedBuffer<Scalar>.Guard.allCases {
        let buffers = Buffer.allCases.map { _ in
          GuardedBuffer<Scalar>(count: longest, guarded: side)
        }
        for count in 0...longest { run(buffers, side, count) }
      }
    }

    private func run(
      _ buffers: [GuardedBuffer<Scalar>], _ side: GuardedBuffer<Scalar>.Guard, _ count: Int
    ) {
      // The elements are next to the inaccessible page.
      let offset = side == .after ? longest - count : 0
      // The contents of a buffer with the first elements of an array.
      func contents(_ elements: [Scalar]) -> [Scalar] {
        Array(blank[..<offset] + elements[..<count] + blank[(offset + count)...])
      }
      let before =
        [sample.logits, sample.targets, sample.positiveWeights, sample.weights].map(contents) + [
          blank, blank,
        ]
      let (output, losses) = (contents(expected.output), contents(expected.losses))
      for place in form.outputPlaces {
        for (buffer, numbers) in zip(buffers, before) {
          _ = buffer.elements.update(fromContentsOf: numbers)
        }
        let sum = call(buffers.map { $0.elements.baseAddress! + offset }, count, place)
        #expect((sum != nil) == form.kernel.sums)
        if let sum {
          #expect(
            sum.isClose(to: sums[count], ofTermsOf: Scalar.self),
            "\(count) elements, output \(place): \(sum)")
        }
        // Only the results may change.
        var after = before
        if form.kernel.writesOutput { after[place.rawValue] = output }
        if form.kernel == .lossWithGradient { after[Buffer.losses.rawValue] = losses }
        for name in Buffer.allCases {
          let (found, wanted) = (Array(buffers[name.rawValue].elements), after[name.rawValue])
          if !areSame(found, wanted) {
            Issue.record(
              "\(count) elements, output \(place), buffer \(name): \(differences(found, wanted))")
          }
        }
      }
    }

    /// Runs the kernel on the elements at one address for each buffer.
    private func call(_ bases: [UnsafeMutablePointer<Scalar>], _ count: Int, _ place: Buffer)
      -> PartialSum?
    {
      form.kernel.run(
        table,
        KernelSample.arguments(
          logits: bases[0], targets: bases[1], positiveWeights: bases[2], weights: bases[3],
          output: form.kernel.writesOutput ? bases[place.rawValue] : nil,
          losses: form.kernel == .lossWithGradient ? bases[5] : nil, count: count,
          options: form.options ?? []
        ),
        isGeneral: form.options != nil)
    }
  }
}
