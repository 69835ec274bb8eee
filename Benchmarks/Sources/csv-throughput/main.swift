// SPDX-License-Identifier: Apache-2.0
// The speed of reading a CSV file of numbers: the whole table, one column, and for comparison a
// `strtod` loop over the same bytes.
//
//   swift run -c release --package-path Benchmarks csv-throughput [MEGABYTES]
//
// The file has 20 columns, alternately of 6 and 17 significant digits, from a fixed seed. It is in
// the page cache, so disk speed does not matter. Each figure is the median of five runs.

import Foundation
import TestSupport
import _DataFiles

let columnCount = 20

/// Writes a table of about the given size, and returns its number of rows.
func generate(_ path: String, byteCount: Int) throws -> Int {
  var generator = SeededGenerator(seed: 20)
  let file = try AtomicFile(path: path)
  try file.write((1...columnCount).map { "x\($0)" }.joined(separator: ",") + "\n")
  var rows = 0
  var written = 0
  while written < byteCount {
    var line = ""
    for column in 0..<columnCount {
      if column > 0 { line += "," }
      if column.isMultiple(of: 2) {
        let digits = Int.random(in: -999_999...999_999, using: &generator)
        line += "\(Double(digits) / 1000)"
      } else {
        line += "\(Double.random(in: -1...1, using: &generator))"
      }
    }
    line += "\n"
    try file.write(line)
    written += line.utf8.count
    rows += 1
  }
  try file.commit()
  return rows
}

/// The median time of five runs, in seconds.
func median(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  var times: [Double] = []
  for _ in 0..<5 {
    let time = try clock.measure(body)
    times.append(Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
  }
  return times.sorted()[2]
}

/// Sums all numbers with `strtod`, ignoring rows, as a short C program does.
func sumWithStrtod(_ path: String) -> Double {
  guard let file = fopen(path, "r") else { return .nan }
  defer { fclose(file) }
  fseek(file, 0, SEEK_END)
  let size = ftell(file)
  rewind(file)
  let text = UnsafeMutablePointer<CChar>.allocate(capacity: size + 1)
  defer { text.deallocate() }
  guard fread(text, 1, size, file) == size else { return .nan }
  text[size] = 0
  var position = text
  while position.pointee != 10 { position += 1 }
  var sum = 0.0
  while true {
    position += 1
    if position.pointee == 0 { return sum }
    var end: UnsafeMutablePointer<CChar>?
    sum += strtod(position, &end)
    guard let end else { return sum }
    position = end
  }
}

let megabytes = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200
let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
let path = "\(directory)/csv-throughput-\(getpid()).csv"
defer { unlink(path) }

let rowCount = try generate(path, byteCount: megabytes * 1_000_000)
var status = stat()
stat(path, &status)
let size = Double(status.st_size) / 1e6
print("\(rowCount) rows of \(columnCount) columns, \(Int(size)) MB; MB/s a core, median of 5")

func report(_ name: String, _ seconds: Double) {
  print("\(name)\t\(Int((size / seconds).rounded()))")
}

report(
  "whole table into Double",
  try median {
    let table = try CSVTable(contentsOf: path)
    precondition(table.rowCount == rowCount)
  })
for column in ["x1", "x20"] {
  report(
    "column \(column) into Double",
    try median {
      let reader = try CSVColumnReader(path: path, column: column)
      let numbers = try reader.readRemaining(as: Double.self)
      precondition(numbers.count == rowCount)
    })
}
report("strtod over the same bytes", median { precondition(sumWithStrtod(path).isFinite) })
