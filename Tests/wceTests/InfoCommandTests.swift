// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WeightedCrossEntropy
import _TestSupport
import _Version
import _WorkerThreads

@Suite struct InfoCommandTests {
  /// The values of the report by name.
  private func lines(_ environment: [String: String] = [:]) throws -> [String: String] {
    let outcome = try Tool(environment: environment).run("info")
    #expect(outcome.status == 0 && outcome.errors == "")
    let pairs = outcome.output.split(separator: "\n").map { line in
      (String(line.prefix(20).reversed().drop { $0 == " " }.reversed()), String(line.dropFirst(20)))
    }
    #expect(
      pairs.map(\.0).filter { $0 != "" } == [
        "version", "processor features", "instruction sets", "in use", "threads", "GPUs",
      ])
    return Dictionary(pairs) { "\($0)\n\($1)" }
  }

  @Test func report() throws {
    let lines = try lines()
    #expect(lines["version"] == WCE_VERSION)
    let sets = InstructionSet.available.map(\.rawValue)
    #expect(lines["instruction sets"] == sets.joined(separator: ", "))
    #expect(lines["in use"] == sets.last)
    #expect(lines["threads"] == "\(WorkerThreads.processorCount)")
    let features = try #require(lines["processor features"]).split(separator: ", ").map(String.init)
    #if arch(x86_64)
      #expect(features.first == "sse2")
      // A set is available if and only if all its features are present.
      #expect(
        Set(features).isSuperset(of: ["avx", "fma", "f16c", "avx2"]) == sets.contains("avx2"))
      let wide = ["avx", "fma", "f16c", "avx2", "avx512f", "avx512dq", "avx512bw", "avx512vl"]
      #expect(Set(features).isSuperset(of: wide) == sets.contains("avx512"))
    #elseif arch(arm64)
      #expect(features == ["neon"])
    #endif
  }

  @Test(arguments: InstructionSet.allCases)
  func theEnvironmentSelectsAnInstructionSet(_ set: InstructionSet) throws {
    let environment = ["WCE_INSTRUCTION_SET": set.rawValue]
    if set.isAvailable {
      #expect(try lines(environment)["in use"] == set.rawValue)
    } else {
      #expect(try Tool(environment: environment).run("info") == Self.unavailable(set.rawValue))
    }
  }

  @Test func unknownSet() throws {
    let place = try Workplace()
    let tool = Tool(directory: place.directory.path, environment: ["WCE_INSTRUCTION_SET": "sse9"])
    #expect(try tool.run("info") == Self.unavailable("sse9"))
    #expect(try tool.run("loss", "x.npy", "z.npy") == Self.unavailable("sse9"))
    // Help works anyway.
    #expect(try tool.run("--help").status == 0)
    #expect(try tool.run("--version") == Outcome(output: "\(WCE_VERSION)\n"))
  }

  @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/dev/nvidia0"), "there is a GPU"))
  func noGPU() throws {
    #expect(try lines()["GPUs"] == "none: no CUDA driver: libcuda.so.1 not found")
  }

  @Test func everyGPUHasALine() throws {
    let place = try Workplace()
    let driver = URL(filePath: Tool.path).deletingLastPathComponent().appending(
      path: "lib_FakeCUDA.so")
    try FileManager.default.createSymbolicLink(
      at: URL(filePath: place.directory.path).appending(path: "libcuda.so.1"),
      withDestinationURL: driver)
    let lines = try lines(["LD_LIBRARY_PATH": place.directory.path])
    #expect(lines["GPUs"] == "Fake GPU 0, compute capability 9.0, 4.0 GiB")
    #expect(lines[""] == "Fake GPU 1, compute capability 9.0, 4.0 GiB")
  }

  private static func unavailable(_ name: String) -> Outcome {
    let available = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    return .failure(
      64,
      "WCE_INSTRUCTION_SET: the instruction set \(name) is not available here; choose one "
        + "of \(available)"
    )
  }

  @Test func help() throws {
    #expect(
      try Tool().run("info", "--help")
        == Outcome(
          output: """
            OVERVIEW: Print the version, the processor's features, the kernels in use, the
            number of threads and the GPUs.

            USAGE: wce info

            OPTIONS:
              --version               Show the version.
              -h, --help              Show help information.


            """))
    #expect(try Tool().run("info", "extra").status == 64)
  }
}
