// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import _ExampleData

/// The table of handwritten digits that is part of the program.
enum ExampleData {
  /// What its file is called.
  static let name = "digits.csv"
  /// Its target.
  static let target = "is_eight"
  /// What is asked of it unless the user asks something.
  static let recall = 0.9
  static let source =
    "The example data are E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, doi:10.24432/C50P49, licensed under CC BY 4.0; changed: the digit was replaced by whether it is an eight, and the columns were named."

  /// The text of the file.
  static var bytes: [UInt8] {
    [UInt8](UnsafeBufferPointer(start: example_data_bytes(), count: example_data_byte_count()))
  }

  /// The table.
  static func table() throws(DataFileError) -> CSVTable { try CSVTable(bytes, name: name) }
}
