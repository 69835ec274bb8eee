// SPDX-License-Identifier: Apache-2.0
import _LossKernels

/// How a stored number is converted if the type read into cannot represent it exactly.
public enum ConversionPolicy: Hashable, Sendable {
  /// With an error that gives the element and its value. NaN stays NaN.
  case exact
  /// To the nearest number.
  case nearest
}

/// An element that the type read into cannot represent.
struct InexactElement {
  var index: Int
  var value: String
}

extension ElementType {
  /// Converts the first `output.count` elements of `bytes`, which are in the given byte order.
  ///
  /// - Returns: The first element that violates the policy, if any. The output is then unspecified.
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
      // NumPy stores 0 and 1, and reads any other byte as true.
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
      for index in output.indices { output[index] = Scalar(Binary16.number(halves[index])) }
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

/// Contiguous integers at any address, in either byte order.
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
  // A magnitude up to the limit is exact. The loop only detects greater ones.
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
