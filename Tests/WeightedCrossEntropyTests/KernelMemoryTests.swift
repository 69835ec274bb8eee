// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _LossKernels
import _TestSupport

/// Which bytes kernels read and write: every length of up to three vectors and each remainder, at any alignment, next to
/// inaccessible pages on both sides, into their own buffer and in place of each input; and what they sum there.
@Suite struct KernelMemoryTests {
  struct Form: CustomTestStringConvertible, Sendable {
    var kernel: KernelName
    /// Nil is the plain form.
    var options: KernelOptions?
    var testDescription: String { "\(kernel), \(options.map { "\($0)" } ?? "plain form")" }
    static let all = KernelName.allCases.flatMap { kernel in
      ([nil] + KernelOptions.everySubset).map { Form(kernel: kernel, options: $0) }
    }

    /// Where the kernel may write: to a buffer of its own, or in place of an input that it reads.
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

  @Test("Every length, side and place of the output", arguments: Form.all, Variant.all)
  func lengths(_ form: Form, on variant: Variant) {
    func check<Scalar: LossScalar>(_: Scalar.Type) {
      Check<Scalar>(form, Scalar._kernels(variant.set)).run()
    }
    check(variant.type)
  }

  /// The buffers of one kernel, allocated once: at the end of a page and at its beginning.
  private struct Check<Scalar: LossScalar> {
    /// Three vectors of 16 and the longest remainder.
    let longest = 63
    let form: Form
    let table: KernelTable<Scalar>
    let sample: KernelSample<Scalar>
    let expected: (output: [Scalar], losses: [Scalar])
    /// The exact sum of the losses of the first elements, by their number.
    let sums: [ExactSum]
    /// What stands where nothing was written.
    let blank: [Scalar]

    init(_ form: Form, _ table: KernelTable<Scalar>) {
      self.form = form
      self.table = table
      // A sum with special numbers would say nothing.
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
      blank = [Scalar](repeating: -12345, count: longest)
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
      // The elements touch the page that cannot be accessed.
      let offset = side == .after ? longest - count : 0
      /// What a buffer holds whose elements are the first of an array.
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
        // Results where they belong, and everything else as it was.
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

    /// Runs the kernel on elements at addresses, one for each buffer.
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
