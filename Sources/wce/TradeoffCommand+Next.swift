// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification

extension TradeoffCommand {
  /// The command that trains with the weight that the study chose, or goes on looking for one.
  func nextCommand(_ data: TradeoffData, _ study: TradeoffStudy) -> String {
    if let range = study.recommendation?.furtherWeights { return studyCommand(range) }
    let weight = study.weightPath[study.chosenIndex ?? 0].positiveWeight
    let fit = ShellWords.line(
      ["wce", "fit", data.name]
        + words([
          ("--target", target ?? ExampleData.target), ("--positive", positive),
          ("--pos-weight", weight.plain),
          ("--l2", l2Word), ("--weights", weights),
        ]) + tableWords + ["--model", "model.json"])
    return data.path == nil ? "wce example > \(ExampleData.name) && \(fit)" : fit
  }

  /// The same study, five weights a decade, over further ones.
  private func studyCommand(_ range: ClosedRange<Double>) -> String {
    // One end is of the path, and the other a hundredfold or a hundredth of it.
    let path = "\(range.lowerBound.short)...\(range.upperBound.short):11"
    return ShellWords.line(
      ["wce", "tradeoff"] + [data].compactMap { $0 }
        + words([
          ("--target", target), ("--positive", positive), ("--pos-weights", path),
          ("--folds", folds == 5 ? nil : "\(folds)"), ("--seed", seed == 0 ? nil : "\(seed)"),
          ("--l2", l2Word),
          ("--recall-at-least", recallAtLeast?.plain),
          ("--precision-at-least", precisionAtLeast?.plain),
          ("--weights", weights),
        ]) + tableWords)
  }

  private var l2Word: String? { l2 == 1 ? nil : l2.plain }

  /// The options of the table.
  private var tableWords: [String] {
    words(table.exclude.map { ("--exclude", $0) })
      + words([("--missing", table.missing == .error ? nil : table.missing.rawValue)])
      + (table.noHeader ? ["--no-header"] : [])
      + words([("--delimiter", table.delimiterOption.delimiter?.word)])
  }

  /// The options that have a value.
  private func words(_ options: [(name: String, value: String?)]) -> [String] {
    options.flatMap { option in
      guard let value = option.value else { return [String]() }
      // A value that looks like an option has to be part of the word.
      return value.hasPrefix("-") ? ["\(option.name)=\(value)"] : [option.name, value]
    }
  }
}

extension Double {
  /// Without the noise that a multiplication leaves in the last digits.
  fileprivate var short: String { formatted(15) }
}

extension CSVFormat.Delimiter {
  /// The delimiter as the command line names it, such that a terminal shows it.
  fileprivate var word: String { self == .tab ? "tab" : description }
}
