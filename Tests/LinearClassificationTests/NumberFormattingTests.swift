// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing

@Suite struct NumberFormattingTests {
  @Test(arguments: [
    (0.95123, 3, "0.951"), (3.98107, 3, "3.98"), (100, 3, "100"), (0.1, 3, "0.1"), (0, 3, "0"),
    (-0.0004996, 3, "-0.0005"), (12345.6, 3, "12346"), (999.96, 4, "1000"), (0.99996, 4, "1"),
    (1.2345e-7, 2, "1.2e-7"), (9.99e-6, 2, "1e-5"), (2.5e12, 3, "2.5e12"), (-9.996e20, 3, "-1e21"),
    (.infinity, 3, "inf"), (.nan, 3, "nan"), (578, 3, "578"), (1e-4, 3, "0.0001"),
    (1234567, 3, "1234567"),
    (.leastNonzeroMagnitude, 3, "4.94e-324"), (.greatestFiniteMagnitude, 3, "1.8e308"),
  ])
  func formatted(_ number: Double, digits: Int, text: String) {
    #expect(number.formatted(digits) == text)
  }

  @Test func fixedAndGrouped() {
    #expect(0.9996.fixed(3) == "1.000" && (-0.0004).fixed(3) == "0.000" && 12.34.fixed(1) == "12.3")
    #expect(0.5.fixed(0) == "1" && 1234567.0.fixed(2) == "1234567" && Double.nan.fixed(2) == "nan")
    #expect(
      284807.grouped == "284,807" && 0.grouped == "0" && (-1234567).grouped == "-1,234,567"
        && 999.grouped == "999")
  }
}
