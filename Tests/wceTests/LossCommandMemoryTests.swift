// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@Suite struct LossCommandMemoryTests {
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status"), "there is no /proc"))
  func filesLargerThanMemoryAreStreamed() throws {
    let place = try Workplace()
    let count = 16 << 20
    // 64 MiB each. Holes read as zeros and take no space.
    let header = NPYFile("<f4", [count], [Float]()).bytes
    for name in ["lx.npy", "lz.npy"] {
      try place.write(header, to: name)
      #expect(truncate(place.directory.file(name), header.count + 4 * count) == 0)
    }
    let run = try place.tool.start(["loss", "lx.npy", "lz.npy", "--json"])
    let outcome = try run.wait(meanwhile: run.notePeakMemory)
    #expect(outcome.output.contains("\"count\":16777216,"))
    #expect(outcome.output.contains("\"mean\":0.6931472,"))
    #expect(run.peakMemory > 1 << 20, "the measurement works")
    #expect(run.peakMemory < 40 << 20, "\(run.peakMemory >> 20) MiB")
  }
}
