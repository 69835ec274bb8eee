// SPDX-License-Identifier: Apache-2.0
/// The header of a `.npy` file: the type and shape of its array.
///
/// A file starts with `\x93NUMPY`, the version, the length of the header and the header, a Python
/// dictionary literal with the keys `descr`, `fortran_order` and `shape`. Source: NumPy Enhancement
/// Proposal 1, `numpy.lib.format`.
public struct NPYHeader: Hashable, Sendable {
  /// The byte order of the elements.
  public enum ByteOrder: Hashable, Sendable {
    case littleEndian, bigEndian

    /// The byte order of this machine.
    public static var native: ByteOrder { 1.littleEndian == 1 ? .littleEndian : .bigEndian }
  }

  /// The type of the elements.
  public var elementType: ElementType
  /// The byte order of the elements.
  public var byteOrder: ByteOrder = .native
  /// Whether the first axis is contiguous in the file (Fortran order), not the last (C order).
  public var isFortranOrder = false
  /// The length of each axis; empty for a scalar.
  public var shape: [Int]
  /// The offset of the data in the file, in bytes.
  public var dataOffset = 0

  /// The number of elements: the product of the shape.
  public var count: Int { shape.reduce(1, *) }

  /// Whether the file's order differs from row-major order. With at most one axis longer than 1 the
  /// two are the same.
  var isTransposed: Bool {
    isFortranOrder && count > 0 && shape.lazy.filter({ $0 > 1 }).count > 1
  }

  /// Whether the size of the array in bytes, with elements of 8 bytes, is an `Int`. Then so is
  /// every product of lengths. Lengths of zero are ignored: the other lengths must be valid too.
  var fitsAddressSpace: Bool {
    shape.lazy.filter { $0 > 0 }.reduce(8 as Int?) { total, length in
      guard let (product, overflow) = total?.multipliedReportingOverflow(by: length), !overflow
      else { return nil }
      return product
    } != nil
  }

  /// The first bytes of every `.npy` file.
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The longest header that is read. A header of a supported type has a few hundred bytes.
  static let lengthLimit = 1 << 20
  /// NumPy's limit on the number of axes.
  static let rankLimit = 64
}
