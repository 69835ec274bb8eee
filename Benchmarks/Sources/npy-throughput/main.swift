// SPDX-License-Identifier: Apache-2.0
// The speed of reading a .npy file into a buffer of 65,536 numbers, by type and order.
//
//   swift run -c release --package-path Benchmarks npy-throughput [MEGABYTES]
//
// The file is in the page cache. Each figure is the median of five runs. The last line is the peak
// resident memory.

import Foundation
import _DataFiles

let byteCount = (CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 400) * 1_000_000
let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
let path = "\(directory)/npy-throughput-\(getpid()).npy"
defer { unlink(path) }

/// Writes a file of zeros with this dtype code and shape.
func write(_ code: String, fortran: Bool, _ shape: [Int]) throws {
  let text =
    "{'descr': '\(code)', 'fortran_order': \(fortran ? "True" : "False"), "
    + "'shape': (\(shape.map { "\($0)," }.joined()))}"
  let padded = text + String(repeating: " ", count: 127 - 10 - text.utf8.count) + "\n"
  let file = try AtomicFile(path: path)
  try file.write(
    ([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) as [UInt8]).span.bytes)
  let size = code.utf8.last.map { Int($0) - 48 } ?? 1
  let block = [UInt8](repeating: 0, count: 1 << 20)
  var rest = shape.reduce(size, *)
  while rest > 0 {
    try file.write(Array(block.prefix(rest)).span.bytes)
    rest -= min(rest, block.count)
  }
  try file.commit()
}

func measure<Scalar: NumericScalar>(_ name: String, as type: Scalar.Type) throws {
  let clock = ContinuousClock()
  var times: [Double] = []
  var buffer = [Scalar](repeating: 0, count: 1 << 16)
  var total = 0
  for _ in 0..<5 {
    let time = try clock.measure {
      let reader = try NPYReader(path: path)
      while true {
        var span = buffer.mutableSpan
        if try reader.read(into: &span) == 0 { break }
      }
      total = reader.progress.byteCount
    }
    times.append(Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
  }
  print("\(name) into \(type)\t\((Double(total) / times.sorted()[2] / 1e7).rounded() / 100) GB/s")
}

for (code, size) in [
  ("<f4", 4), ("<f8", 8), (">f4", 4), ("<f2", 2), ("|u1", 1), ("<i4", 4), ("<i8", 8),
] {
  try write(code, fortran: false, [byteCount / size])
  try measure("\(code) C", as: Float.self)
  try measure("\(code) C", as: Double.self)
}
for columns in [30, 1000, 100_000] {
  try write("<f4", fortran: true, [byteCount / 4 / columns, columns])
  try measure("<f4 Fortran, \(columns) columns", as: Float.self)
}
for rows in [3, 300] {
  try write("<f4", fortran: true, [rows, byteCount / 4 / rows])
  try measure("<f4 Fortran, \(rows) rows", as: Float.self)
}
var usage = rusage()
#if canImport(Glibc)
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
#else
  getrusage(RUSAGE_SELF, &usage)
#endif
// Darwin counts bytes, other systems KiB.
#if canImport(Darwin)
  usage.ru_maxrss >>= 10
#endif
print("peak resident memory \(usage.ru_maxrss >> 10) MiB")
