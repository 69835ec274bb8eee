// SPDX-License-Identifier: Apache-2.0
/// What a `.npy` file says about its array before the data.
///
/// Format: the magic string `\x93NUMPY`, the version, the length of the header, and the header, which is a Python
/// dictionary literal with the keys `descr`, `fortran_order` and `shape` (NumPy Enhancement Proposal 1,
/// `numpy.lib.format`).
public struct NPYHeader: Hashable, Sendable {
  /// The order of the bytes of one element.
  public enum ByteOrder: Hashable, Sendable {
    /// The least significant byte first.
    case littleEndian
    /// The most significant byte first.
    case bigEndian

    /// The order of this machine.
    public static var native: ByteOrder { 1.littleEndian == 1 ? .littleEndian : .bigEndian }
  }

  /// The type of the elements.
  public var elementType: ElementType
  /// The order of the bytes of one element.
  public var byteOrder: ByteOrder = .native
  /// Whether the first axis runs fastest in the file (Fortran order) instead of the last (C order).
  public var isFortranOrder = false
  /// The length of each axis; empty for a scalar.
  public var shape: [Int]
  /// Where the data begins, in bytes from the start of the file.
  public var dataOffset = 0

  /// The number of elements: the product of the shape.
  public var count: Int { shape.reduce(1, *) }

  /// Whether row-major order is not the order of the file. An array with at most one axis longer than 1 has one order.
  var isTransposed: Bool {
    isFortranOrder && count > 0 && shape.lazy.filter({ $0 > 1 }).count > 1
  }

  /// The first bytes of every `.npy` file.
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The longest header that is read. One that describes a single number type takes a few hundred bytes.
  static let lengthLimit = 1 << 20
  /// NumPy's own limit on the number of axes.
  static let rankLimit = 64
}
