// SPDX-License-Identifier: Apache-2.0
/// What becomes of a stored number that the type read into cannot hold exactly.
public enum ConversionPolicy: Hashable, Sendable {
  /// It is an error that names the element and its value. NaN stays NaN.
  case exact
  /// The nearest number is taken.
  case nearest
}

/// An element that has no exact value in the type it is read into.
struct InexactElement {
  var index: Int
  var value: String
}

extension ElementType {
  /// Converts `output.count` elements, which lie one after the other in `bytes` in the given order.
  ///
  /// Returns the first element that breaks the policy; the output is then of no use.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func convert<Scalar: NumericScalar>(
    _ bytes: UnsafeRawBufferPointer, from order: NPYHeader.ByteOrder,
    into output: UnsafeMutableBufferPointer<Scalar>,
    _ policy: ConversionPolicy
  ) -> InexactElement? {
    let swaps = order != .native
    func integers<I: FixedWidthInteger & BitwiseCopyable>(_: I.Type) -> InexactElement? {
      convertIntegers(Elements<I>(bytes: bytes, swaps: swaps), into: output, policy)
    }
    switch self {
    case .bool:
      // NumPy stores 0 and 1 and takes any other byte for true.
      for index in output.indices { output[index] = bytes[index] == 0 ? 0 : 1 }
      return nil
    case .int8: return integers(Int8.self)
    case .int16: return integers(Int16.self)
    case .int32: return integers(Int32.self)
    case .int64: return integers(Int64.self)
    case .uint8: return integers(UInt8.self)
    case .uint16: return integers(UInt16.self)
    case .uint32: return integers(UInt32.self)
    case .uint64: return integers(UInt64.self)
    case .float16:
      let halves = Elements<UInt16>(bytes: bytes, swaps: swaps)
      for index in output.indices { output[index] = Scalar(HalfPrecision.value(halves[index])) }
      return nil
    case .float32:
      let words = Elements<UInt32>(bytes: bytes, swaps: swaps)
      for index in output.indices { output[index] = Scalar(Float(bitPattern: words[index])) }
      return nil
    case .float64:
      return convertDoubles(Elements<UInt64>(bytes: bytes, swaps: swaps), into: output, policy)
    }
  }
}

/// Whole numbers one after the other in memory, at any address and in either byte order.
private struct Elements<Word: FixedWidthInteger & BitwiseCopyable> {
  var bytes: UnsafeRawBufferPointer
  var swaps: Bool

  @inline(__always)
  subscript(index: Int) -> Word {
    let word = bytes.loadUnaligned(fromByteOffset: index &* MemoryLayout<Word>.size, as: Word.self)
    return swaps ? word.byteSwapped : word
  }
}

@inline(__always)
private func convertIntegers<I, Scalar: NumericScalar>(
  _ elements: Elements<I>, into output: UnsafeMutableBufferPointer<Scalar>,
  _ policy: ConversionPolicy
) -> InexactElement? {
  let precision = Scalar.significandBitCount + 1
  // A number of at most this many bits is always exact. The loop only notes whether there was a longer one.
  let limit = I.bitWidth > precision ? UInt64(1) << precision : .max
  var hasLongNumber = false
  for index in output.indices {
    let element = elements[index]
    output[index] =
      I.isSigned
      ? Scalar(nearest: Int64(truncatingIfNeeded: element))
      : Scalar(nearest: UInt64(truncatingIfNeeded: element))
    hasLongNumber = hasLongNumber || UInt64(truncatingIfNeeded: element.magnitude) > limit
  }
  guard hasLongNumber, policy == .exact else { return nil }
  for index in output.indices {
    let element = elements[index]
    let usedBits =
      I.bitWidth - element.magnitude.leadingZeroBitCount - element.magnitude.trailingZeroBitCount
    if usedBits > precision { return InexactElement(index: index, value: "\(element)") }
  }
  return nil
}

@inline(__always)
private func convertDoubles<Scalar: NumericScalar>(
  _ elements: Elements<UInt64>, into output: UnsafeMutableBufferPointer<Scalar>,
  _ policy: ConversionPolicy
) -> InexactElement? {
  var isInexact = false
  for index in output.indices {
    let value = Double(bitPattern: elements[index])
    let converted = Scalar(value)
    output[index] = converted
    isInexact = isInexact || (converted.asDouble != value && value == value)
  }
  guard isInexact, policy == .exact else { return nil }
  for index in output.indices {
    let value = Double(bitPattern: elements[index])
    if Scalar(value).asDouble != value, !value.isNaN {
      return InexactElement(index: index, value: "\(value)")
    }
  }
  return nil
}
