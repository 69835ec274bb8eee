// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

/// The column of a table that is the target, and its positive label.
public struct TargetColumn: Codable, Hashable, Sendable {
  /// The name of the column.
  public let name: String
  /// The label of the positive rows; all other labels are negative. If nil, the column holds 0 and
  /// 1, or true and false.
  public let positive: String?

  /// A target column, by its name.
  public init(name: String, positive: String? = nil) {
    self.name = name
    self.positive = positive
  }

  /// The target of each row, 0 or 1; NaN if the cell is missing.
  ///
  /// - Parameter needsPositives: Whether a positive label that no row has is an error. In training
  ///   such a label is probably misspelt; in an evaluation all rows may be negative.
  package func targets(
    _ column: CSVTable.Column, needsPositives: Bool = true
  ) throws(ClassificationError) -> [Double] {
    switch column.values {
    case .numbers(let numbers): try targets(numbers, needsPositives)
    case .categories(let codes, let labels): try targets(codes, labels, needsPositives)
    }
  }

  private func targets(
    _ numbers: [Double], _ needsPositives: Bool
  ) throws(ClassificationError) -> [Double] {
    guard let positive else {
      if let row = numbers.firstIndex(where: { $0 != 0 && $0 != 1 && !$0.isNaN }) {
        throw .targetNumber(numbers[row], row: row + 1, column: name)
      }
      return numbers
    }
    guard let value = CSVTable.number(positive), !value.isNaN,
      !needsPositives || numbers.contains(value)
    else {
      var values: [Double] = []
      for number in numbers where !number.isNaN && !values.contains(number) {
        values.append(number)
        if values.count > 10 { break }
      }
      throw .positiveNotFound(positive, labels: values.map { $0.formatted(6) }, column: name)
    }
    return numbers.map { $0.isNaN ? .nan : $0 == value ? 1 : 0 }
  }

  private func targets(
    _ codes: [Int32], _ labels: [String], _ needsPositives: Bool
  ) throws(ClassificationError) -> [Double] {
    let values: [Double?] = labels.map { label in
      if let positive { return label == positive ? 1 : 0 }
      switch label.lowercased() {
      case "true": return 1
      case "false": return 0
      default: return CSVTable.number(label).flatMap { $0 == 0 || $0 == 1 ? $0 : nil }
      }
    }
    if let positive, needsPositives, !labels.contains(positive) {
      throw .positiveNotFound(positive, labels: labels, column: name)
    }
    let known = values.compactMap { $0 }
    guard known.count == values.count else { throw .targetLabels(labels, column: name) }
    return codes.map { $0 < 0 ? .nan : known[Int($0)] }
  }
}
