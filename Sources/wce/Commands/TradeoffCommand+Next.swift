// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification

extension TradeoffCommand {
  /// The command that fits the recommended model, or that continues the search.
  func nextCommand(_ data: TradeoffData, _ study: TradeoffStudy) -> String {
    let recommendation = study.recommendation
    if let recommendation, recommendation.verdict == nil,
      let range = recommendation.furtherWeights
    {
      return studyCommand(range)
    }
    let threshold = recommendation?.verdict == .threshold ? recommendation?.threshold : nil
    let weight = study.weightPath[study.chosenIndex ?? 0].positiveWeight
    let target = data.table.target
    let fit = ShellWords.line(
      ["wce", "fit", data.name]
        + words([
          ("--target", targetOptions.target ?? target.name), ("--positive", target.positive),
          ("--pos-weight", threshold == nil ? weight.plain : nil),
          ("--threshold", threshold?.threshold.plain),
          ("--l2", study.settings.l2 == 1 ? nil : study.settings.l2.plain), ("--weights", weights),
          ("--fold", training.fold),
        ]) + tableWords + ["--model", "model.json"])
    return data.path == nil ? "wce example > \(ExampleData.fileName) && \(fit)" : fit
  }

  /// The recommended model, fitted to all rows, or without a recommendation that of the highest F1.
  func chosenModel(
    _ study: TradeoffStudy, _ table: TrainingTable, threads: Int?
  ) throws(ClassificationError) -> LogisticModel {
    let weight = study.weightPath[study.chosenIndex ?? 0].positiveWeight
    return try LogisticRegression(
      positiveWeight: study.recommendation?.verdict == .threshold ? 1 : weight,
      l2: study.settings.l2, threads: threads
    ).fit(table.features, targets: table.targets, weights: table.weights)
  }

  /// The same study over further weights, five a decade.
  private func studyCommand(_ range: ClosedRange<Double>) -> String {
    // One end is the end of the path, and the other is 100 times or 1/100 of it.
    let path = "\(range.lowerBound.short)...\(range.upperBound.short):11"
    return ShellWords.line(
      ["wce", "tradeoff"] + [data?.path].compactMap { $0 }
        + words([
          ("--target", targetOptions.target), ("--positive", targetOptions.positive),
          ("--pos-weights", path), ("--folds", folds == 5 ? nil : "\(folds)"),
          ("--seed", seed == 0 ? nil : "\(seed)"), ("--l2", l2Word),
          ("--recall-at-least", recallAtLeast?.plain),
          ("--precision-at-least", precisionAtLeast?.plain),
          ("--confidence", confidence?.plain), ("--weights", weights), ("--fold", training.fold),
        ]) + tableWords)
  }

  private var l2Word: String? { training.l2.number == 1 ? nil : training.l2.description }

  private var tableWords: [String] { training.table.words }

  /// The options that have a value.
  private func words(_ options: [(name: String, value: String?)]) -> [String] {
    options.flatMap { option in
      guard let value = option.value else { return [String]() }
      // A value that looks like an option must be part of the word.
      return value.hasPrefix("-") ? ["\(option.name)=\(value)"] : [option.name, value]
    }
  }
}
