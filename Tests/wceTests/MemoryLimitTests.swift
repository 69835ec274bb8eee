// SPDX-License-Identifier: Apache-2.0
#if os(Linux)
  import Foundation
  import Testing
  import _TestSupport

  /// Runs with little memory: each succeeds, or ends with one line and the exit status 71.
  @Suite struct MemoryLimitTests {
    let place: Workplace
    init() throws { place = try Workplace() }

    /// Runs the tool with a limit of its address space.
    private func run(_ command: String, kibibytes: Int) throws -> Outcome {
      var tool = place.tool
      tool.timeLimit = .seconds(60)
      return try tool.shell("ulimit -v \(kibibytes); wce \(command)")
    }

    /// The least limit with which the program starts, in KiB: the libraries take most of it.
    private func leastLimit() throws -> Int {
      var (low, high) = (0, 1 << 22)
      while high - low > 256 {
        let middle = (low + high) / 2
        if try run("--version", kibibytes: middle).status == 0 {
          high = middle
        } else {
          low = middle
        }
      }
      // The addresses of libraries are random, so the limit varies a little.
      return high + 1024
    }

    /// Writes an array of zeros that takes no space.
    private func writeZeros(_ dtype: String, _ shape: [Int], size: Int, to name: String) throws {
      let header = NPYFile(dtype, shape, [Int8]()).bytes
      try place.write(header, to: name)
      let length = header.count + shape.reduce(size, *)
      try #require(truncate(place.directory.file(name), off_t(length)) == 0)
    }

    /// Writes features, and targets for their rows and for their elements.
    private func writeRows() throws {
      var generator = SeededGenerator(seed: 3)
      let rows = 40_000
      let block = (0..<2000).map { _ in Float.random(in: -1...1, using: &generator) }
      let features = Array(repeatElement(block, count: rows * 20 / block.count).joined())
      try place.write(NPYFile("<f4", [rows, 20], features).bytes, to: "lx.npy")
      try writeZeros("|u1", [rows, 20], size: 1, to: "lu.npy")
      try place.write(
        NPYFile("|u1", [rows], (0..<rows).map { UInt8($0 / 100 % 2) }).bytes, to: "lz.npy")
    }

    private func isOneLine(_ text: String) -> Bool {
      text.hasPrefix("wce: ") && text.hasSuffix("\n") && text.count { $0.isNewline } == 1
    }

    @Test(arguments: [
      "fit lx.npy --targets lz.npy --model m.json",
      "loss lx.npy lu.npy --reduction sum --gradient g.npy",
    ])
    func everyLimit(command: String) throws {
      try writeRows()
      let names = try place.directory.names()
      let least = try leastLimit()
      var statuses: Set<Int32> = []
      // From one at which the program starts to one at which it works.
      for limit in Array(stride(from: 0, to: 8192, by: 512))
        + stride(from: 8192, to: 65_536, by: 4096)
      {
        let outcome = try run(command, kibibytes: least + limit)
        statuses.insert(outcome.status)
        if outcome.status == 0 { break }
        #expect(outcome.status == 71 && isOneLine(outcome.errors), "\(limit) KiB: \(outcome)")
        #expect(outcome.output == "")
        #expect(try place.directory.names() == names)
      }
      #expect(statuses == [0, 71])
    }

    /// Sizes that no memory holds.
    @Test func sparseFiles() throws {
      try writeZeros("|i1", [1_000_000_000_000, 5], size: 1, to: "rows.npy")
      try writeZeros("|i1", [5, 1_000_000_000_000], size: 1, to: "columns.npy")
      try writeZeros("<f4", [1 << 40], size: 4, to: "logits.npy")
      try writeZeros("|i1", [1 << 40], size: 1, to: "bytes.npy")
      try place.write("a,b\n1,0\n2,1\n", to: "big.csv")
      try #require(truncate(place.directory.file("big.csv"), 200 << 30) == 0)
      try place.write("old", to: "m.json")
      try #require(symlink("/dev/zero", place.directory.file("zero.json")) == 0)
      let names = try place.directory.names()
      let least = try leastLimit()
      for (command, statuses) in [
        ("fit rows.npy --targets z.npy --model m.json", [71]),
        ("fit columns.npy --targets z.npy --model m.json", [65]),
        ("fit x.npy --targets bytes.npy --model m.json", [65]),
        ("loss logits.npy bytes.npy --pos-weights bytes.npy --axis 0", [71]),
        ("loss x.npy z.npy --pos-weights bytes.npy --axis 1", [65]),
        ("fit big.csv --target b --model m.json", [65, 71]),
        ("predict --model zero.json t.csv", [65, 71]),
      ] as [(String, Set<Int32>)] {
        for mebibytes in [8, 32] {
          let outcome = try run(command, kibibytes: least + mebibytes << 10)
          #expect(
            statuses.contains(outcome.status) && isOneLine(outcome.errors),
            "\(command), \(mebibytes) MiB: \(outcome)")
          #expect(try place.directory.names() == names)
          #expect(try place.text("m.json") == "old")
        }
      }
    }

    /// The limit of the control group, which mapping memory ignores.
    @Test(
      .enabled(if: FaultyRuns.areAvailable, "needs a C compiler"),
      arguments: ["memory.max", "memory/memory.limit_in_bytes"])
    func controlGroups(file: String) throws {
      try writeRows()
      let group = try TemporaryDirectory()
      try FileManager.default.createDirectory(
        atPath: group.file("memory"), withIntermediateDirectories: false)
      var tool = place.tool
      tool.environment = ["LD_PRELOAD": try FaultyRuns.library.get(), "FAULT_GROUP": group.path]
      let command = ["fit", "lx.npy", "--targets", "lz.npy", "--model", "m.json"]
      for (limit, status) in [("max", 0), ("1073741824", 0), ("16777216", 71)] {
        _ = try group.write(limit + "\n", to: file)
        let outcome = try tool.run(command)
        #expect(outcome.status == status, "\(limit): \(outcome)")
        #expect(outcome.status == 0 || isOneLine(outcome.errors), "\(outcome)")
      }
    }
  }
#endif
