// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification

/// `wce fit`: fits a model to a table or a matrix.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a logistic model, with a weight for the positive rows.",
    discussion: """
      Minimises the weighted cross entropy plus a penalty on the coefficients of standardised \
      features, like scikit-learn's StandardScaler followed by LogisticRegression(C=1/L, \
      class_weight={0: 1, 1: Q}). Row weights do not enter the standardisation: with a penalty, a \
      row of weight 2 is not exactly the same as two rows.

      In a table every column except the target and the weights is a feature; a text column is one \
      feature for each of up to 100 labels. Columns are given by name or number. The target is 0 \
      and 1, or true and false; or --positive gives the positive label, and every other label is \
      negative.

      A matrix has two axes, rows and columns; its targets are in a separate file.

      wce fit data.csv --target fraud --pos-weight balanced --model model.json
      wce fit features.npy --targets targets.npy --pos-weight 9 --model model.json
      """)

  @Argument(
    help: ArgumentHelp("The table, or the matrix of features.", valueName: "DATA.csv|DATA.npy"),
    completion: .file(), transform: DataInput.init(parsing:))
  var data: DataInput

  @OptionGroup var labels: LabelOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The weight of the positive rows; balanced is negatives / positives.",
      valueName: "Q|balanced"))
  var posWeight = PositiveWeightArgument.number(1)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      The lowest calibrated probability of a row that wce predict and wce evaluate call positive, \
      stored in the model. (default: 1 / (1 + Q))
      """, valueName: "T"))
  var threshold: Double?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The maximum number of iterations.", valueName: "N")
  )
  var maxIterations = LogisticRegression().maximumIterations

  @OptionGroup var training: TrainingOptions

  @Option(
    help: ArgumentHelp("The file for the model.", valueName: "MODEL.json"),
    completion: .file(extensions: ["json"]), transform: FileName.output(".json"))
  var model: String

  func validate() throws {
    let rows = try rows()
    if case .table(_, let target, _) = rows { _ = try target.column() }
    try requireDistinctFiles(outputs: [("--model", model)], inputs: rows.files)
  }

  func run() throws {
    try settings(positiveWeight: posWeight.number ?? 1, l2: l2 ?? 1).check()
    try Classifier.check(threshold: threshold, threads: nil)
    let isPrinted = StandardOutput.isTarget(model)
    // A path that cannot be written is reported before the work.
    let file = try AtomicFile(path: model)
    let (classifier, search) =
      switch try rows() {
      case .table(let path, let target, let weights):
        try fitTable(path, target.column(), weights)
      case .matrix(let path, let targets, let weights): try fitMatrix(path, targets, weights)
      }
    try file.write(classifier.json())
    try file.commit()
    for notice in classifier.notices { StandardError.note(about: data.path, notice) }
    if !isPrinted {
      try StandardOutput.writeSummary(
        FitSummary(classifier: classifier, posWeight: posWeight, search: search, path: model).text,
        outputs: [model])
    }
  }

  private func rows() throws -> LabelledInput {
    try labels.rows(of: data, tableOption: training.table.firstOfFeatures)
  }

  private func fitTable(
    _ path: String, _ target: TargetColumn, _ weights: String?
  ) throws -> (Classifier, PenaltySearch?) {
    let table = training.table
    let rows = try table.trainingTable(
      table.read(path), from: path, target: target, weights: weights, folds: training.fold)
    return try ToolError.naming(path) { () throws(ClassificationError) in
      let search = try penaltySearch { (monitor) throws(ClassificationError) in
        try PenaltySearch(rows, threads: training.threadsOption.threads, monitor: monitor)
      }
      let settings = try settings(rows.targets, rows.weights, search)
      let classifier = try withProgress { (monitor) throws(ClassificationError) in
        try Classifier(rows, settings: settings, threshold: threshold, monitor: monitor)
      }
      return (classifier, search)
    }
  }

  private func fitMatrix(
    _ path: String, _ targets: NumericInput, _ weights: NumericInput?
  ) throws -> (Classifier, PenaltySearch?) {
    let features = try FeatureMatrix.read(path)
    let format = training.table.formatOptions
    let targetValues = try targets.read("targets", rowCount: features.rowCount, format)
    let weightValues = try weights?.read("weights", rowCount: features.rowCount, format)
    let folds = try training.fold.map { file in
      let file = try NumericInput(parsing: file)
      let numbers = try file.read("folds", rowCount: features.rowCount, format)
      return try ToolError.naming(file.description) { () throws(ClassificationError) in
        try Folds(numbers: numbers)
      }
    }
    do throws(ClassificationError) {
      let search = try penaltySearch { (monitor) throws(ClassificationError) in
        try PenaltySearch(
          features, targets: targetValues, weights: weightValues, givenFolds: folds,
          threads: training.threadsOption.threads, monitor: monitor)
      }
      let settings = try settings(targetValues, weightValues, search)
      let classifier = try withProgress { (monitor) throws(ClassificationError) in
        try Classifier(
          features: features, targets: targetValues, weights: weightValues, settings: settings,
          threshold: threshold, monitor: monitor)
      }
      return (classifier, search)
    } catch {
      let source =
        switch error.code {
        case .invalidTarget, .oneClass: targets.description
        case .invalidWeight: weights?.description ?? path
        case .invalidFolds: training.fold ?? path
        default: path
        }
      throw ToolError(error, about: source)
    }
  }

  private var l2: Double? { training.l2.number }

  private func penaltySearch(
    _ search: (TrainingMonitor) throws(ClassificationError) -> PenaltySearch
  ) throws(ClassificationError) -> PenaltySearch? {
    l2 == nil ? try withProgress(search) : nil
  }

  private func settings(
    _ targets: [Double], _ weights: [Double]?, _ search: PenaltySearch?
  ) throws(ClassificationError) -> LogisticRegression {
    let weight =
      if let number = posWeight.number { number } else {
        try LogisticRegression.balancedPositiveWeight(targets: targets, weights: weights)
      }
    return settings(positiveWeight: weight, l2: search?.l2 ?? l2 ?? 1)
  }

  private func settings(positiveWeight: Double, l2: Double) -> LogisticRegression {
    LogisticRegression(
      positiveWeight: positiveWeight, l2: l2, maximumIterations: maxIterations,
      threads: training.threadsOption.threads)
  }
}

/// Runs a training with a progress bar.
func withProgress<Value>(
  _ train: (TrainingMonitor) throws(ClassificationError) -> Value
) throws(ClassificationError) -> Value {
  var bar = ProgressBar("fitting")
  defer { bar.finish() }
  return try train(TrainingMonitor(progress: { bar.update(fraction: $0.fraction) }))
}
