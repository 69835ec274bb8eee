// SPDX-License-Identifier: Apache-2.0
public import _DataFiles

/// How the columns of a table become features: numbers as they are, text as one feature for each category.
public struct FeatureEncoding: Codable, Hashable, Sendable {
  /// What is done where a cell is missing.
  public enum MissingPolicy: String, Codable, CaseIterable, Sendable {
    /// It is an error that names the row and the column.
    case error
    /// A number becomes the mean of its column in training, a label the most frequent one.
    case mean
    /// The row is left out of training. In prediction it is an error: a prediction for every row is expected.
    case drop
  }

  /// What is done in prediction with a label that training has not seen.
  public enum UnseenPolicy: String, Codable, CaseIterable, Sendable {
    /// It is an error that names the row and the column.
    case error
    /// All of the column's features are 0.
    case zero
  }

  /// A column that the features are made of.
  public struct Column: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// What is in it.
    public var content: Content

    /// What is in a column.
    public enum Content: Hashable, Sendable {
      /// Numbers, and the one that stands for a missing one.
      case number(fill: Double)
      /// Labels in the order of their first row in training, and the one that stands for a missing one.
      case categories([String], fill: String)
    }
  }

  /// The most different labels that a column may have.
  public static let categoryLimit = 100

  /// The columns, in the order of the table that the model was trained with.
  public var columns: [Column]
  /// What is done where a cell is missing.
  public var missing: MissingPolicy

  /// An encoding of columns.
  public init(columns: [Column], missing: MissingPolicy = .error) {
    self.columns = columns
    self.missing = missing
  }

  /// The encoding of a matrix of numbers, whose columns are called `1`, `2`, `3` and so on.
  public init(numberColumnCount count: Int) {
    columns = (0..<count).map { Column(name: "\($0 + 1)", content: .number(fill: 0)) }
    missing = .error
  }

  /// The names of the features; a category is called `column=label`.
  public var featureNames: [String] {
    columns.flatMap { column in
      switch column.content {
      case .number: [column.name]
      case .categories(let labels, _): labels.map { "\(column.name)=\($0)" }
      }
    }
  }

  /// The columns that hold labels; a table is read with these as text even where all labels look like numbers.
  public var textColumns: Set<String> {
    Set(columns.filter { if case .categories = $0.content { true } else { false } }.map(\.name))
  }

  /// Reads a table whose columns of text are read as text even where all labels look like numbers.
  public func readTable(
    _ path: String, format: CSVFormat = CSVFormat(), progress: (ReadingProgress) -> Void = { _ in }
  ) throws(ClassificationError) -> CSVTable {
    do {
      return try CSVTable(
        contentsOf: path, format: format, textColumns: textColumns, progress: progress)
    } catch { throw .file(error) }
  }

  /// The features of a table's rows.
  ///
  /// Columns are found by their names, and never by their numbers: a name that looks like one must not become another column. Others do
  /// not matter. Numbers share the table's storage where none is missing.
  public func features(
    _ table: CSVTable, unseen: UnseenPolicy = .error
  ) throws(ClassificationError) -> FeatureMatrix {
    var features: [FeatureMatrix.Column] = []
    for column in columns {
      let found: CSVTable.Column
      let index: Int
      do {
        index = try table.header.index(named: column.name)
        found = table.columns[index]
      } catch { throw .file(error) }
      if let position = found.firstMissing, missing != .mean {
        throw table.missing(position, column: index, .feature)
      }
      features += try column.features(found, unseen: unseen)
    }
    guard !features.isEmpty else { throw .noFeatures }
    return FeatureMatrix(rowCount: table.rowCount, columns: features, names: featureNames)
  }
}

extension FeatureEncoding.Column {
  /// The features of a column; what is missing in it is filled.
  func features(
    _ column: CSVTable.Column, unseen: FeatureEncoding.UnseenPolicy
  ) throws(ClassificationError) -> [FeatureMatrix.Column] {
    switch (content, column.values) {
    case (.number(let fill), .numbers(let numbers)):
      return [.numbers(column.missingCount == 0 ? numbers : numbers.map { $0.isNaN ? fill : $0 })]
    case (.categories(let categories, let fill), .categories(let codes, let labels)):
      // Each category is there once, unless a caller has made the column by hand.
      let known = Dictionary(zip(categories, Int32(0)...)) { first, _ in first }
      // The table's codes follow its own order of labels.
      let translation = labels.map { known[$0] ?? -1 }
      let fillCode = known[fill] ?? -1
      if unseen == .error, let label = translation.firstIndex(of: -1),
        let row = codes.firstIndex(of: Int32(label))
      {
        throw .table(.unseenCategory(column: name, label: labels[label], row: row + 1))
      }
      let translated = codes.map { $0 < 0 ? fillCode : translation[Int($0)] }
      return categories.indices.map { .indicator(codes: translated, code: Int32($0)) }
    case (.number, .categories(let codes, let labels)):
      let text = TextCell(codes: codes, labels: labels)
      throw .table(.numberExpected(column: name, label: text.label, row: text.row))
    case (.categories, .numbers):
      throw .table(.textExpected(column: name))
    }
  }
}
