import Testing
import WeightedCrossEntropy
import _LossKernels
import _TestSupport

/// Which bytes kernels read and write: every length of up to three vectors and each remainder, at any alignment, next to
/// inaccessible pages on both sides, into their own buffer and in place of each input.
@Suite struct KernelMemoryTests {
  struct Form: CustomTestStringConvertible, Sendable {
    var kernel: KernelName
    var options: KernelOptions?
    var testDescription: String { "\(kernel) \(options == nil ? "plain" : "general")" }
    static let all = KernelName.allCases.flatMap {
      [Form(kernel: $0, options: nil), Form(kernel: $0, options: .all)]
    }
  }

  @Test("Every length, side and place of the output", arguments: Form.all, Variant.all)
  func lengths(_ form: Form, on variant: Variant) {
    func check<Scalar: LossScalar>(_: Scalar.Type) { Check<Scalar>(form, Scalar._kernels(variant.set)).run() }
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

    init(_ form: Form, _ table: KernelTable<Scalar>) {
      self.form = form
      self.table = table
      sample = KernelSample(count: longest, seed: 201)
      expected = sample.singles(form.kernel, table, form.options ?? [])
    }

    func run() {
      for side in GuardedBuffer<Scalar>.Guard.allCases {
        let buffers = (0..<6).map { _ in GuardedBuffer<Scalar>(count: longest, guarded: side) }
        for count in 0...longest {
          for place in OutputPlace.allCases { run(buffers, side, count, place) }
        }
      }
    }

    private func run(
      _ buffers: [GuardedBuffer<Scalar>], _ side: GuardedBuffer<Scalar>.Guard, _ count: Int,
      _ place: OutputPlace
    ) {
      // The elements touch the page that cannot be accessed.
      let offset = side == .after ? longest - count : 0
      let inputs = [sample.logits, sample.targets, sample.positiveWeights, sample.weights]
      for (index, buffer) in buffers.enumerated() {
        buffer.elements.update(repeating: -12345)
        if index < 4 {
          for position in 0..<count { buffer.elements[offset + position] = inputs[index][position] }
        }
      }
      let outputIndex =
        switch place {
        case .overLogits: 0
        case .overTargets: 1
        case .overPositiveWeights: 2
        case .overWeights: 3
        case .ownBuffer: 4
        }
      let bases = buffers.map { $0.elements.baseAddress! + offset }
      _ = form.kernel.run(
        table,
        KernelSample.arguments(
          logits: bases[0], targets: bases[1], positiveWeights: bases[2], weights: bases[3],
          output: form.kernel.writesOutput ? bases[outputIndex] : nil,
          losses: form.kernel == .lossWithGradient ? bases[5] : nil, count: count, options: form.options ?? []
        ),
        isGeneral: form.options != nil)

      // What each buffer must hold now: results where they belong, and everything else as it was.
      for (index, buffer) in buffers.enumerated() {
        var wanted = [Scalar](repeating: -12345, count: longest)
        var content = index < 4 ? inputs[index] : wanted
        if index == outputIndex && form.kernel.writesOutput { content = expected.output }
        if index == 5 && form.kernel == .lossWithGradient { content = expected.losses }
        wanted.replaceSubrange(offset..<offset + count, with: content[..<count])
        let found = Array(buffer.elements)
        if !areSame(found, wanted) {
          Issue.record("\(count) elements, output \(place), buffer \(index): \(differences(found, wanted))")
        }
      }
    }
  }
}
