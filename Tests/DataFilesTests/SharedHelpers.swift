// SPDX-License-Identifier: Apache-2.0
import Testing
import _DataFiles
import _TestSupport

/// The error that `body` throws.
func failure(_ body: () throws -> Void) throws -> DataFileError {
  try #require(throws: DataFileError.self) { try body() }
}

extension TemporaryDirectory {
  /// The text of a file.
  func text(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }
}

extension CSVTable.Column {
  /// The cells of a column of numbers.
  var numbers: [Double]? { if case .numbers(let numbers) = values { numbers } else { nil } }

  /// The labels of a column of text.
  var labels: [String]? { if case .categories(_, let labels) = values { labels } else { nil } }

  /// The cells of a column of text, `nil` if missing.
  var texts: [String?]? {
    guard case .categories(let codes, let labels) = values else { return nil }
    return codes.map { $0 < 0 ? nil : labels[Int($0)] }
  }
}
