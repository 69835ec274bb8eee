// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import LinearClassification

/// The order of scores, which is that of a stable sort.
@Suite struct RankedTests {
  private static let lists: [[Double]] = {
    var generator = SeededGenerator(seed: 95)
    let normal = (0..<400).map { _ in generator.normal() }
    return [
      [], [3], [2, 2, 2], [0, -0.0, 0, -0.0, 1], normal, normal.map { $0.rounded() },
      // Almost all in one bucket.
      normal + [1e300], normal.map { $0 < 0 ? 5 : $0 * 1e-9 } + [-1e9],
      // A range that overflows, and one that underflows.
      [1, -.greatestFiniteMagnitude, 2, .greatestFiniteMagnitude, 1],
      [0, .leastNonzeroMagnitude, 0, -.leastNonzeroMagnitude],
    ]
  }()

  @Test(arguments: lists) func isAStableSort(_ numbers: [Double]) {
    for included in [{ _ in true }, { $0 % 3 != 1 }] as [(Int) -> Bool] {
      let expected = numbers.indices.filter(included).sorted {
        numbers[$0] != numbers[$1] ? numbers[$0] > numbers[$1] : $0 < $1
      }
      #expect(numbers.ranked(where: included).map { Int($0) } == expected)
    }
  }
}
