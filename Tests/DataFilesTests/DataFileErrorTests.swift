// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Testing

@Suite struct DataFileErrorTests {
  @Test(
    arguments: [
      (nil, "a.csv: reason"),
      (.element(7), "a.csv: element 7: reason"),
      (.line(1), "a.csv: line 1: reason"),
      (.row(3, line: 4, column: nil), "a.csv: row 3 (line 4): reason"),
      (.row(3, line: 4, column: "age"), #"a.csv: row 3 (line 4), column "age": reason"#),
    ] as [(DataFileError.Location?, String)])
  func descriptions(_ location: DataFileError.Location?, _ text: String) {
    #expect(
      DataFileError(.badData, path: "a.csv", at: location, reason: "reason").description == text)
  }

  @Test func quotesInNamesAreEscaped() {
    #expect(quoted(#"n "0""#) == #""n \"0\"""#)
    #expect(quoted(#"C:\new"#) == #""C:\\new""#)
    #expect(quoted("\"\u{301}\n") == "\"\\\"\u{301}\\n\"", "an accent follows the quote")
    #expect(quoted(#"a"b"#, limit: 2) == #""a\"…""#)
  }

  @Test func descriptionsHaveOneLine() {
    let location = DataFileError.Location.row(1, line: 2, column: "a\nb\u{1B}[31m\u{2028}")
    let error = DataFileError(.missingInput, path: "x\ny", at: location, reason: "no such file")
    #expect(
      error.description == #"x\ny: row 1 (line 2), column "a\nb\u{1B}[31m\u{2028}": no such file"#)
  }
}
