// SPDX-License-Identifier: Apache-2.0
public import _DataFiles

/// Which column of a table is the target, and which of its values is the positive one.
public struct TargetColumn: Codable, Hashable, Sendable {
  /// The name of the column.
  public var name: String
  /// The label of the positive rows; nil where the column says 0 and 1, or true and false. Everything else is then negative.
  public var positive: String?

  /// A target.
  public init(name: String, positive: String? = nil) {
    self.name = name
    self.positive = positive
  }

  /// 0 or 1 for each row; NaN where the cell is missing.
  ///
  /// - Parameters:
  ///   - column: the column of the table.
  ///   - needsPositives: whether it is an error that no row has the positive label. In training it is, for the label is then
  ///     probably misspelt; of rows to be evaluated any may be positive, or none.
  /// - Throws: `ClassificationError.table` for a value that is neither, or a positive label that no row has.
  public func targets(
    _ column: CSVTable.Column, needsPositives: Bool = true
  ) throws(ClassificationError) -> [Double] {
    switch column.values {
    case .numbers(let numbers): try targets(numbers, needsPositives)
    case .categories(let codes, let labels): try targets(codes, labels, needsPositives)
    }
  }

  private func targets(_ numbers: [Double], _ needsPositives: Bool) throws(ClassificationError)
    -> [Double]
  {
    guard let positive else {
      if let row = numbers.firstIndex(where: { $0 != 0 && $0 != 1 && !$0.isNaN }) {
        throw .table(.targetNumber(column: name, value: numbers[row].formatted(6), row: row + 1))
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
      throw .table(
        .positiveNotFound(column: name, positive: positive, labels: values.map { $0.formatted(6) }))
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
      throw .table(.positiveNotFound(column: name, positive: positive, labels: labels))
    }
    let known = values.compactMap { $0 }
    guard known.count == values.count else {
      throw .table(.targetLabels(column: name, labels: labels))
    }
    return codes.map { $0 < 0 ? .nan : known[Int($0)] }
  }
}
