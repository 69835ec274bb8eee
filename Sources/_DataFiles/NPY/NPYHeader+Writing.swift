// SPDX-License-Identifier: Apache-2.0
extension NPYHeader {
  /// The bytes before the data, as NumPy writes them: version 1.0, or 2.0 for a long header, padded
  /// so that the data starts at a multiple of 64.
  func serialized() -> [UInt8] {
    let order =
      if elementType.byteCount == 1 { "|" } else { byteOrder == .littleEndian ? "<" : ">" }
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text =
      "{'descr': '\(order)\(elementType.code)', "
      + "'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': (\(lengths)), }"
    let isLong = 10 + text.utf8.count + 64 > UInt16.max
    let prefixCount = isLong ? 12 : 10
    let dataOffset = (prefixCount + text.utf8.count + 1 + 63) / 64 * 64
    let length = dataOffset - prefixCount
    var bytes = Self.magic + [isLong ? 2 : 1, 0]
    for shift in stride(from: 0, to: isLong ? 32 : 16, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: length >> shift))
    }
    bytes += text.utf8
    bytes += repeatElement(UInt8(ascii: " "), count: length - text.utf8.count - 1)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}
