// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import WeightedCrossEntropy

/// `wce loss`: the loss of files.
struct LossCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss",
    abstract: "Compute the weighted cross entropy of logits and targets in files.",
    discussion: """
      An input is FILE.npy or FILE.csv:COLUMN, a column's name or number from 1. Results have the type of the logits; text counts \
      as float64. Files may be larger than memory. A table whose first row is all numbers has no header. Standard input is \
      /dev/stdin, or /dev/stdin:COLUMN for a table.

      wce loss logits.npy targets.npy --pos-weight 9
      wce loss t.csv:logit t.csv:label --pos-weight 9 --gradient gradient.npy
      """)

  /// What becomes of the losses of the elements.
  enum Reduction: String, CaseIterable, ExpressibleByArgument { case mean, sum, none }
  /// What a mean divides by.
  enum Normalization: String, CaseIterable, ExpressibleByArgument { case count, weights }

  @Argument(help: "The logits x.", completion: inputs, transform: InputFile.init(parsing:))
  var logits: InputFile

  @Argument(
    help: "The targets z, in [0, 1].", completion: inputs, transform: InputFile.init(parsing:))
  var targets: InputFile

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The weight q of the positive class. (default: 1)", valueName: "Q"))
  var posWeight: Double?

  @Option(
    help: ArgumentHelp(
      "One positive weight for each class along an axis: numbers with commas between, or a file.",
      valueName: "Q1,Q2,...|FILE"),
    completion: inputs, transform: ClassWeights.init(parsing:))
  var posWeights: ClassWeights?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The axis of the classes, from 0, or from the end if negative.", valueName: "A"))
  var axis: Int?

  @Option(
    help: ArgumentHelp("A weight for each element; 0 leaves it out.", valueName: "FILE"),
    completion: inputs, transform: InputFile.init(parsing:))
  var weights: InputFile?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Label smoothing in [0, 1]: z counts as z (1 - E) + E / 2.", valueName: "E"))
  var labelSmoothing = 0.0

  @Option(help: "What is reported, and what --gradient is the derivative of.") var reduction =
    Reduction.mean

  @Option(help: "Divide the mean by the count of elements or by the sum of the weights.")
  var normalize = Normalization.count

  @Option(
    help: ArgumentHelp("Write the loss of each element, as .npy or .csv.", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: OutputFile.init(parsing:))
  var output: OutputFile?

  @Option(
    help: ArgumentHelp("Write the derivative in each logit, as .npy or .csv.", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: OutputFile.init(parsing:))
  var gradient: OutputFile?

  @Option(help: ArgumentHelp("What errors call the operation.", valueName: "NAME"))
  var name = WeightedCrossEntropyLoss<Double>.defaultName

  @OptionGroup var threadsOption: ThreadsOption

  @Flag(
    help:
      "Print one JSON object, in which an undefined mean is null, and infinities and NaN are the strings inf, -inf and nan."
  )
  var json = false

  private static var inputs: CompletionKind { .file(extensions: ["npy", "csv", "tsv", "txt"]) }

  func validate() throws {
    if posWeight != nil && posWeights != nil {
      throw ValidationError("Give --pos-weight or --pos-weights, not both.")
    }
    if posWeights != nil && axis == nil {
      throw ValidationError("--pos-weights needs --axis, the axis that its classes lie along.")
    }
    if axis != nil && posWeights == nil {
      throw ValidationError("--axis needs --pos-weights.")
    }
    if normalize == .weights && weights == nil {
      throw ValidationError("--normalize weights needs --weights.")
    }
    if [logits, targets, weights].count(where: { $0?.isStandardInput == true }) > 1 {
      throw ValidationError("Standard input can be only one of the inputs.")
    }
    try requireDistinctFiles(
      outputs: [("--gradient", gradient?.path), ("--output", output?.path)],
      inputs: [
        ("the logits", logits.path), ("the targets", targets.path), ("--weights", weights?.path),
        ("--pos-weights", posWeights?.source),
      ])
  }

  func run() throws {
    let source = try logits.open(isRereadable: readsTwice)
    switch source.elementType {
    case .float16, .float32: try run(source, as: Float.self)
    case .float64: try run(source, as: Double.self)
    case let type:
      throw ToolError(
        .badData, "\(logits): logits must be float16, float32 or float64, this file holds \(type)")
    }
  }

  private func run<Scalar: FileScalar>(
    _ logits: any NumericSource, as _: Scalar.Type
  ) throws {
    let run = LossRun<Scalar>(
      loss: try loss(), logits: logits, targets: try targets.open(isRereadable: readsTwice),
      weights: try weights?.open(isRereadable: readsTwice))
    let summary = try run.summarize(mean: normalize == .weights ? .weightedMean : .mean)
    if reduction == .mean, case .failure(let error) = summary.mean {
      throw ToolError(error, source: normalize == .weights ? weights?.path : self.logits.path)
    }
    try run.write(losses: lossesOutput, gradient: gradient, of: lossReduction)
    if json {
      try Output.write(summary.json())
    } else if !isOutputTaken && (reduction != .none || output != nil || gradient != nil) {
      try Output.write(summary.text(reduction))
    }
  }

  /// Whether the inputs are read once to check and sum them, and once more.
  private var readsTwice: Bool { lossesOutput != nil || gradient != nil || posWeights != nil }

  /// Whether results go to standard output, which then is theirs alone.
  private var isOutputTaken: Bool { [output, gradient].contains { $0?.path == Output.path } }

  /// Elementwise losses that have no file to go to go to standard output.
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

  private func loss<Scalar: FileScalar>() throws -> WeightedCrossEntropyLoss<Scalar> {
    let positiveWeight: PositiveWeight<Scalar> =
      if let posWeights, let axis {
        .perClass(try posWeights.weights(), axis: axis)
      } else {
        .uniform(try (posWeight ?? 1).fitting("--pos-weight"))
      }
    do throws(LossError) {
      return try WeightedCrossEntropyLoss(
        positiveWeight: positiveWeight, labelSmoothing: Scalar(labelSmoothing), name: name,
        threads: threadsOption.threads)
    } catch {
      guard case .invalidPositiveWeight = error.problem, let file = posWeights?.source else {
        throw error
      }
      throw ToolError(.badData, "\(file): \(error)")
    }
  }
}
