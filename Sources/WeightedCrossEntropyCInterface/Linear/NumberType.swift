// SPDX-License-Identifier: Apache-2.0
import _LossKernels

/// The types of numbers that a column can have.
enum NumberType: UInt32 {
  case float32 = 0, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16

  /// The size and alignment in bytes.
  var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// Whether the numbers are read in place.
  var isBorrowed: Bool { self == .float32 || self == .float64 }

  /// Copies numbers at equal distances as doubles.
  func doubles(at base: UnsafeRawPointer, stride: Int, count: Int) -> [Double] {
    func copy<Number>(_: Number.Type, _ convert: (Number) -> Double) -> [Double] {
      [Double](unsafeUninitializedCapacity: count) { output, initialized in
        var address = base
        for index in 0..<count {
          output.initializeElement(at: index, to: convert(address.load(as: Number.self)))
          address += stride
        }
        initialized = count
      }
    }
    return switch self {
    case .float32: copy(Float.self, Double.init)
    case .float64: copy(Double.self, { $0 })
    case .int8: copy(Int8.self, Double.init)
    case .int16: copy(Int16.self, Double.init)
    case .int32: copy(Int32.self, Double.init)
    case .int64: copy(Int64.self) { Double($0) }
    case .uint8: copy(UInt8.self, Double.init)
    case .uint16: copy(UInt16.self, Double.init)
    case .uint32: copy(UInt32.self, Double.init)
    case .uint64: copy(UInt64.self) { Double($0) }
    case .float16: copy(UInt16.self) { Double(Binary16.number($0)) }
    }
  }
}
