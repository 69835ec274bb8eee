// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

/// The column of a table that is the target, and its positive label.
public struct TargetColumn: Codable, Hashable, Sendable {
  /// The name of the column.
  public let name: String
  /// The label of the positive rows; all other labels are negative. If nil, the column holds 0 and
  /// 1, or true and false.
  public let positive: String?
  /// The labels in training, if the positive one is named; nil if there are too many or if a model
  /// file does not have them.
  package internal(set) var labels: [String]?

  /// A target column, by its name.
  public init(name: String, positive: String? = nil) {
    self.name = name
    self.positive = positive
  }

  /// The target of each row, 0 or 1; NaN if the cell is missing.
  ///
  /// - Parameter needsPositives: Whether a positive label that no row has is an error. In training
  ///   such a label is probably misspelt. In an evaluation all rows may be negative, but each label
  ///   must be one of training.
  package func targets(
    _ column: CSVTable.Column, needsPositives: Bool = true
  ) throws(ClassificationError) -> [Double] {
    switch column.values {
    case .numbers(let numbers): try targets(numbers, needsPositives)
    case .borrowed(let numbers): try targets(Array(numbers), needsPositives)
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
      !needsPositives && mayLackPositives(Self.values(numbers).count) || numbers.contains(value)
    else {
      throw .positiveNotFound(
        positive, labels: Self.values(numbers).map { $0.formatted(6) }, column: name)
    }
    if let labels {
      let known = Set(labels.compactMap(CSVTable.number))
      if let row = numbers.firstIndex(where: { !$0.isNaN && !known.contains($0) }) {
        throw unseen(numbers[row].formatted(6), row, labels, numbers.contains(value)) {
          Self.values(numbers).map { $0.formatted(6) }
        }
      }
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
    if let positive {
      let isFound = labels.contains(positive)
      guard isFound || !needsPositives && mayLackPositives(labels.count) else {
        throw .positiveNotFound(positive, labels: labels, column: name)
      }
      if let known = self.labels, let label = labels.firstIndex(where: { !known.contains($0) }),
        let row = codes.firstIndex(of: Int32(label))
      {
        throw unseen(labels[label], row, known, isFound) { labels }
      }
    }
    let known = values.compactMap { $0 }
    guard known.count == values.count else { throw .targetLabels(labels, column: name) }
    return codes.map { $0 < 0 ? .nan : known[Int($0)] }
  }

  /// Whether rows without the positive label may be right: their labels can be compared with those
  /// of training, or there is only one.
  private func mayLackPositives(_ labelCount: Int) -> Bool { labels != nil || labelCount < 2 }

  private func unseen(
    _ label: String, _ row: Int, _ known: [String], _ hasPositives: Bool, _ all: () -> [String]
  ) -> ClassificationError {
    hasPositives
      ? .unseenTarget(label, row: row + 1, column: name, known: known)
      : .positiveNotFound(positive ?? "", labels: all(), column: name)
  }

  /// The distinct numbers, at most one more than a column of text may have labels.
  private static func values(_ numbers: some Sequence<Double>) -> [Double] {
    var known: Set<Double> = []
    var values: [Double] = []
    for number in numbers where !number.isNaN && known.insert(number).inserted {
      values.append(number)
      if values.count > FeatureEncoding.categoryLimit { break }
    }
    return values
  }

  /// The distinct labels of a column.
  private static func labels(_ column: CSVTable.Column) -> [String] {
    switch column.values {
    case .numbers(let numbers): values(numbers).map { $0.formatted(15) }
    case .borrowed(let numbers): values(numbers).map { $0.formatted(15) }
    case .categories(_, let labels): labels
    }
  }

  /// The target with the labels of the training table.
  func learning(_ column: CSVTable.Column) -> TargetColumn {
    var target = TargetColumn(name: column.name, positive: positive)
    let labels = Self.labels(column)
    if positive != nil, labels.count <= FeatureEncoding.categoryLimit { target.labels = labels }
    return target
  }

  /// A notice that names the labels that count as negative, if there are several.
  package func negativeNotice(_ column: CSVTable.Column) -> String? {
    guard let positive else { return nil }
    let value = CSVTable.number(positive)
    let isText = if case .categories = column.values { true } else { false }
    let negatives = Self.labels(column).filter {
      isText ? $0 != positive : CSVTable.number($0) != value
    }
    guard negatives.count > 1 else { return nil }
    return "column \(quoted(name)): \(quoted(positive)) is positive; the \(negatives.count) other "
      + "labels count as negative: \(ClassificationError.list(negatives))"
  }
}
