// SPDX-License-Identifier: Apache-2.0
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The first key that occurs twice in an object of a valid JSON text. A decoder ignores one of the
/// values.
func duplicateKey(inJSON text: Data) -> String? {
  /// The keys of each object that is open, and nil for an array.
  var open: [Set<String>?] = []
  var expectsKey = false
  var position = text.startIndex
  while position < text.endIndex {
    switch text[position] {
    case UInt8(ascii: "{"): (open, expectsKey) = (open + [[]], true)
    case UInt8(ascii: "["): (open, expectsKey) = (open + [nil], false)
    case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
    case UInt8(ascii: ","): expectsKey = open.last.map { $0 != nil } ?? false
    case UInt8(ascii: "\""):
      let start = position
      position += 1
      while position < text.endIndex, text[position] != UInt8(ascii: "\"") {
        position += text[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      if expectsKey, position < text.endIndex, !open.isEmpty {
        let token = text[start...position]
        let key =
          token.contains(UInt8(ascii: "\\"))
          ? try? JSONDecoder().decode(String.self, from: token)
          : String(decoding: token.dropFirst().dropLast(), as: UTF8.self)
        if let key, open[open.count - 1]?.insert(key).inserted == false { return key }
      }
      expectsKey = false
    default: break
    }
    position += 1
  }
  return nil
}
