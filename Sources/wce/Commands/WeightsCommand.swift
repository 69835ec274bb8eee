// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LinearClassification
import _DataFiles

/// `wce weights`: a positive weight for each class of a multi-label problem.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "Compute the positive weight of each class from its targets.",
    discussion: """
      An input is FILE.npy, with one class or with a column for each class, or FILE.csv:COLUMN. \
      Several inputs have the same rows. With n₊ positive and n₋ negative rows of a class, the \
      rules are:

      balanced   n₋ / n₊
      sqrt       the square root of n₋ / n₊
      effective  (1 - Bⁿ⁻) / (1 - Bⁿ⁺), the ratio of the effective numbers of samples

      A class without positives or without negatives gets the weight 1, with a note. The file of \
      --output is an input of wce loss --pos-weights.

      wce weights targets.npy --rule sqrt --output weights.json
      wce weights labels.csv:cat labels.csv:dog --cap 20
      """)

  /// The rules by name.
  enum Rule: String, CaseIterable, ExpressibleByArgument { case balanced, sqrt, effective }

  @Argument(
    help: ArgumentHelp("The targets, in [0, 1].", valueName: "TARGETS"),
    completion: .file(extensions: ["npy", "csv", "tsv", "txt"]),
    transform: NumericInput.init(parsing:))
  var targets: [NumericInput]

  @Option(help: "The rule.") var rule = Rule.balanced

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "B of the effective numbers, at least 0 and below 1. (default: 0.999)", valueName: "B"))
  var beta: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest weight, and the inverse of the smallest.", valueName: "C"))
  var cap: Double?

  @Option(
    help: ArgumentHelp("The file for the weights, .json or .npy.", valueName: "FILE"),
    completion: .file(extensions: ["json", "npy"]), transform: FileName.output(".json", ".npy"))
  var output: String?

  @OptionGroup var formatOptions: FormatOptions

  func validate() throws {
    if targets.isEmpty { throw ValidationError("Give at least one file of targets.") }
    if beta != nil && rule != .effective {
      throw ValidationError("--beta needs --rule effective.")
    }
    if targets.count(where: \.isStandardInput) > 1 {
      throw ValidationError("Only one input can be standard input.")
    }
    try requireDistinctFiles(
      outputs: [("--output", output)], inputs: targets.map { ("the targets", $0.path) })
  }

  func run() throws {
    // Checked before the files are read.
    _ = try ClassWeights(ClassCounts(names: [""]), rule: weightRule, cap: cap)
    let weights = try ClassWeights(counts(), rule: weightRule, cap: cap)
    for item in weights.classes where item.isConstant {
      StandardError.note(
        about: targets[0].path,
        "the class \(displayed(item.name)) has no \(item.positives == 0 ? "positive" : "negative") "
          + "rows; its weight is 1")
    }
    guard let output else { return try StandardOutput.write(Self.text(weights)) }
    if output.lowercased().hasSuffix(".npy") {
      let numbers = weights.positiveWeights
      let writer = try NPYWriter(path: output, elementType: .float64, shape: [numbers.count])
      try writer.append(numbers)
      try writer.finish()
    } else {
      try AtomicFile.write(weights.json(), to: output)
    }
    if !StandardOutput.isTarget(output) {
      try StandardOutput.writeSummary(Self.text(weights), outputs: [output])
    }
  }

  private var weightRule: PositiveWeightRule {
    switch rule {
    case .balanced: .balanced
    case .sqrt: .squareRoot
    case .effective: .effectiveNumber(beta: beta ?? 0.999)
    }
  }

  /// Reads all inputs. Each is read in parts of whole rows, so it may be larger than memory.
  private func counts() throws -> ClassCounts {
    var names: [String] = []
    var parts: [ClassCounts] = []
    for input in targets {
      let source = try input.open(formatOptions)
      if let shape = source.shape, shape.isEmpty || shape.count > 2 || shape.last == 0 {
        throw ToolError(
          .badData, about: input.path,
          "targets have one axis, or two with a column for each class; received shape \(shape)")
      }
      let classCount = source.shape.map { $0.count == 2 ? $0[1] : 1 } ?? 1
      let ownNames = input.column.map { [$0] } ?? (1...classCount).map { "\(names.count + $0)" }
      let counts = try ToolError.naming(input.description) { () throws(ClassificationError) in
        try ClassCounts(reading: source, names: ownNames)
      }
      if let first = parts.first, counts.rowCount != first.rowCount {
        throw ToolError(
          .badData, about: input.description,
          "expected \(first.rowCount) rows, as in \(displayed(targets[0].description)), "
            + "received \(counts.rowCount)")
      }
      names += ownNames
      parts.append(counts)
    }
    return ClassCounts(joining: parts)
  }

  private static func text(_ weights: ClassWeights) -> String {
    var columns = TextColumns(gaps: ["", "  ", "  ", "  "])
    columns.append(["class", "positives", "negatives", "weight"])
    for item in weights.classes {
      columns.append([
        displayed(item.name), item.positives.count, item.negatives.count,
        item.positiveWeight.shown,
      ])
    }
    return columns.lines.map { "\($0)\n" }.joined()
  }
}
