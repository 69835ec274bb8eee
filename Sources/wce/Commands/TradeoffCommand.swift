// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification
import _TradeoffReport

/// `wce tradeoff`: finds the positive weight for a recall or a precision.
struct TradeoffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tradeoff",
    abstract: "Find the positive weight or the threshold for the recall or precision you need.",
    discussion: """
      Cross-validates models over a path of positive weights q. On the same folds it evaluates the \
      alternative: an unweighted model whose threshold moves to 1 / (1 + q). For a goal, or for \
      costs, it finds the weight between those of the path and the threshold that reach it with no \
      excess, and recommends the better one. Without DATA it uses the example table (see wce \
      example), by default with the goal of recall \(ExampleData.recall).

      wce tradeoff
      wce tradeoff data.csv --target fraud --recall-at-least 0.95 --report report.html
      wce tradeoff data.csv --target fraud --cost-miss 200 --cost-alarm 5 --l2 auto

      With --scores it fits nothing: it finds the threshold for the scores of any classifier, on \
      rows that are new to it.

      wce tradeoff scores.csv --scores p --target fraud --recall-at-least 0.95 --model scores.json
      """)

  @Argument(
    help: ArgumentHelp("The table. (default: the example data)", valueName: "DATA.csv"),
    completion: .file(), transform: DataInput.init(parsing:))
  var data: DataInput?

  @OptionGroup var targetOptions: TargetOptions

  @Option(
    help: ArgumentHelp(
      "The column of the row weights; weight 0 ignores a row.", valueName: "COLUMN"),
    completion: .columns)
  var weights: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      The positive weights: FIRST...LAST:COUNT in equal ratios, or numbers separated by commas. \
      (default: five a decade from 0.1 to 100, or to 10 negatives / positives if that is more, and \
      up to 100 times further while none reaches the goal)
      """, valueName: "PATH|Q1,Q2,..."))
  var posWeights: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of folds.", valueName: "K"))
  var folds = 5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of the division into folds.", valueName: "S"))
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Recommend what has at least this recall.", valueName: "R"))
  var recallAtLeast: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Recommend what has at least this precision.", valueName: "P"))
  var precisionAtLeast: Double?

  @OptionGroup var scoring: ScoreOptions

  @Option(
    help: """
      Calibrate the scores, by Platt's method or isotonic regression; reported on held-out rows.
      """)
  var calibrate: ScoreCalibration.Method?

  @Option(
    help: ArgumentHelp(
      "The file for the threshold and the calibration of --scores, for wce predict --scores.",
      valueName: "FILE.json"),
    completion: .file(extensions: ["json"]), transform: FileName.output(".json"))
  var model: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      The probability with which the recall or precision shall hold on as many new rows, from 0.5 \
      to below 1. (default: it holds on the held-out rows, which promises about 0.5)
      """, valueName: "P"))
  var confidence: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Recommend what costs least, if a missed positive costs this.", valueName: "A"))
  var costMiss: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The cost of a false alarm, in the same unit.", valueName: "B"))
  var costAlarm: Double?

  @OptionGroup var training: TrainingOptions

  @Option(
    help: ArgumentHelp("The file for a report with charts.", valueName: "FILE.html"),
    completion: .file(extensions: ["html", "htm"]), transform: FileName.output(".html", ".htm"))
  var report: String?

  @Option(
    help: ArgumentHelp("The file for all numbers.", valueName: "FILE.json"),
    completion: .file(extensions: ["json"]), transform: FileName.output(".json"))
  var json: String?

  @Option(
    help: ArgumentHelp(
      """
      The file for the chart of recall and precision against the weight, or for --scores of \
      precision against recall.
      """, valueName: "FILE.svg"),
    completion: .file(extensions: ["svg"]), transform: FileName.output(".svg"))
  var picture: String?

  func validate() throws {
    switch data {
    case nil:
      let option =
        targetOptions.firstGiven
        ?? (weights != nil ? "--weights" : training.fold != nil ? "--fold" : nil)
      if let option = option ?? training.table.firstGiven {
        throw ValidationError("\(option) needs a table: wce tradeoff DATA.csv --target COLUMN.")
      }
    case .matrix(let path):
      throw ValidationError("wce tradeoff takes a table, DATA.csv; \(displayed(path)) is a matrix.")
    case .table: _ = try targetOptions.column()
    }
    if recallAtLeast != nil && precisionAtLeast != nil {
      throw ValidationError("Give --recall-at-least or --precision-at-least, not both.")
    }
    try validateScores()
    // With scores the seed is also that of the resamples.
    let byChance = folds != 5 ? "--folds" : seed != 0 && scoring.scores == nil ? "--seed" : nil
    if training.fold != nil, let byChance {
      throw ValidationError("\(byChance) is for folds by chance; --fold gives the folds.")
    }
    if (costMiss == nil) != (costAlarm == nil) {
      throw ValidationError("--cost-miss and --cost-alarm need each other.")
    }
    if costMiss != nil && (recallAtLeast != nil || precisionAtLeast != nil) {
      throw ValidationError("Give a recall or a precision, or costs, not both.")
    }
    if confidence != nil && costMiss != nil {
      throw ValidationError("--confidence is for a recall or a precision, not for costs.")
    }
    if confidence != nil, data != nil, recallAtLeast == nil, precisionAtLeast == nil {
      throw ValidationError("--confidence needs --recall-at-least or --precision-at-least.")
    }
    try requireDistinctFiles(
      outputs: [
        ("--report", report), ("--json", json), ("--picture", picture), ("--model", model),
      ],
      inputs: [("the data", data?.path)])
    _ = try posWeights.map(WeightPath.init)
  }

  func run() throws {
    if scoring.scores != nil { return try runOnScores() }
    let (path, goal) = (try posWeights.map(WeightPath.init), try goal())
    var settings = TradeoffStudy.Settings(
      positiveWeights: [1], extendsPath: path == nil, folds: folds, seed: seed,
      l2: training.l2.number ?? 1,
      choosesPenalty: training.l2.number == nil, goal: goal, confidence: confidence,
      costs: try costs())
    try settings.check()
    let threads = training.threadsOption.threads
    try LogisticRegression(l2: settings.l2, threads: threads).check()
    let paths = [report, json, picture].compactMap { $0 }
    let isPrinted = paths.contains(where: StandardOutput.isTarget)
    // A path that cannot be written is reported before the work.
    let outputs = try (report: open(report), json: open(json), picture: open(picture))
    let data = try read()
    let study = try ToolError.naming(data.name) { () throws(ClassificationError) in
      settings.positiveWeights =
        if let path { path.weights } else {
          try TradeoffStudy.defaultPath(targets: data.table.targets, weights: data.table.weights)
        }
      return try withProgress { (monitor) throws(ClassificationError) in
        try TradeoffStudy(
          data.table, settings: settings, threads: threads, monitor: monitor)
      }
    }
    let next = nextCommand(data, study)
    let model = try ToolError.naming(data.name) { () throws(ClassificationError) in
      try self.report == nil ? nil : chosenModel(study, data.table, threads: threads)
    }
    let report = TradeoffReport(
      study, target: data.table.target, featureCount: data.table.features.columns.count,
      nextCommand: next,
      provenance: .ofRun(on: data.name, source: data.path == nil ? ExampleData.source : nil),
      model: model, featureNames: data.table.features.names, columns: ColumnUse(data.table))
    try outputs.report?.write(report.html())
    try outputs.json?.write(report.json())
    try outputs.picture?.write(report.picture())
    try AtomicFile.commit([outputs.report, outputs.json, outputs.picture].compactMap { $0 })
    if !isPrinted {
      try StandardOutput.writeSummary(
        TradeoffSummary(study: study, data: data, next: next).text, outputs: paths)
    }
  }

  private func open(_ path: String?) throws(DataFileError) -> AtomicFile? {
    if let path { try AtomicFile(path: path) } else { nil }
  }

  func goal() throws(ClassificationError) -> TradeoffGoal? {
    if let recallAtLeast { return try .recall(atLeast: recallAtLeast) }
    if let precisionAtLeast { return try .precision(atLeast: precisionAtLeast) }
    return data == nil && costMiss == nil ? try .recall(atLeast: ExampleData.recall) : nil
  }

  func costs() throws(ClassificationError) -> TradeoffCosts? {
    guard let costMiss, let costAlarm else { return nil }
    return try TradeoffCosts(miss: costMiss, alarm: costAlarm)
  }

  private func read() throws -> TradeoffData {
    let path = data?.path
    return TradeoffData(
      table: try training.table.trainingTable(
        path.map(training.table.read) ?? ExampleData.table(), from: path ?? ExampleData.fileName,
        target: targetOptions.column(or: ExampleData.target), weights: weights,
        folds: training.fold),
      path: path)
  }
}
