// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// An array and the file that NumPy wrote of it; see `Fixtures/make_fixtures.py`.
struct NumPyArray: CustomTestStringConvertible, Sendable {
  var name: String
  var shape: [Int]
  /// The values in row-major order.
  var values: [Double]
  var file: [UInt8]

  var testDescription: String { name }

  static let all: [NumPyArray] = lines("numpy-arrays").map { fields in
    NumPyArray(
      name: fields[0], shape: fields[1].split(separator: " ").map { Int($0)! },
      values: fields[2].split(separator: " ").map { Double(bitPattern: UInt64($0, radix: 16)!) },
      file: bytes(fields[3]))
  }
}

/// An array of a type that is not supported.
struct UnsupportedArray: CustomTestStringConvertible, Sendable {
  var name: String
  /// The dtype that the error quotes.
  var dtype: String
  var file: [UInt8]

  var testDescription: String { name }

  static let all: [UnsupportedArray] = lines("numpy-unsupported").map { fields in
    UnsupportedArray(name: fields[0], dtype: fields[1], file: bytes(fields[2]))
  }
}

private func lines(_ name: String) -> [[String]] {
  let url = Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Fixtures")!
  let text = try! String(contentsOf: url, encoding: .utf8)
  return text.split(separator: "\n").map { line in
    line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
  }
}

private func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = Array(hexadecimal.utf8)
  return stride(from: 0, to: digits.count, by: 2).map {
    UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)!
  }
}
