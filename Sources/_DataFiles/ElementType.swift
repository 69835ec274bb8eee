// SPDX-License-Identifier: Apache-2.0
/// The type of the elements of an array on disk.
public enum ElementType: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// A byte that is 0 for false; NumPy's `bool`.
  case bool
  /// Two's-complement and unsigned integers of 8 to 64 bits.
  case int8, int16, int32, int64, uint8, uint16, uint32, uint64
  /// IEEE 754 binary16, binary32 and binary64.
  case float16, float32, float64

  /// The name that NumPy gives the type: `float32`.
  public var description: String { rawValue }

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// Whether the type is one of the three floating-point types.
  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .float32, .float64: true
    default: false
    }
  }

  /// The kind letter and size of the array interface protocol, without a byte order: `f4`.
  var code: String {
    switch self {
    case .bool: "b1"
    case .int8, .int16, .int32, .int64: "i\(byteCount)"
    case .uint8, .uint16, .uint32, .uint64: "u\(byteCount)"
    case .float16, .float32, .float64: "f\(byteCount)"
    }
  }
}
