// SPDX-License-Identifier: Apache-2.0
extension SeededGenerator {
  /// Damages bytes at random. Each change flips, replaces, removes, repeats or inserts one or more
  /// bytes, or removes the rest.
  ///
  /// - Parameters:
  ///   - alphabet: bytes with a meaning in the file format, which are inserted most often.
  ///   - times: the number of changes.
  public mutating func damaged(
    _ bytes: [UInt8], alphabet: [UInt8], times: ClosedRange<Int>
  ) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: times, using: &self) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &self)
      let end = min(bytes.count, place + Int.random(in: 1...20, using: &self))
      switch Int.random(in: 0..<7, using: &self) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 2: bytes[place] = alphabet.randomElement(using: &self)!
      case 3: bytes.removeSubrange(place..<end)
      case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 5: bytes.insert(alphabet.randomElement(using: &self)!, at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }
}
