// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import TestSupport
import Throughput
import _DataFiles

@main
struct CSVThroughput: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "csv-throughput",
    abstract: "Measure how fast a CSV file of numbers is read.",
    discussion: """
      Reads the whole table, single columns, and for comparison the same bytes with strtod. The \
      file has 20 columns, ten with 6 significant digits and ten with 17, from a fixed seed. It is \
      in the page cache. Figures are medians of five runs.
      """)

  @Argument(help: "The size of the file.") var megabytes = 200

  private static let columnCount = 20

  func run() throws {
    try withTemporaryFile("throughput.csv") { path in
      let (rowCount, byteCount) = try generate(path)
      let size = Double(byteCount) / 1e6
      print("\(rowCount) rows of \(Self.columnCount) columns, \(Int(size)) MB; MB/s per core")
      func report(_ name: String, _ body: () throws -> Void) rethrows {
        print("\(name)\t\(Int((size / (try medianSeconds(body))).rounded()))")
      }
      try report("whole table into Double") {
        let table = try CSVTable(contentsOf: path)
        precondition(table.rowCount == rowCount)
      }
      for column in ["x1", "x20"] {
        try report("column \(column) into Double") {
          let reader = try CSVColumnReader(path: path, column: column)
          let numbers = try reader.readRemaining(as: Double.self)
          precondition(numbers.count == rowCount)
        }
      }
      report("strtod over the same bytes") { precondition(sumWithStrtod(path).isFinite) }
    }
  }

  /// Writes a table of about the given size.
  private func generate(_ path: String) throws -> (rowCount: Int, byteCount: Int) {
    var generator = SeededGenerator(seed: 20)
    let file = try AtomicFile(path: path)
    var (line, rowCount, byteCount) = ("", 0, 0)
    line = (1...Self.columnCount).map { "x\($0)" }.joined(separator: ",") + "\n"
    while true {
      try file.write(line)
      byteCount += line.utf8.count
      if byteCount >= megabytes * 1_000_000 { break }
      rowCount += 1
      line =
        (0..<Self.columnCount).map { column in
          column.isMultiple(of: 2)
            ? "\(Double(Int.random(in: -999_999...999_999, using: &generator)) / 1000)"
            : "\(Double.random(in: -1...1, using: &generator))"
        }.joined(separator: ",") + "\n"
    }
    try file.commit()
    return (rowCount, byteCount)
  }

  /// Reads all numbers with `strtod` and ignores rows, as a short C program would.
  private func sumWithStrtod(_ path: String) -> Double {
    guard let data = FileManager.default.contents(atPath: path) else { return .nan }
    return (data + [0]).withUnsafeBytes { bytes in
      var position = bytes.bindMemory(to: CChar.self).baseAddress!
      while position.pointee != 10 { position += 1 }
      var sum = 0.0
      while true {
        position += 1
        if position.pointee == 0 { return sum }
        var end: UnsafeMutablePointer<CChar>?
        sum += strtod(position, &end)
        guard let end else { return sum }
        position = UnsafePointer(end)
      }
    }
  }
}
