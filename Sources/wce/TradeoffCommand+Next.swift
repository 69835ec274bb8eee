import DataFiles
import LinearClassification

extension TradeoffCommand {
  /// The command that trains with the weight that the study chose.
  func nextCommand(_ data: TradeoffData, _ study: TradeoffStudy) -> String {
    let weight = study.weightPath[study.chosenIndex ?? 0].positiveWeight
    var words = ["wce", "fit", data.name]
    func add(_ option: String, _ value: String?) {
      guard let value else { return }
      // A value that looks like an option has to be part of the word.
      words += value.hasPrefix("-") ? ["\(option)=\(value)"] : [option, value]
    }
    add("--target", target ?? ExampleData.target)
    add("--positive", positive)
    add("--pos-weight", weight.plain)
    add("--l2", l2 == 1 ? nil : l2.plain)
    add("--weights", weights)
    for column in table.exclude { add("--exclude", column) }
    add("--missing", table.missing == .error ? nil : table.missing.rawValue)
    if table.noHeader { words.append("--no-header") }
    add("--delimiter", table.delimiterOption.delimiter?.word)
    let fit = ShellWords.line(words + ["--model", "model.json"])
    return data.path == nil ? "wce example > \(ExampleData.name) && \(fit)" : fit
  }
}

extension CSVFormat.Delimiter {
  /// The delimiter as the command line names it, such that a terminal shows it.
  fileprivate var word: String { self == .tab ? "tab" : description }
}
