// SPDX-License-Identifier: Apache-2.0
/// Texts numbered in the order of their first occurrence.
///
/// While texts are added, their bytes are compared: creating a `String` for each cell costs more
/// than reading it. `indicesOfEqualLabels()` finds those that are equal as strings. `Hasher` is
/// randomly seeded, so a file cannot be made to cause collisions.
package struct LabelSet {
  /// The texts. The code of each is its index.
  package private(set) var labels: [String] = []
  /// The bytes of all texts, concatenated, and the end of each.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// A hash table of codes with linear probing, -1 where it is free. Its size is a power of two, at
  /// least twice the number of texts.
  private var slots: [Int32] = []
  /// The code of the last text, which often comes again.
  private var lastCode: Int32 = -1

  /// The largest number of texts.
  static let limit = Int(Int32.max)
  package var isFull: Bool { labels.count == Self.limit }

  package init() {}

  /// The bytes that the set takes in addition for `count` more texts, if it must grow, and the size
  /// of its storage.
  func byteCountToGrow(by count: Int) -> (growth: Int, storage: Int) {
    let perText = labels.isEmpty ? 0 : bytes.count / labels.count
    let growth =
      labels.byteCountToGrow(by: count) + ends.byteCountToGrow(by: count)
      + bytes.byteCountToGrow(by: count * perText)
      + ((labels.count + count) * 2 >= slots.count ? slots.storageByteCount : 0)
    return (growth, bytes.storageByteCount + ends.storageByteCount + slots.storageByteCount)
  }

  /// The code of a text, which is added if it is new, or `nil` if the text is not UTF-8.
  package mutating func code(_ text: UnsafeBufferPointer<UInt8>) -> Int32? {
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

  /// Adds the texts of another set and returns their codes in this one.
  mutating func formUnion(_ other: LabelSet) -> [Int32] {
    other.labels.indices.map { index in
      // Labels are UTF-8, so there is a code.
      other.withBytes(index) { code($0) } ?? -1
    }
  }

  /// The texts that differ as strings, and for each code the index of its text among them. `nil` if
  /// all texts differ.
  ///
  /// Unicode can encode a text in several ways: `é` as one scalar, or as `e` and an accent.
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

  @inline(__always)
  private func withBytes<Result>(
    _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    bytes.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[(index == 0 ? 0 : ends[index - 1])..<ends[index]]))
    }
  }

  private func isEqual(_ text: UnsafeBufferPointer<UInt8>, _ code: Int32) -> Bool {
    withBytes(Int(code)) { SystemCalls.areEqual($0, text) }
  }

  private func firstSlot(of text: UnsafeBufferPointer<UInt8>) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(text))
    return hasher.finalize() & (slots.count - 1)
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: max(64, slots.count * 2))
    for index in labels.indices {
      var slot = withBytes(index) { firstSlot(of: $0) }
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
  }
}
