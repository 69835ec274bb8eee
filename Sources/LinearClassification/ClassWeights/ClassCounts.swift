// SPDX-License-Identifier: Apache-2.0
/// The number of positives of each class, from rows that may arrive in parts.
public struct ClassCounts: Hashable, Sendable {
  /// The names of the classes.
  public let names: [String]
  /// The sum of the targets of each class.
  public internal(set) var positives: [Double]
  /// The number of rows.
  public internal(set) var rowCount = 0

  /// Counts of no rows.
  ///
  /// - Throws: ``ClassificationError`` if there are no classes.
  public init(names: [String]) throws(ClassificationError) {
    guard !names.isEmpty else {
      throw .invalidSetting(name: "the number of classes", value: 0, expected: "at least 1")
    }
    self.names = names
    positives = names.map { _ in 0 }
  }

  /// n₋ of a class.
  public func negatives(_ index: Int) -> Double { Double(rowCount) - positives[index] }

  /// Adds rows.
  ///
  /// - Parameter targets: Numbers in [0, 1] in row-major order, one for each class.
  /// - Throws: ``ClassificationError`` with the row and the class of another number, or if the last
  ///   row is incomplete. The counts are then unchanged.
  public mutating func append(_ targets: Span<Double>) throws(ClassificationError) {
    let (rows, rest) = targets.count.quotientAndRemainder(dividingBy: names.count)
    guard rest == 0 else {
      throw .lengthMismatch(
        what: "targets of \(names.count) classes", expected: (rows + 1) * names.count,
        received: targets.count)
    }
    var sums = positives
    for row in 0..<rows {
      for index in names.indices {
        let target = targets[row * names.count + index]
        guard target >= 0, target <= 1 else {
          throw .invalidTarget(target, row: rowCount + row + 1, column: names[index])
        }
        sums[index] += target
      }
    }
    positives = sums
    rowCount += rows
  }
}
