// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LinearClassification
import SystemPackage

@testable import _DataFiles
@testable import wce

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `wce fit` and `wce predict` on files of any size, with little memory: a file may end in a hole
/// of up to 16 TiB. They succeed, or report an error about a file.
func fuzzFit(_ input: Input) {
  var input = input
  let memory = (24 + input.choice(below: 64)) << 20
  let exponent = input.choice(below: 90) - 45
  let files = Files(input.bytes, size: exponent > 9 ? 1 << exponent : 0)
  defer { files.all.forEach(Scratch.remove) }
  let model = Scratch.path("fitted.json")
  var options = [
    "--threads", input.choice(of: "1", "2"), "--l2", input.choice(of: "1", "0", "1e-9"),
  ]
  options += ["--pos-weight", input.choice(of: "1", "balanced", "3", "1e300")]
  let isWeighted = input.choice(of: false, true)
  if let targets = files.targets {
    options += ["--targets", targets] + (isWeighted ? ["--weights", targets] : [])
  } else {
    options += ["--target", "1"] + (isWeighted ? ["--weights", "2"] : [])
    options += ["--missing", input.choice(of: "error", "mean", "drop")]
    options += input.choice(of: [], ["--positive", "a"], ["--no-header"])
  }
  guard run(["fit", files.data, "--model", model] + options, memory: memory, files) else { return }
  do {
    let text = String(decoding: try contents(ofFile: model), as: UTF8.self)
    check(try Classifier.read(model).json() == text, "another model after reading")
  } catch { fatalError("the model is not read: \(error)") }
  let output = Scratch.path("predictions.csv")
  _ = run(["predict", files.data, "--model", model, "--output", output], memory: memory, files)
}

/// The files of a fit: a table, or two arrays, which an input holds one after the other.
private struct Files {
  let data: String
  /// nil for a table.
  let targets: String?

  init(_ bytes: [UInt8], size: Int) {
    let starts = bytes.indices.filter { bytes[$0...].starts(with: NPYHeader.magic) }
    if starts.first == 0 {
      let second = starts.last ?? 0
      let first = second == 0 ? bytes[...] : bytes[..<second]
      data = Scratch.write(first, to: "data.npy", size: size)
      targets = Scratch.write(bytes[second...], to: "targets.npy", size: size)
    } else {
      data = Scratch.write(bytes, to: "data.csv", size: size)
      targets = nil
    }
  }

  var all: [String] { [data] + (targets.map { [$0] } ?? []) }
}

/// Runs a command of the tool, and returns whether it succeeds.
private func run(_ arguments: [String], memory: Int, _ files: Files) -> Bool {
  do {
    var command = try WCE.parseAsRoot(arguments)
    try limitingMemory(to: memory) { try command.run() }
    return true
  } catch {
    guard let error = ToolError(reporting: error) else { fatalError("\(arguments): \(error)") }
    checkPlain(error.message)
    check([.usage, .badData, .systemError].contains(error.status), "\(arguments): \(error)")
    check(
      error.status == .usage || files.all.contains { error.message.contains($0) },
      "an error without its file: \(error.message)")
    return false
  }
}

/// Runs `body` with at most `byteCount` more bytes of address space.
///
/// libFuzzer's own limits end the process; here allocations must fail, as `wce` sees it. The
/// address sanitizer reserves terabytes of addresses at the start, so the limit is relative.
private func limitingMemory(to byteCount: Int, _ body: () throws -> Void) throws {
  let statistics = String(decoding: try contents(ofFile: "/proc/self/statm"), as: UTF8.self)
  guard let pages = statistics.split(separator: " ").first.flatMap({ Int($0) }) else {
    fatalError("/proc/self/statm: \(statistics)")
  }
  setLimit(rlim_t(pages * Int(getpagesize()) + byteCount))
  defer { setLimit(rlim_t.max) }
  try body()
}

private func setLimit(_ byteCount: rlim_t) {
  var limits = rlimit(rlim_cur: byteCount, rlim_max: .max)
  check(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0, "no limit of memory")
}
