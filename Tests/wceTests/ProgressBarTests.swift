// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import wce

@Suite struct ProgressBarTests {
  @Test(arguments: [1, 2, 5, 10, 20, 25, 40, 80, 300]) func itFitsAnyWidth(_ columns: Int) {
    for fraction in [0, 0.5, 1] {
      let line = ProgressBar.line("reading", fraction: fraction, columns: columns)
      #expect(line.count < columns)
      if columns >= 25 { #expect(line.hasPrefix("reading [") && line.hasSuffix(" %")) }
    }
    #expect(ProgressBar.line("reading", fraction: 0.5, columns: 300).count == 45)
  }
}
