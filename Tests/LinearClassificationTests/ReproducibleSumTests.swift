// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

@testable import LinearClassification

/// Sums that are the same in any order.
@Suite struct ReproducibleSumTests {
  private func exact(_ terms: [Double]) -> ExactAccumulator {
    var sum = ExactAccumulator()
    for term in terms { sum.add(term) }
    return sum
  }

  private static let least = Double.leastNonzeroMagnitude

  private static let cases: [(terms: [Double], sum: Double)] = [
    ([], 0), ([0.1], 0.1), ([1, 1e100, 1, -1e100], 2), ([-1, 0x1p-60], -1),
    ([0x1p1023, 0x1p1023, -0x1p1023], 0x1p1023), ([0x1p1023, 0x1p1023], .infinity),
    ([-0x1p1023, -0x1p1023], -.infinity), ([least, least], 2 * least),
    ([1, 0x1p-53], 1), ([1, 0x1p-53, least], 0x1.0000000000001p0),
    ([0x1.0000000000001p0, 0x1p-53], 0x1.0000000000002p0),
    ([-1, -0x1p-53, -least], -0x1.0000000000001p0),
    ([0x1p-1022, -least], 0x1p-1022 - least),
    ([.greatestFiniteMagnitude, -least], .greatestFiniteMagnitude),
  ]

  @Test(arguments: cases)
  func exactSums(terms: [Double], sum: Double) {
    #expect(exact(terms).value == sum)
    #expect(exact(terms.reversed()).value == sum)
  }

  @Test func exactSumsOfManyNumbers() {
    var generator = SeededGenerator(seed: 95)
    let terms = (0..<3000).map { _ in
      generator.normal() * Double(sign: .plus, exponent: Int.random(in: -40...40), significand: 1)
    }
    let sum = exact(terms).value
    #expect(sum == ExactSum(terms).value)
    #expect(exact(terms.shuffled(using: &generator)).value == sum)
    var merged = exact(Array(terms[2000...]))
    merged.add(exact(Array(terms[..<2000])))
    #expect(merged.value == sum)
    merged.add(exact(terms.map { -$0 }))
    #expect(merged.value == 0)
  }

  /// The rounding error of a product counts.
  @Test func products() {
    var sum = ExactAccumulator()
    sum.add(product: 1 + 0x1p-30, 1 - 0x1p-30)
    sum.add(-1)
    #expect(sum.value == -0x1p-60)
  }

  /// Blocks of any magnitudes add to the same bits in any order and grouping, close to the exact
  /// sums.
  @Test(arguments: [1, 0x1p-990, 0x1p1000, 1000 * least, 0x1.8p1021])
  func binnedSums(scale: Double) {
    var generator = SeededGenerator(seed: 96)
    let blocks = (0..<500).map { _ in
      (0..<4).map { _ in
        let exponent = -Int.random(in: 0...90, using: &generator)
        return Double(sign: .plus, exponent: exponent, significand: scale)
          * Double.random(in: -1...1, using: &generator)
      }
    }
    func sum(_ blocks: some Sequence<[Double]>) -> BinnedSums {
      var sums = BinnedSums(groups: [1, 3])
      for block in blocks { sums.add(block) }
      return sums
    }
    let whole = sum(blocks)
    #expect(whole.blockCount == 500)
    // In order of their magnitudes, the units grow many times.
    let sorted = blocks.sorted { $0[1].magnitude < $1[1].magnitude }
    for order in [sorted, sorted.reversed(), blocks.shuffled(using: &generator)] {
      #expect(sum(order) == whole)
      for size in [1, 7, 300] {
        var merged = BinnedSums(groups: [1, 3])
        for start in stride(from: 0, to: 500, by: size).reversed() {
          merged.merge(sum(order[start..<min(start + size, 500)]))
        }
        #expect(merged == whole)
      }
    }
    for index in 0..<4 {
      let group = index == 0 ? 0..<1 : 1..<4
      let largest = blocks.map { $0[group].map(\.magnitude).max()! }.max()!
      let exact = ExactSum(blocks.map { $0[index] }).value
      let error = abs(whole.values[index] - exact)
      #expect(error <= exact.ulp + 500 * max(0x1p-56 * largest, 0x1p-1023))
    }
  }

  /// A number that is not finite makes only its group NaN.
  @Test(arguments: [Double.nan, .infinity, -0x1p1023])
  func numbersThatAreNotFinite(number: Double) {
    var sums = BinnedSums(groups: [1, 2, 1])
    sums.add([1, 2, 3, 4])
    var other = BinnedSums(groups: [1, 2, 1])
    other.add([1, 0, number, 4])
    other.add([1, 2, 3, 4])
    sums.merge(other)
    #expect(sums.values[0] == 3 && sums.values[1].isNaN && sums.values[2].isNaN)
    #expect(sums.values[3] == 12)
  }
}
