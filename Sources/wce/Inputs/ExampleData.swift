// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification
import _ExampleData

/// The table of handwritten digits that is compiled into the tool.
enum ExampleData {
  static let fileName = "digits.csv"
  static let target = TargetColumn(name: "is_eight")
  /// The goal of a study of this table, unless another is given.
  static let recall = 0.9
  static let source =
    "The example data are E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, "
    + "UCI Machine Learning Repository, 1998, doi:10.24432/C50P49, licensed under CC BY 4.0; "
    + "changed: the digit was replaced by whether it is an eight, and the columns were named."

  /// The text of the file.
  static var bytes: [UInt8] {
    [UInt8](UnsafeBufferPointer(start: example_data_bytes(), count: example_data_byte_count()))
  }

  static func table() throws(DataFileError) -> CSVTable { try CSVTable(bytes, name: fileName) }
}
