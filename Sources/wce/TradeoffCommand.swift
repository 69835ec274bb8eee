// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles
import LinearClassification
import _TradeoffReport

/// `wce tradeoff`: which positive weight gives the recall or the precision that is needed.
struct TradeoffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tradeoff",
    abstract:
      "Find the positive weight that gives the recall or the precision you need, and what it costs.",
    discussion: """
      Cross-validates models over a path of positive weights, and on the same folds their rival, an unweighted model \
      whose threshold moves to 1 / (1 + q) instead. Without DATA it studies the example table inside the program, with a goal of \
      recall \(ExampleData.recall) unless you give another; wce example prints that table.

      wce tradeoff
      wce tradeoff data.csv --target fraud --recall-at-least 0.95 --report report.html
      """)

  @Argument(
    help: ArgumentHelp("The table. (default: the example data)", valueName: "DATA.csv"),
    completion: .file(), transform: FileName.input)
  var data: String?

  @Option(help: ArgumentHelp("The column to predict.", valueName: "COLUMN"))
  var target: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The label of the positive rows. (default: 1 or true)", valueName: "LABEL"))
  var positive: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The weights: FIRST...LAST:COUNT in equal ratios, or numbers with commas between. (default: five a decade from 0.1 to 100, or to 10 negatives / positives if that is more)",
      valueName: "PATH|Q1,Q2,..."))
  var posWeights: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of folds.", valueName: "K"))
  var folds = 5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What divides the rows among the folds.", valueName: "S"))
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The penalty on the squares of the coefficients.", valueName: "L"))
  var l2 = 1.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Recommend the weight that catches this share of the positives.", valueName: "R"))
  var recallAtLeast: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Recommend the weight with which this share of the alarms is right.", valueName: "P"))
  var precisionAtLeast: Double?

  @Option(
    help: ArgumentHelp("Write a report with charts, one HTML file.", valueName: "FILE.html"),
    completion: .file(extensions: ["html", "htm"]), transform: FileName.output(".html", ".htm"))
  var report: String?

  @Option(
    help: ArgumentHelp("Write all numbers.", valueName: "FILE.json"),
    completion: .file(extensions: ["json"]), transform: FileName.output(".json"))
  var json: String?

  @Option(
    help: ArgumentHelp(
      "Write the chart of recall and precision against the weight.", valueName: "FILE.svg"),
    completion: .file(extensions: ["svg"]), transform: FileName.output(".svg"))
  var picture: String?

  @Option(
    help: ArgumentHelp(
      "The column with a weight for each row; 0 leaves it out.", valueName: "COLUMN"))
  var weights: String?

  @OptionGroup var table: TableOptions

  @OptionGroup var threadsOption: ThreadsOption

  func validate() throws {
    if data == nil {
      let needing = [
        (target != nil, "--target"), (positive != nil, "--positive"), (weights != nil, "--weights"),
      ]
      if let option = needing.first(where: \.0)?.1 ?? table.firstGiven {
        throw ValidationError("\(option) is about a table: wce tradeoff DATA.csv --target COLUMN.")
      }
    } else if target == nil {
      throw ValidationError("A table needs --target COLUMN, the column to predict.")
    }
    if let data, isMatrix(data) {
      throw ValidationError("A study takes a table, DATA.csv, and \(data) is a matrix.")
    }
    if recallAtLeast != nil && precisionAtLeast != nil {
      throw ValidationError("Give --recall-at-least or --precision-at-least, not both.")
    }
    try requireDistinctFiles(
      outputs: [("--report", report), ("--json", json), ("--picture", picture)],
      inputs: [("the data", data)])
    _ = try posWeights.map(WeightPath.init)
  }

  func run() throws {
    let (path, goal) = (try posWeights.map(WeightPath.init), try goal())
    try LogisticRegression(l2: l2, threads: threadsOption.threads).check()
    // A path that cannot be written shows now, not after the work.
    let outputs = try (report: open(report), json: open(json), picture: open(picture))
    let data = try read()
    for notice in data.table.notices { StandardError.notify("\(data.name): \(notice)") }
    let study = try ToolError.naming(data.name) { () throws(ClassificationError) in
      let weights =
        if let path { path.weights } else {
          try TradeoffStudy.defaultPath(targets: data.table.targets, weights: data.table.weights)
        }
      let settings = TradeoffStudy.Settings(
        positiveWeights: weights, folds: folds, seed: seed, l2: l2, goal: goal)
      var bar = ProgressBar("fitting")
      defer { bar.finish() }
      return try TradeoffStudy(
        data.table, settings: settings, threads: threadsOption.threads,
        monitor: TrainingMonitor(progress: { bar.update(fraction: $0.fraction) }))
    }
    let next = nextCommand(data, study)
    let report = TradeoffReport(
      study,
      provenance: TradeoffReport.Provenance(
        dataName: data.name, target: data.table.target,
        featureCount: data.table.features.columns.count, generator: "wce \(WCE.version)",
        command: ShellWords.line(["wce"] + CommandLine.arguments.dropFirst()), nextCommand: next,
        notes: (data.path == nil ? [ExampleData.source] : [])
          + data.table.notices.map { "\(data.name): \($0)." }))
    try outputs.report?.write(report.html())
    try outputs.json?.write(report.json())
    try outputs.picture?.write(report.picture())
    // All are on the disk before one takes its place.
    let files = [outputs.report, outputs.json, outputs.picture].compactMap { $0 }
    for file in files { try file.synchronize() }
    for file in files { try file.commit() }
    if !files.contains(where: { $0.path == Output.path }) {
      try Output.write(TradeoffSummary(study: study, data: data, next: next).text)
    }
  }

  private func open(_ path: String?) throws(DataFileError) -> AtomicFile? {
    if let path { try AtomicFile(path: path) } else { nil }
  }

  private func goal() throws(ClassificationError) -> TradeoffGoal? {
    if let recallAtLeast { return try .recall(atLeast: recallAtLeast) }
    if let precisionAtLeast { return try .precision(atLeast: precisionAtLeast) }
    return data == nil ? try .recall(atLeast: ExampleData.recall) : nil
  }

  private func read() throws -> TradeoffData {
    let contents = try data.map(table.read) ?? ExampleData.table()
    return try ToolError.naming(data ?? ExampleData.name) { () throws(ClassificationError) in
      TradeoffData(
        table: try table.trainingTable(
          contents, target: TargetColumn(name: target ?? ExampleData.target, positive: positive),
          weights: weights),
        path: data)
    }
  }
}
