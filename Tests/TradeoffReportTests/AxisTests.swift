// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import _TestSupport

@testable import _TradeoffReport

@Suite struct AxisTests {
  private func labels(_ scale: Axis.Scale, _ domain: ClosedRange<Double>) -> [String] {
    Axis(scale, domain, from: 0, to: 1).ticks.map(\.label)
  }

  @Test func linearTicksAreRound() {
    #expect(labels(.linear, 0...1) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(.linear, 0.4...1) == ["0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0"])
    #expect(
      labels(.linear, 0.34...0.46) == ["0.34", "0.36", "0.38", "0.40", "0.42", "0.44", "0.46"])
    #expect(labels(.linear, 0...1200) == ["0", "200", "400", "600", "800", "1000", "1200"])
    #expect(labels(.linear, -3...3) == ["-3", "-2", "-1", "0", "1", "2", "3"])
  }

  @Test func logarithmicTicksArePowersOfTen() {
    #expect(labels(.logarithmic, 0.1...100) == ["0.1", "1", "10", "100"])
    #expect(labels(.logarithmic, 0.08...120) == ["0.1", "1", "10", "100"])
    // If there are few powers of ten, multiples of 2 and 5 also have labels; if there are few of
    // these, all ticks are round numbers.
    #expect(labels(.logarithmic, 0.5...20) == ["0.5", "1", "2", "5", "10", "20"])
    #expect(labels(.logarithmic, 6...8) == ["6.0", "6.5", "7.0", "7.5", "8.0"])
    // If there are many powers, only some have a label.
    #expect(labels(.logarithmic, 1e-12...1e12).count <= 8)
    #expect(labels(.logarithmic, 1e-300...1e300).count <= 8)
  }

  @Test func minorTicksAreTheOtherMultiples() {
    let axis = Axis(.logarithmic, 1...100, from: 0, to: 1)
    #expect(axis.minorTicks == [2, 3, 4, 5, 6, 7, 8, 9, 20, 30, 40, 50, 60, 70, 80, 90])
    #expect(Axis(.linear, 0...1, from: 0, to: 1).minorTicks.isEmpty)
    #expect(Axis(.logarithmic, 1e-12...1e12, from: 0, to: 1).minorTicks.isEmpty)
  }

  @Test func positions() {
    let linear = Axis(.linear, 0.5...1, from: 10, to: 110)
    #expect(linear.position(0.5) == 10 && linear.position(1) == 110 && linear.position(0.75) == 60)
    let logarithmic = Axis(.logarithmic, 0.1...1000, from: 400, to: 0)
    #expect(logarithmic.position(0.1) == 400 && logarithmic.position(1000) == 0)
    #expect(abs(logarithmic.position(10) - 200) < 1e-9)
  }

  /// On any domain the ticks are few, ascending and inside the domain, and the labels state their
  /// values.
  @Test func ticksOfRandomDomains() throws {
    var generator = SeededGenerator(seed: 91)
    for _ in 0..<2000 {
      let low = Double.random(in: -1...1, using: &generator) * exponential(-6...6, &generator)
      let linear = low...(low + exponential(-6...6, &generator))
      // In a narrower domain the labels would be long.
      if (linear.upperBound - linear.lowerBound) > 0.01 * abs(low) {
        try check(Axis(.linear, linear, from: 0, to: 1), counts: 3...9)
      }
      let first = exponential(-20...20, &generator)
      let ratio = 1.2 + exponential(-1...20, &generator)
      try check(Axis(.logarithmic, first...(first * ratio), from: 0, to: 1), counts: 2...9)
    }
  }

  private func exponential(_ exponents: ClosedRange<Double>, _ generator: inout SeededGenerator)
    -> Double
  {
    Double.random(in: exponents, using: &generator).powerOfTen
  }

  private func check(_ axis: Axis, counts: ClosedRange<Int>) throws {
    let ticks = axis.ticks
    #expect(counts.contains(ticks.count), "\(axis.scale) \(axis.domain): \(ticks.map(\.label))")
    let span = axis.domain.upperBound - axis.domain.lowerBound
    #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value })
    for tick in ticks {
      #expect(
        tick.value >= axis.domain.lowerBound - 1e-9 * span
          && tick.value <= axis.domain.upperBound + 1e-9 * span)
      let said = try #require(Double(tick.label))
      #expect(abs(said - tick.value) <= 1e-6 * span, "\(tick) on \(axis.domain)")
    }
    #expect(Set(ticks.map(\.label)).count == ticks.count)
  }

  @Test func domainsOfShares() {
    #expect(ClosedRange.shares([]) == 0...1)
    #expect(ClosedRange.shares([0.43, 1]) == 0.4...1)
    #expect(ClosedRange.shares([0, 1]) == 0...1)
    // At least a tenth wide, and inside [0, 1].
    for value in [0, 0.5, 0.999, 1] {
      let domain = ClosedRange.shares([value])
      #expect(domain.contains(value) && domain.lowerBound >= 0 && domain.upperBound <= 1)
      #expect(domain.upperBound - domain.lowerBound >= 0.1 - 1e-12)
    }
  }

  @Test func domainsOfWeights() {
    for weights in [
      [1.0], [0.1, 100], [1e-300, 1e300], [.leastNonzeroMagnitude], [.greatestFiniteMagnitude],
    ] {
      let domain = ClosedRange.weights(weights)
      #expect(
        domain.lowerBound > 0 && domain.upperBound.isFinite && domain.lowerBound < domain.upperBound
      )
      #expect(weights.allSatisfy { domain.contains($0) || !(1e-300...1e300).contains($0) })
      let axis = Axis(.logarithmic, domain, from: 0, to: 100)
      #expect(weights.allSatisfy { axis.position($0).isFinite })
      #expect(axis.ticks.count <= 9)
    }
  }
}
