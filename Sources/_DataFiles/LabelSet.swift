// SPDX-License-Identifier: Apache-2.0
/// Texts numbered in the order in which they first came.
///
/// Equality is that of the bytes while texts are added: creating a `String` for each cell costs more than reading it. Texts that are equal
/// as strings are found at the end, by `indicesOfEqualLabels()`.
/// Hashing is Swift's `Hasher`, which is seeded at random, so that no file can be made to collide.
struct LabelSet {
  /// The texts; the code of each is its index.
  private(set) var labels: [String] = []
  /// The bytes of all texts one after the other, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Codes by hash, open addressing with linear probing; -1 is free. The size is a power of two, at most half full before a new one.
  private var slots: [Int32] = []
  /// The text that came last, which often comes again.
  private var lastCode: Int32 = -1

  /// The code of a text, new or known; `nil` if it is no UTF-8.
  mutating func code(_ text: UnsafeBufferPointer<UInt8>) -> Int32? {
    if lastCode >= 0, isEqual(text, lastCode) { return lastCode }
    if labels.count * 2 >= slots.count { grow() }
    var slot = firstSlot(of: text)
    while slots[slot] >= 0 {
      if isEqual(text, slots[slot]) {
        lastCode = slots[slot]
        return lastCode
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    guard let label = String(validating: text, as: UTF8.self) else { return nil }
    lastCode = Int32(labels.count)
    slots[slot] = lastCode
    labels.append(label)
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
    return lastCode
  }

  /// Adds the texts of another set; returns their codes here.
  mutating func formUnion(_ other: LabelSet) -> [Int32] {
    other.labels.indices.map { index in
      // What is a label already is UTF-8.
      other.bytes.withUnsafeBufferPointer {
        code(UnsafeBufferPointer(rebasing: $0[other.range(index)]))
      }
        ?? -1
    }
  }

  /// The texts that differ as strings, and for each code the index of its text among them; `nil` where all of them differ.
  ///
  /// Unicode writes some texts in several ways that mean the same: `é` as one character, or as `e` with an accent behind it.
  func indicesOfEqualLabels() -> (labels: [String], indices: [Int32])? {
    if bytes.allSatisfy({ $0 < 0x80 }) { return nil }
    var known: [String: Int32] = [:]
    var distinct: [String] = []
    let indices = labels.map { label in
      if let index = known[label] { return index }
      let index = Int32(distinct.count)
      known[label] = index
      distinct.append(label)
      return index
    }
    return distinct.count < labels.count ? (distinct, indices) : nil
  }

  private func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  private func isEqual(_ text: UnsafeBufferPointer<UInt8>, _ code: Int32) -> Bool {
    let range = range(Int(code))
    guard range.count == text.count else { return false }
    return bytes.withUnsafeBufferPointer {
      UnsafeBufferPointer(rebasing: $0[range]).elementsEqual(text)
    }
  }

  private func firstSlot(of text: UnsafeBufferPointer<UInt8>) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(text))
    return hasher.finalize() & (slots.count - 1)
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: max(64, slots.count * 2))
    for index in labels.indices {
      var slot = bytes.withUnsafeBufferPointer {
        firstSlot(of: UnsafeBufferPointer(rebasing: $0[range(index)]))
      }
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
  }
}
