// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

/// The encoding of a table's columns as features. A column of numbers becomes one feature, and a
/// column of text one feature for each category.
public struct FeatureEncoding: Codable, Hashable, Sendable {
  /// What to do with a missing cell.
  public enum MissingPolicy: String, Codable, CaseIterable, Sendable {
    /// Throw an error with the row and the column.
    case error
    /// Replace a number by the mean of its column in training, and a label by the most frequent
    /// one.
    case mean
    /// Ignore the row in training. In prediction throw an error, because each row needs a
    /// prediction.
    case drop
  }

  /// What to do in prediction with a label that did not occur in training.
  public enum UnseenPolicy: String, Codable, CaseIterable, Sendable {
    /// Throw an error with the row and the column.
    case error
    /// Encode it as zeros in all features of the column.
    case zero
  }

  /// What to do in training with a column of text that has more than 100 labels.
  public enum RarePolicy: String, Codable, CaseIterable, Sendable {
    /// Throw an error with the names of all such columns.
    case error
    /// Keep the 100 most frequent labels; all others, also those that did not occur in training,
    /// become the label `other`.
    case other
  }

  /// A column that becomes features.
  package struct Column: Codable, Hashable, Sendable {
    package let name: String
    package let content: Content
    /// The number of the column among those of its name, if the training table had several.
    package var occurrence: Int?
    /// The category of all labels that are not categories.
    package var other: String?

    package enum Content: Hashable, Sendable {
      /// Numbers, and the replacement of a missing one.
      case number(fill: Double)
      /// Labels in the order of their first row in training, and the replacement of a missing one.
      case categories([String], fill: String)
    }
  }

  /// The largest number of labels in a column.
  static let categoryLimit = 100
  /// The label of rare labels.
  static let otherLabel = "other"

  /// The columns, in the order of the training table.
  package let columns: [Column]
  /// What the encoding does with missing cells.
  public let missing: MissingPolicy

  init(columns: [Column], missing: MissingPolicy) {
    self.columns = columns
    self.missing = missing
  }

  /// The names of the features. The feature of a category has the name `column=label`.
  public var featureNames: [String] {
    columns.flatMap { column in
      switch column.content {
      case .number: [column.name]
      case .categories(let labels, _): labels.map { "\(column.name)=\($0)" }
      }
    }
  }

  /// The columns of labels. A table to predict is read with these as text, even if all labels look
  /// like numbers.
  package var textColumns: Set<String> {
    Set(columns.filter { if case .categories = $0.content { true } else { false } }.map(\.name))
  }

  /// Encodes the rows of a table.
  ///
  /// Columns are found by their names, not by their numbers, and may be in any order. Other columns
  /// are ignored. A column of numbers shares the table's storage if no cell is missing.
  package func features(
    _ table: CSVTable, unseen: UnseenPolicy = .error
  ) throws(ClassificationError) -> FeatureMatrix {
    try table.locating { () throws(ClassificationError) in
      try unlocatedFeatures(table, unseen: unseen)
    }
  }

  private func unlocatedFeatures(
    _ table: CSVTable, unseen: UnseenPolicy
  ) throws(ClassificationError) -> FeatureMatrix {
    var features: [FeatureMatrix.Column] = []
    for column in columns {
      let index = try rethrowingFileErrors { () throws(DataFileError) in
        try table.header.index(named: column.name, occurrence: column.occurrence)
      }
      let found = table.columns[index]
      if let position = found.firstMissing, missing != .mean {
        throw table.missing(position, column: index, .missingFeature)
      }
      features += try column.features(found, unseen: unseen)
    }
    guard !features.isEmpty else { throw .noFeatures }
    return FeatureMatrix(rowCount: table.rowCount, columns: features, names: featureNames)
  }
}

extension FeatureEncoding.Column {
  /// The features of a column, with missing cells filled.
  func features(
    _ column: CSVTable.Column, unseen: FeatureEncoding.UnseenPolicy
  ) throws(ClassificationError) -> [FeatureMatrix.Column] {
    switch (content, column.values) {
    case (.number(let fill), .numbers(let numbers)):
      return [.numbers(column.missingCount == 0 ? numbers : numbers.map { $0.isNaN ? fill : $0 })]
    case (.number(let fill), .borrowed(let numbers)):
      return [
        column.missingCount == 0
          ? .borrowed(BorrowedColumn(numbers)) : .numbers(numbers.map { $0.isNaN ? fill : $0 })
      ]
    case (.categories(let categories, let fill), .categories(let codes, let labels)):
      let known = Dictionary(uniqueKeysWithValues: zip(categories, Int32(0)...))
      // The table has its own order of labels.
      let otherCode = other.flatMap { known[$0] } ?? -1
      let translation = labels.map { known[$0] ?? otherCode }
      let fillCode = known[fill] ?? -1
      if unseen == .error, let label = translation.firstIndex(of: -1),
        let row = codes.firstIndex(of: Int32(label))
      {
        throw .unseenCategory(labels[label], row: row + 1, column: name)
      }
      let translated = codes.map { $0 < 0 ? fillCode : translation[Int($0)] }
      return categories.indices.map { .indicator(codes: translated, code: Int32($0)) }
    case (.number, .categories(let codes, let labels)):
      throw .numberExpected(TextCell(codes: codes, labels: labels), column: name)
    case (.categories, .numbers), (.categories, .borrowed):
      throw .textExpected(column: name)
    }
  }
}
