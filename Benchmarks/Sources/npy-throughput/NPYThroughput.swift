// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Throughput
import _DataFiles

@main
struct NPYThroughput: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "npy-throughput",
    abstract: "Measure how fast a .npy file is streamed into a buffer of 65,536 numbers.",
    discussion: """
      For each type and order. The file is in the page cache. Figures are medians of five runs; \
      the last line is the peak resident memory.
      """)

  @Argument(help: "The size of each file.") var megabytes = 400

  func run() throws {
    let byteCount = megabytes * 1_000_000
    let types = [
      ("<f4", 4), ("<f8", 8), (">f4", 4), ("<f2", 2), ("|u1", 1), ("<i4", 4), ("<i8", 8),
    ]
    for (code, size) in types {
      try withFile(code, fortran: false, [byteCount / size]) { path in
        try measure("\(code) C", path, as: Float.self)
        try measure("\(code) C", path, as: Double.self)
      }
    }
    let count = byteCount / 4
    for columns in [30, 1000, 100_000] {
      try withFile("<f4", fortran: true, [count / columns, columns]) {
        try measure("<f4 Fortran, \(columns) columns", $0, as: Float.self)
      }
    }
    for rows in [3, 300] {
      try withFile("<f4", fortran: true, [rows, count / rows]) {
        try measure("<f4 Fortran, \(rows) rows", $0, as: Float.self)
      }
    }
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    // Darwin counts bytes, the others KiB.
    #if canImport(Darwin)
      let shift = 20
    #else
      let shift = 10
    #endif
    print("peak resident memory \(usage.ru_maxrss >> shift) MiB")
  }

  /// Calls `body` with the path of a file of zeros that has a dtype code and a shape.
  private func withFile(
    _ code: String, fortran: Bool, _ shape: [Int], _ body: (String) throws -> Void
  ) throws {
    try withTemporaryFile("throughput.npy") { path in
      let order = fortran ? "True" : "False"
      let lengths = shape.map { "\($0)," }.joined()
      let text = "{'descr': '\(code)', 'fortran_order': \(order), 'shape': (\(lengths))}"
      let padded = text + String(repeating: " ", count: 127 - 10 - text.utf8.count) + "\n"
      let file = try AtomicFile(path: path)
      let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]
      try file.write((magic + Array(padded.utf8)).span.bytes)
      let block = [UInt8](repeating: 0, count: 1 << 20)
      var rest = shape.reduce(code.utf8.last.map { Int($0) - 48 } ?? 1, *)
      while rest > 0 {
        try file.write(Array(block.prefix(rest)).span.bytes)
        rest -= min(rest, block.count)
      }
      try file.commit()
      try body(path)
    }
  }

  private func measure<Scalar: NumericScalar>(
    _ name: String, _ path: String, as type: Scalar.Type
  ) throws {
    var buffer = [Scalar](repeating: 0, count: 1 << 16)
    var byteCount = 0
    let seconds = try medianSeconds {
      let reader = try NPYReader(path: path)
      while true {
        var span = buffer.mutableSpan
        if try reader.read(into: &span) == 0 { break }
      }
      byteCount = reader.progress.byteCount
    }
    print("\(name) into \(type)\t\((Double(byteCount) / seconds / 1e7).rounded() / 100) GB/s")
  }
}
