// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

@testable import LinearClassification

@Suite struct ClassWeightsTests {
  @Test func rules() throws {
    #expect(try PositiveWeightRule.balanced.positiveWeight(positives: 4, negatives: 9) == 2.25)
    #expect(try PositiveWeightRule.squareRoot.positiveWeight(positives: 4, negatives: 9) == 1.5)
    let effective = PositiveWeightRule.effectiveNumber(beta: 0.5)
    // (1 - 1/8) / (1 - 1/4)
    let weight = try #require(try effective.positiveWeight(positives: 2, negatives: 3))
    #expect(abs(weight - 7.0 / 6) <= 1e-15)
  }

  /// The effective numbers interpolate between no weight and balance.
  @Test func limitsOfTheEffectiveNumber() throws {
    func weight(_ beta: Double) throws -> Double {
      try #require(
        try PositiveWeightRule.effectiveNumber(beta: beta)
          .positiveWeight(positives: 10, negatives: 990))
    }
    #expect(try weight(0) == 1)
    #expect(abs(try weight(1 - 0x1p-50) - 99) <= 1e-9)
    #expect(try weight(0.99) < weight(0.999) && weight(0.999) < 99)
  }

  @Test(arguments: [-0.1, 1, 1.5, .nan]) func invalidBeta(_ beta: Double) {
    #expect(throws: ClassificationError.self) {
      try PositiveWeightRule.effectiveNumber(beta: beta)
        .positiveWeight(positives: 1, negatives: 1)
    }
  }

  @Test func classesOfOneKindOfRow() throws {
    for rule in [PositiveWeightRule.balanced, .squareRoot, .effectiveNumber(beta: 0.9)] {
      #expect(try rule.positiveWeight(positives: 0, negatives: 3) == nil)
      #expect(try rule.positiveWeight(positives: 3, negatives: 0) == nil)
    }
    var counts = try ClassCounts(names: ["a", "b", "c"])
    try counts.append([0, 1, 1, 0, 1, 0].span)
    let weights = try ClassWeights(counts, rule: .balanced)
    #expect(weights.classes.map(\.isConstant) == [true, true, false])
    #expect(weights.positiveWeights == [1, 1, 1])
  }

  @Test func countsOfParts() throws {
    var generator = SeededGenerator(seed: 3)
    let targets = (0..<300).map { _ in Double.random(in: 0...1, using: &generator).rounded() }
    var whole = try ClassCounts(names: ["a", "b", "c"])
    try whole.append(targets.span)
    var parts = try ClassCounts(names: ["a", "b", "c"])
    for start in stride(from: 0, to: 300, by: 30) {
      let part = targets[start..<start + 30]
      try parts.append(part.span)
    }
    #expect(whole == parts && whole.rowCount == 100)
    for index in 0..<3 {
      let column = stride(from: index, to: 300, by: 3).map { targets[$0] }
      #expect(whole.positives[index] == column.reduce(0, +))
      #expect(whole.negatives(index) == 100 - whole.positives[index])
    }
  }

  @Test func capsInBothDirections() throws {
    var counts = try ClassCounts(names: ["rare", "common", "even"])
    for _ in 0..<9 { try counts.append([0, 1, 0].span) }
    for _ in 0..<1 { try counts.append([1, 0, 1].span) }
    #expect(try ClassWeights(counts, rule: .balanced).positiveWeights[0] == 9)
    #expect(try ClassWeights(counts, rule: .balanced, cap: 4).positiveWeights == [4, 0.25, 4])
    #expect(throws: ClassificationError.self) {
      try ClassWeights(counts, rule: .balanced, cap: 0.5)
    }
  }

  @Test func invalidTargets() throws {
    var counts = try ClassCounts(names: ["a", "b"])
    try counts.append([0, 1].span)
    let before = counts
    let error = #expect(throws: ClassificationError.self) { try counts.append([1, 0, 1, 2].span) }
    #expect(error == .invalidTarget(2, row: 3, column: "b"))
    #expect(throws: ClassificationError.self) { try counts.append([1].span) }
    #expect(throws: ClassificationError.self) { try ClassCounts(names: []) }
    #expect(counts == before)
  }

  @Test func filesReadBackTheSame() throws {
    var counts = try ClassCounts(names: ["a", "b"])
    try counts.append([0, 1, 1, 0, 0, 0].span)
    let weights = try ClassWeights(counts, rule: .balanced)
    let directory = try TemporaryDirectory()
    _ = try directory.write(weights.json(), to: "w.json")
    #expect(try ClassWeights.read(directory.file("w.json")) == weights)
    _ = try directory.write(
      weights.json().replacing("\"positiveWeight\" : 2", with: "\"positiveWeight\" : -2"),
      to: "w.json")
    let error = #expect(throws: ClassificationError.self) {
      try ClassWeights.read(directory.file("w.json"))
    }
    #expect(error?.code == .damagedModel)
  }
}
