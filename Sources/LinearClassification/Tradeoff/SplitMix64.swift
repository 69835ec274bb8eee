// SPDX-License-Identifier: Apache-2.0
/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a random number generator whose sequence is
/// fixed by its seed.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number below a positive bound: the high word of a product, with a bias of at most
  /// `bound / 2⁶⁴`.
  mutating func index(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The Fisher–Yates shuffle, because the standard library does not specify the order of its
  /// shuffle.
  mutating func shuffle<Row>(_ rows: inout [Row]) {
    for index in stride(from: rows.count - 1, to: 0, by: -1) {
      rows.swapAt(index, self.index(below: index + 1))
    }
  }
}
