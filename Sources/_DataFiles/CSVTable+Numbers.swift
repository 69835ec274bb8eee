// SPDX-License-Identifier: Apache-2.0
extension CSVTable {
  /// What a text is as a cell of a column of numbers: the number, NaN where it says that one is missing, or `nil` where it would make the
  /// column one of text.
  package static func number(_ text: String) -> Double? {
    // The bytes behind a cell can be read, and end every number.
    let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: CSVBlockReader.slack)
    return bytes.withUnsafeBufferPointer { buffer in
      CSVCell(
        bytes: UnsafeBufferPointer(rebasing: buffer.dropLast(CSVBlockReader.slack)), isQuoted: false
      )
      .tableNumber
    }
  }
}
