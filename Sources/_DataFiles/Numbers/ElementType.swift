// SPDX-License-Identifier: Apache-2.0
/// The type of the elements of an array on disk.
public enum ElementType: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// NumPy's `bool`: a byte, 0 for false.
  case bool
  /// Two's-complement and unsigned integers of 8 to 64 bits.
  case int8, int16, int32, int64, uint8, uint16, uint32, uint64
  /// IEEE 754 binary16, binary32 and binary64.
  case float16, float32, float64

  /// NumPy's name of the type: `float32`.
  public var description: String { rawValue }

  /// The size of an element in bytes.
  public var byteCount: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// Whether the type is a floating-point type.
  public var isFloatingPoint: Bool { [.float16, .float32, .float64].contains(self) }

  /// The type code of NumPy's array interface without a byte order: `f4`.
  var code: String {
    "\(rawValue.prefix(1))\(byteCount)"
  }
}
