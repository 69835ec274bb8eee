// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

/// The fold of each row, for rows that are already divided: by time, by customer, or by a hash.
///
/// A study needs at least two folds, each with rows of both classes. They need not have the same
/// size.
public struct Folds: Hashable, Sendable {
  /// The name of each fold: numbers in ascending order, or texts in the order of their UTF-8.
  public let names: [String]
  /// The index of each row's fold in `names`.
  let indices: [UInt32]
  /// The column that they come from, for errors.
  private(set) var column: String?

  /// Folds that are numbered; the numbers may be any.
  ///
  /// - Parameter labels: The fold of each row.
  public init(_ labels: [Int]) {
    let distinct = Set(labels).sorted()
    let index = Dictionary(uniqueKeysWithValues: zip(distinct, UInt32(0)...))
    names = distinct.map(String.init)
    indices = labels.map { index[$0] ?? 0 }
  }

  /// Folds that have names.
  ///
  /// - Parameter labels: The fold of each row.
  public init(_ labels: [String]) {
    names = Set(labels).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let index = Dictionary(uniqueKeysWithValues: zip(names, UInt32(0)...))
    indices = labels.map { index[$0] ?? 0 }
  }

  /// Folds from numbers, which must be integers.
  package init(numbers: [Double]) throws(ClassificationError) {
    var labels: [Int] = []
    labels.reserveCapacity(numbers.count)
    for (row, number) in numbers.enumerated() {
      guard let label = Int(exactly: number) else { throw .fractionalFold(number, row: row + 1) }
      labels.append(label)
    }
    self.init(labels)
  }

  /// The folds in a column without missing cells.
  init(_ column: CSVTable.Column) throws(ClassificationError) {
    func numbered(_ numbers: [Double]) throws(ClassificationError) -> Self {
      do throws(ClassificationError) { return try Self(numbers: numbers) } catch {
        throw error.inColumn(column.name)
      }
    }
    switch column.values {
    case .numbers(let numbers): self = try numbered(numbers)
    case .borrowed(let numbers): self = try numbered(Array(numbers))
    case .categories(let codes, let labels): self.init(codes.map { labels[Int($0)] })
    }
    self.column = column.name
  }

  /// The folds in a column of a table in which no row is dropped.
  package init(_ table: CSVTable, column name: String) throws(ClassificationError) {
    let index = try table.index(of: name)
    if let position = table.columns[index].firstMissing {
      throw table.missing(position, column: index, .missingLabel)
    }
    self = try table.locating { () throws(ClassificationError) in try Folds(table.columns[index]) }
  }

  /// The fold of a row by a hash of its key, for rows whose number is not known: the same on every
  /// machine and in every version of this library.
  ///
  /// The hash is SipHash-2-4 (Aumasson and Bernstein, *SipHash: a fast short-input PRF*, INDOCRYPT
  /// 2012). Its key is the seed and eight zeros, as 16 bytes, the lowest first. The fold is the
  /// high word of the product of the hash and the number of folds. The numbers of rows in the folds
  /// vary by chance, and so do the shares of positives.
  ///
  /// - Parameters:
  ///   - key: What identifies the row. Rows with the same key are in the same fold.
  ///   - seed: Any number.
  ///   - count: The number of folds, at least 1.
  /// - Returns: A number from 0 to below `count`.
  public static func index(ofKey key: some Sequence<UInt8>, seed: UInt64, count: Int) -> Int {
    precondition(count >= 1, "the number of folds must be at least 1")
    let hash = SipHash.hash(key, key: (seed, 0))
    return Int(hash.multipliedFullWidth(by: UInt64(count)).high)
  }

  /// The fold of a row by a hash of a number: that of its eight bytes, the lowest first.
  ///
  /// - Parameters:
  ///   - key: What identifies the row.
  ///   - seed: Any number.
  ///   - count: The number of folds, at least 1.
  /// - Returns: A number from 0 to below `count`.
  public static func index(ofKey key: Int64, seed: UInt64, count: Int) -> Int {
    index(ofKey: withUnsafeBytes(of: key.littleEndian, Array.init), seed: seed, count: count)
  }
}

/// SipHash-2-4 (Aumasson and Bernstein, INDOCRYPT 2012).
enum SipHash {
  /// The hash of some bytes.
  static func hash(_ bytes: some Sequence<UInt8>, key: (UInt64, UInt64)) -> UInt64 {
    var state = (
      key.0 ^ 0x736f_6d65_7073_6575, key.1 ^ 0x646f_7261_6e64_6f6d,
      key.0 ^ 0x6c79_6765_6e65_7261, key.1 ^ 0x7465_6462_7974_6573
    )
    func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }
    func rounds(_ count: Int) {
      for _ in 0..<count {
        state.0 &+= state.1
        state.2 &+= state.3
        state.1 = rotated(state.1, 13) ^ state.0
        state.3 = rotated(state.3, 16) ^ state.2
        state.0 = rotated(state.0, 32)
        state.2 &+= state.1
        state.0 &+= state.3
        state.1 = rotated(state.1, 17) ^ state.2
        state.3 = rotated(state.3, 21) ^ state.0
        state.2 = rotated(state.2, 32)
      }
    }
    func compress(_ word: UInt64) {
      state.3 ^= word
      rounds(2)
      state.0 ^= word
    }
    var word: UInt64 = 0
    var count: UInt64 = 0
    for byte in bytes {
      word |= UInt64(byte) << (8 * (count % 8))
      count &+= 1
      if count.isMultiple(of: 8) {
        compress(word)
        word = 0
      }
    }
    compress(word | count << 56)
    state.2 ^= 0xff
    rounds(4)
    return state.0 ^ state.1 ^ state.2 ^ state.3
  }
}
