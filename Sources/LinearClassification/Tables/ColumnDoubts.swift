// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// Finds columns that are features by mistake: identifiers, leaks of the target, and numbers or
/// dates that were read as labels.
struct ColumnDoubts {
  /// The target of each row, 0 or 1.
  let targets: [Double]
  let rare: FeatureEncoding.RarePolicy

  /// In fewer rows all of this happens by chance.
  private static let rowLimit = 50
  /// Rows whose numbers are compared. An identifier is one in any part of a table.
  private static let sampleLimit = 1 << 16

  /// A notice about a column, if there is a doubt. A column without a name is one, because data
  /// frames write the numbers of their rows as such a column.
  func notice(aboutColumn index: Int, of table: CSVTable) -> String? {
    let column = table.columns[index]
    let doubt: String? =
      switch column.values {
      case .numbers(let numbers): doubt(numbers)
      case .borrowed(let numbers): doubt(numbers)
      case .categories(let codes, let labels): doubt(codes, labels, column, table)
      }
    guard column.name.isEmpty else { return doubt.map { "column \(quoted(column.name)) \($0)" } }
    let number = index + 1
    let text =
      doubt ?? "may be the row numbers of a data frame; if it is no feature, exclude it (--exclude)"
    return "column \(number), which has no name, "
      + text.replacing("(--exclude)", with: "(--exclude \(number))")
  }

  private func doubt(_ numbers: some RandomAccessCollection<Double>) -> String? {
    guard numbers.count >= Self.rowLimit else { return nil }
    if separates(numbers) { return Self.leak }
    guard let first = numbers.first, first == first.rounded(), first.magnitude < 0x1p53 else {
      return nil
    }
    if numbers.enumerated().allSatisfy({ $1 == first + Double($0) }) {
      return "numbers the rows; if it is an identifier, exclude it (--exclude)"
    }
    var known: Set<Double> = []
    for number in numbers.prefix(Self.sampleLimit) {
      guard number == number.rounded(), known.insert(number).inserted else { return nil }
    }
    return
      "has a different whole number in each row; if it is an identifier, exclude it (--exclude)"
  }

  private static let leak =
    "separates the classes by itself; if it is not known before the target, exclude it (--exclude)"

  /// Whether all numbers of one class are below all of the other.
  private func separates(_ numbers: some RandomAccessCollection<Double>) -> Bool {
    var bounds = [(Double.infinity, -Double.infinity), (.infinity, -.infinity)]
    for (number, target) in zip(numbers, targets) where !number.isNaN {
      let index = target == 1 ? 1 : 0
      bounds[index] = (min(bounds[index].0, number), max(bounds[index].1, number))
      // The classes overlap already.
      if bounds[0].0 <= bounds[1].1 && bounds[1].0 <= bounds[0].1 { return false }
    }
    return bounds.allSatisfy { $0.0 <= $0.1 }
  }

  private func doubt(
    _ codes: [Int32], _ labels: [String], _ column: CSVTable.Column, _ table: CSVTable
  ) -> String? {
    guard !labels.isEmpty else { return nil }
    let cell = TextCell(codes: codes, labels: labels, in: table)
    let features =
      switch labels.count {
      case 1: "its only label became a feature"
      case (FeatureEncoding.categoryLimit + 1)... where rare == .other:
        "of its \(labels.count) labels the \(FeatureEncoding.categoryLimit) most frequent became "
          + "features"
      default: "each of its \(labels.count) labels became a feature"
      }
    let areNumbers = labels.count { NumberNotation(of: $0) != nil || CSVTable.isNumber($0) }
    if !column.isDeclaredText, areNumbers * 2 >= labels.count {
      return "was read as text because \(cell); \(features)"
    }
    guard codes.count >= Self.rowLimit else { return nil }
    if labels.count * 2 > codes.count {
      return
        "has a different label in nearly each row, such as \(quoted(cell.label)); \(features); "
        + "if it is an identifier or free text, exclude it (--exclude)"
    }
    return isPure(codes, labels.count) ? Self.leak : nil
  }

  /// Whether each label has only rows of one class.
  private func isPure(_ codes: [Int32], _ labelCount: Int) -> Bool {
    var classes = [Double](repeating: -1, count: labelCount)
    for (code, target) in zip(codes, targets) where code >= 0 {
      if classes[Int(code)] == 1 - target { return false }
      classes[Int(code)] = target
    }
    return classes.contains(0) && classes.contains(1)
  }
}
