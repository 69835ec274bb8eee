// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import WeightedCrossEntropy

/// `wce loss`: the loss of logits and targets in files.
struct LossCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss",
    abstract: "Compute the weighted cross entropy of logits and targets in files.",
    discussion: """
      An input is FILE.npy or FILE.csv:COLUMN, with the name of the column or its number from 1. \
      Results have the type of the logits, float64 for a table. Files may be larger than memory. A \
      table whose first row has only numbers has no header. Standard input is -, or \
      /dev/stdin:COLUMN for a table.

      wce loss logits.npy targets.npy --pos-weight 9
      wce loss t.csv:logit t.csv:label --pos-weight 9 --gradient gradient.npy
      """)

  /// How the losses of the elements are reduced.
  enum Reduction: String, CaseIterable, ExpressibleByArgument { case mean, sum, none }
  /// The divisor of the mean.
  enum Normalization: String, CaseIterable, ExpressibleByArgument { case count, weights }

  @Argument(help: "The logits x.", completion: inputs, transform: NumericInput.init(parsing:))
  var logits: NumericInput

  @Argument(
    help: "The targets z, in [0, 1].", completion: inputs, transform: NumericInput.init(parsing:))
  var targets: NumericInput

  @Flag(
    help: """
      The first input holds probabilities p; the logits are log(p / (1 - p)). Gradients are still \
      those in the logits.
      """)
  var probabilities = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The weight q of the positive class. (default: 1)", valueName: "Q"))
  var posWeight: Double?

  @Option(
    help: ArgumentHelp(
      """
      One positive weight for each class along an axis: numbers separated by commas, or a file; \
      wce weights writes one.
      """,
      valueName: "Q1,Q2,...|FILE"),
    completion: inputs, transform: ClassWeightsArgument.init(parsing:))
  var posWeights: ClassWeightsArgument?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The axis of the classes, counted from the end if negative.", valueName: "A"))
  var axis: Int?

  @Option(
    help: ArgumentHelp("A weight for each element; 0 masks it.", valueName: "FILE"),
    completion: inputs, transform: NumericInput.init(parsing:))
  var weights: NumericInput?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Label smoothing in [0, 1]: z becomes z (1 - E) + E / 2.", valueName: "E"))
  var labelSmoothing = 0.0

  @Option(help: "The result to report, and the function that --gradient differentiates.")
  var reduction =
    Reduction.mean

  @Option(help: "The divisor of the mean: the number of elements or the sum of the weights.")
  var normalize = Normalization.count

  @Option(
    help: ArgumentHelp("The file for the loss of each element, .npy or .csv.", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: OutputFile.init(parsing:))
  var output: OutputFile?

  @Option(
    help: ArgumentHelp("The file for the gradient in the logits, .npy or .csv.", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: OutputFile.init(parsing:))
  var gradient: OutputFile?

  @Option(help: ArgumentHelp("The name of the operation in errors.", valueName: "NAME"))
  var name = WeightedCrossEntropyLoss<Double>.defaultName

  @OptionGroup var formatOptions: FormatOptions

  @OptionGroup var threadsOption: ThreadsOption

  @Flag(
    help: """
      Print one JSON object. An undefined mean is null; infinities and NaN are the strings inf, \
      -inf and nan.
      """
  )
  var json = false

  private static var inputs: CompletionKind { .file(extensions: ["npy", "csv", "tsv", "txt"]) }

  func validate() throws {
    if posWeight != nil && posWeights != nil {
      throw ValidationError("Give --pos-weight or --pos-weights, not both.")
    }
    if posWeights != nil && axis == nil {
      throw ValidationError("--pos-weights needs --axis, the axis of the classes.")
    }
    if axis != nil && posWeights == nil {
      throw ValidationError("--axis needs --pos-weights.")
    }
    if normalize == .weights && weights == nil {
      throw ValidationError("--normalize weights needs --weights.")
    }
    if [logits, targets, weights].count(where: { $0?.isStandardInput == true }) > 1 {
      throw ValidationError("Only one input can be standard input.")
    }
    try requireDistinctFiles(
      outputs: [("--gradient", gradient?.path), ("--output", output?.path)],
      inputs: [
        ("the logits", logits.path), ("the targets", targets.path), ("--weights", weights?.path),
        ("--pos-weights", posWeights?.path),
      ])
  }

  func run() throws {
    let file = try logits.open(formatOptions, isRereadable: readsTwice)
    let source = probabilities ? ProbabilitySource(file) : file
    switch source.elementType {
    case .float16, .float32: try run(source, as: Float.self)
    case .float64: try run(source, as: Double.self)
    case let type:
      throw ToolError(
        .badData, about: logits.description,
        "\(probabilities ? "probabilities" : "logits") must be float16, float32 or float64; "
          + "this file has \(type)")
    }
  }

  private func run<Scalar: FileScalar>(
    _ logits: any NumericSource, as _: Scalar.Type
  ) throws {
    let run = LossRun<Scalar>(
      loss: try loss(shape: logits.shape), logits: logits,
      targets: try targets.open(formatOptions, isRereadable: readsTwice),
      weights: try weights?.open(formatOptions, isRereadable: readsTwice))
    let summary = try run.summarize(mean: normalize == .weights ? .weightedMean : .mean)
    if !probabilities, run.mayHaveProbabilities {
      StandardError.note(
        about: self.logits.description,
        "every logit lies in [0, 1]; if they are probabilities, use --probabilities")
    }
    if reduction == .mean, case .failure(let error) = summary.mean {
      throw ToolError(error, about: normalize == .weights ? weights?.path : self.logits.path)
    }
    let outputs = [lossesOutput, gradient].compactMap(\.?.path)
    let isPrinted = outputs.contains(where: StandardOutput.isTarget)
    try run.write(losses: lossesOutput, gradient: gradient, of: lossReduction)
    if json || !isPrinted {
      try StandardOutput.writeSummary(
        json ? summary.json() : summary.text(reduction), outputs: outputs)
    }
  }

  /// Whether the inputs are read again after the pass that checks and sums them.
  private var readsTwice: Bool { lossesOutput != nil || gradient != nil || posWeights != nil }

  /// The output for the elementwise losses: standard output by default if they are the result.
  private var lossesOutput: OutputFile? {
    reduction == .none && output == nil && gradient == nil && !json ? .standardOutput : output
  }

  private var lossReduction: LossReduction? {
    switch reduction {
    case .none: nil
    case .sum: .sum
    case .mean: normalize == .weights ? .weightedMean : .mean
    }
  }

  /// - Parameter shape: The shape of the logits; nil for a table, whose rows have not been counted.
  private func loss<Scalar: FileScalar>(shape: [Int]?) throws -> WeightedCrossEntropyLoss<Scalar> {
    let operation = displayed(name, limit: 60)
    let positiveWeight: PositiveWeight<Scalar> =
      if let posWeights, let axis {
        .perClass(
          try posWeights.weights(formatOptions) { count in
            guard let shape else { return }
            _ = try Shape.classRun(
              axis: axis, rank: shape.count, classes: count, operation: operation
            ) { shape[$0] }
          }, axis: axis)
      } else {
        .uniform(try (posWeight ?? 1).fitting("--pos-weight"))
      }
    do throws(LossError) {
      return try WeightedCrossEntropyLoss(
        positiveWeight: positiveWeight, labelSmoothing: Scalar(labelSmoothing),
        name: operation, threads: threadsOption.threads)
    } catch {
      guard case .invalidPositiveWeight = error.problem, let file = posWeights?.path else {
        throw error
      }
      throw ToolError(.badData, about: file, error.description)
    }
  }
}
