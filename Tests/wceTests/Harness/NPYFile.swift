// SPDX-License-Identifier: Apache-2.0
/// A `.npy` file of version 1.0, written and parsed independently of the code under test.
struct NPYFile<Element: BitwiseCopyable & Equatable>: Equatable {
  /// The dtype in NumPy's notation: `<f4`.
  var dtype: String
  var shape: [Int]
  /// In the order of the file.
  var elements: [Element]
  var isFortranOrder = false

  init(_ dtype: String, _ shape: [Int], _ elements: [Element], isFortranOrder: Bool = false) {
    self.dtype = dtype
    self.shape = shape
    self.elements = elements
    self.isFortranOrder = isFortranOrder
  }

  /// The file with these bytes; `nil` if they are not one.
  init?(_ bytes: [UInt8]) {
    guard bytes.count > 10, bytes.starts(with: Self.magic) else { return nil }
    let dataStart = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    guard dataStart <= bytes.count, dataStart % 64 == 0 else { return nil }
    let header = String(decoding: bytes[10..<dataStart], as: UTF8.self)
    let pattern = /\{'descr': '(.*?)', 'fortran_order': (True|False), 'shape': \((.*?),?\), \} *\n/
    guard let match = header.wholeMatch(of: pattern) else { return nil }
    let shape = match.3.split(separator: ", ").compactMap { Int($0) }
    let data = bytes[dataStart...]
    guard data.count == shape.reduce(MemoryLayout<Element>.size, *) else { return nil }
    elements = data.withUnsafeBytes { data in
      stride(from: 0, to: data.count, by: MemoryLayout<Element>.size).map {
        data.loadUnaligned(fromByteOffset: $0, as: Element.self)
      }
    }
    dtype = String(match.1)
    self.shape = shape
    isFortranOrder = match.2 == "True"
  }

  var bytes: [UInt8] {
    let lengths = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let order = isFortranOrder ? "True" : "False"
    var header = "{'descr': '\(dtype)', 'fortran_order': \(order), 'shape': (\(lengths)), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let length = UInt16(header.utf8.count)
    return Self.magic + [UInt8(truncatingIfNeeded: length), UInt8(length >> 8)] + Array(header.utf8)
      + elements.withUnsafeBytes { Array($0) }
  }

  private static var magic: [UInt8] { [0x93] + Array("NUMPY".utf8) + [1, 0] }
}
