// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification

/// `wce fit`: a model of a table or a matrix.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a logistic model to a table, with a weight for its positive rows.",
    discussion: """
      Minimises the weighted cross entropy plus a penalty on the coefficients of standardised features: \
      scikit-learn's LogisticRegression(C=1/L, class_weight={0: 1, 1: Q}) after StandardScaler. \
      Standardising counts every row once, whatever its weight: with a penalty a weight of 2 is not quite the row twice.

      In a table every column but the target and the weights becomes a feature, text as one feature for each of \
      up to 100 labels. Columns go by name or number; the target says 0 and 1, or true and false, or --positive \
      names its positive label and everything else is negative.

      A matrix has two axes, rows and columns, and its targets are in a file of their own.

      wce fit data.csv --target fraud --pos-weight balanced --model model.json
      wce fit features.npy --targets targets.npy --pos-weight 9 --model model.json
      """)

  @Argument(
    help: ArgumentHelp("The table, or the matrix of features.", valueName: "DATA.csv|DATA.npy"),
    completion: .file(), transform: FileName.input)
  var data: String

  @Option(help: ArgumentHelp("The column to predict.", valueName: "COLUMN"))
  var target: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The label of the positive rows. (default: 1 or true)", valueName: "LABEL"))
  var positive: String?

  @Option(
    help: ArgumentHelp("The targets of a matrix: FILE.npy or FILE.csv:COLUMN.", valueName: "FILE"),
    completion: .file(extensions: ["npy", "csv"]), transform: InputFile.init(parsing:))
  var targets: InputFile?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The weight of the positive rows; balanced is negatives / positives.",
      valueName: "Q|balanced"))
  var posWeight = PositiveWeightArgument.number(1)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The penalty on the squares of the coefficients.", valueName: "L"))
  var l2 = 1.0

  @Option(
    help: ArgumentHelp(
      "The column with a weight for each row; 0 leaves it out. For a matrix a file, as for --targets.",
      valueName: "COLUMN|FILE"))
  var weights: String?

  @OptionGroup var table: TableOptions

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The most iterations.", valueName: "N"))
  var maxIterations = LogisticRegression().maximumIterations

  @OptionGroup var threadsOption: ThreadsOption

  @Option(
    help: ArgumentHelp("Write the model here, as JSON.", valueName: "MODEL.json"),
    completion: .file(extensions: ["json"]), transform: FileName.output(".json"))
  var model: String

  func validate() throws {
    if isMatrix(data) {
      if let option = target != nil ? "--target" : positive != nil ? "--positive" : table.firstGiven
      {
        throw ValidationError(
          "\(option) is for tables; the targets of a matrix come from --targets FILE.")
      }
      if targets == nil { throw ValidationError("A matrix needs --targets FILE.") }
    } else {
      if targets != nil {
        throw ValidationError("--targets is for a matrix; a table has a --target COLUMN.")
      }
      if target == nil {
        throw ValidationError("A table needs --target COLUMN, the column to predict.")
      }
    }
    // The weights of a table are one of its columns.
    try requireDistinctFiles(
      outputs: [("--model", model)],
      inputs: [
        ("the data", data), ("--targets", targets?.path),
        ("--weights", isMatrix(data) ? try weights.map(InputFile.init(parsing:))?.path : nil),
      ])
  }

  func run() throws {
    try settings(positiveWeight: posWeight.number ?? 1).check()
    // A path that cannot be written shows now, not after the work.
    let file = try AtomicFile(path: model)
    let classifier = try isMatrix(data) ? fitMatrix() : fitTable()
    try file.write(classifier.json())
    try file.commit()
    notify(classifier.notices)
    if model != Output.path {
      try Output.write(FitSummary(classifier, posWeight, path: model).text)
    }
  }

  private func fitTable() throws -> Classifier {
    let contents = try table.read(data)
    return try ToolError.naming(data) { () throws(ClassificationError) in
      let training = try table.trainingTable(
        contents, target: TargetColumn(name: target ?? "", positive: positive), weights: weights)
      notify(training.notices)
      return try withFittingBar { (monitor) throws(ClassificationError) in
        try Classifier(
          training, settings: settings(training.targets, training.weights), monitor: monitor)
      }
    }
  }

  private func fitMatrix() throws -> Classifier {
    let features = try FeatureMatrix.read(data)
    guard let targets else { throw ValidationError("A matrix needs --targets FILE.") }
    let labels = try Classifier.Labels.read(
      targets: targets, weights: weights.map(InputFile.init(parsing:)), rowCount: features.rowCount)
    do throws(ClassificationError) {
      return try withFittingBar { (monitor) throws(ClassificationError) in
        try Classifier(
          features: features, targets: labels.targets, weights: labels.weights,
          settings: settings(labels.targets, labels.weights), monitor: monitor)
      }
    } catch {
      let source =
        switch error.code {
        case .invalidTarget, .oneClass: targets.description
        case .invalidWeight: weights ?? data
        default: data
        }
      throw ToolError(error, source: source)
    }
  }

  private func withFittingBar(
    _ fit: (TrainingMonitor) throws(ClassificationError) -> Classifier
  ) throws(ClassificationError) -> Classifier {
    var bar = ProgressBar("fitting")
    defer { bar.finish() }
    return try fit(TrainingMonitor(progress: { bar.update(fraction: $0.fraction) }))
  }

  private func settings(
    _ targets: [Double], _ weights: [Double]?
  ) throws(ClassificationError) -> LogisticRegression {
    if let number = posWeight.number { return settings(positiveWeight: number) }
    return settings(
      positiveWeight: try LogisticRegression.balancedPositiveWeight(
        targets: targets, weights: weights))
  }

  private func settings(positiveWeight: Double) -> LogisticRegression {
    LogisticRegression(
      positiveWeight: positiveWeight, l2: l2, maximumIterations: maxIterations,
      threads: threadsOption.threads
    )
  }

  private func notify(_ notices: [String]) {
    for notice in notices { StandardError.notify("\(data): \(notice)") }
  }
}

/// A positive weight as the command line names it.
enum PositiveWeightArgument: ExpressibleByArgument, CustomStringConvertible {
  case number(Double)
  /// Negatives / positives.
  case balanced

  init?(argument: String) {
    if argument == "balanced" {
      self = .balanced
    } else if let number = Double(argument) {
      self = .number(number)
    } else {
      return nil
    }
  }

  var number: Double? { if case .number(let number) = self { number } else { nil } }

  var description: String { number.map { "\($0)" } ?? "balanced" }
}
