// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@Suite struct SeededGeneratorTests {
  @Test("The sequence is the published one of SplitMix64") func sequence() {
    var generator = SeededGenerator(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
    ]
    #expect((0..<3).map { _ in generator.next() } == expected)
  }

  @Test("Samples have the documented distribution") func samples() {
    var generator = SeededGenerator(seed: 31)
    let logits: [Float] = generator.logits(8000)
    #expect(logits.allSatisfy { $0.isFinite })
    #expect(logits.contains { $0 > 1e30 } && logits.contains { $0 < -1e30 })
    #expect(logits.contains { $0.magnitude < 1e-30 } && logits.count { $0.magnitude < 12 } > 4000)
    #expect(logits.contains { (87.5...104).contains($0) })
    let targets: [Double] = generator.targets(6000)
    #expect(targets.allSatisfy { (0...1).contains($0) })
    #expect(targets.count { $0 == 0 } > 1500 && targets.count { $0 == 1 } > 1500)
    #expect(
      targets.contains { $0 > 0 && $0 < 1e-10 } && targets.contains { $0 < 1 && $0 > 1 - 1e-5 })
    let weights: [Float] = generator.weights(1000)
    #expect(
      (100...300).contains(weights.count { $0 == 0 }) && weights.allSatisfy { (0...4).contains($0) }
    )
    let uniform: [Double] = generator.uniform(1000, in: -3 ... -2)
    #expect(uniform.allSatisfy { (-3 ... -2).contains($0) } && Set(uniform).count == 1000)
  }

  @Test("Every kind of damage occurs") func damage() {
    var generator = SeededGenerator(seed: 7)
    let original = Array(repeating: UInt8(ascii: "a"), count: 50)
    var results: [[UInt8]] = []
    for _ in 0..<500 { results.append(generator.damaged(original, alphabet: [0x62], times: 1...1)) }
    #expect(results.contains { $0.count < 30 } && results.contains { (31..<50).contains($0.count) })
    #expect(
      results.contains { $0.count == 51 && $0.contains(0x62) } && results.contains { $0.count > 60 }
    )
    #expect(results.contains { $0.count == 50 && !$0.contains(0x62) && Set($0).count == 2 })
    #expect(generator.damaged(original, alphabet: [0x62], times: 0...0) == original)
    #expect(generator.damaged([], alphabet: [0x62], times: 3...3) == [])
  }
}
