// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WeightedCrossEntropy

/// The library computes the numbers on the pages.
@Suite("Numbers in the documentation")
struct NumberTests {
  @Test func cancellationInThePublishedForm() throws {
    let tables = try Documentation.guide("Numerics").tables.filter {
      $0.header.contains("published form")
    }
    #expect(tables.count == 2)
    for table in tables {
      let rows = try table.rows.map { row in
        let value = try #require(Float(row[0]))
        let isWeight = table.header[0] == "q"
        let element = LossCase(
          quantity: .loss, logit: isWeight ? 0 : value, target: isWeight ? 1 : 0,
          positiveWeight: isWeight ? value : 1)
        let computed = try element.computed()
        #expect(
          computed.allSatisfy { $0 == computed[0] }, "\(row[0]): the variants differ, \(computed)")
        // The exact value for the decimal weight, which Float cannot represent.
        let exact = isWeight ? try #require(Double(row[0])) * log(2) : element.exact
        return [row[0], "\(element.publishedLoss)", "\(computed[0])", nineDigits(exact)]
      }
      let expected = MarkdownTable(header: table.header, rows: rows)
      #expect(table == expected, "the table should be\n\(expected)")
    }
  }

  @Test func comparisonOnTheFirstPage() throws {
    let table = try #require(try Documentation.page("README.md").table(with: "this library"))
    let rows = try table.rows.map { row in
      let parts = try #require(
        row[0].firstMatch(of: /^(loss|gradient) .*: x = ([^,]+), z = ([^,]+)(?:, q = (.+))?$/))
      let element = LossCase(
        quantity: try #require(.init(rawValue: String(parts.1))),
        logit: try #require(number(String(parts.2))),
        target: try #require(number(String(parts.3))),
        positiveWeight: try #require(number(String(parts.4 ?? "1"))))
      let computed = try element.computed()
      #expect(
        computed.allSatisfy { $0 == computed[0] }, "\(row[0]): the variants differ, \(computed)")
      #expect(element.error(of: computed[0]) <= element.bound)
      return [row[0], eightDigits(element.exact), eightDigits(Double(computed[0]))] + row[3...]
    }
    let expected = MarkdownTable(header: table.header, rows: rows)
    #expect(table == expected, "the table should be\n\(expected)")
  }

  @Test func comparisonWithThePeers() throws {
    let guide = try Documentation.guide("ComingFromTensorFlowAndPyTorch")
    let table = try #require(guide.table(with: "exact"))
    #expect(table.header[..<5] == ["", "x", "z", "q", "exact"])
    for row in table.rows {
      let element = LossCase(
        quantity: try #require(.init(rawValue: row[0])), logit: try #require(number(row[1])),
        target: try #require(number(row[2])), positiveWeight: try #require(number(row[3])))
      var exact = element.exact
      // The exact value for the decimal weight, which Float cannot represent.
      if row[3] != "1", row[3] != "3" {
        exact *= try #require(Double(row[3])) / Double(element.positiveWeight)
      }
      #expect(row[4] == eightDigits(exact), "\(row)")
      for result in try element.computed() {
        #expect(element.error(of: result) <= element.bound, "\(row): \(result)")
      }
      // TensorFlow's column is the arithmetic of the published form.
      if element.quantity == .loss, element.logit.isFinite {
        #expect(row[5] == eightDigits(Double(element.publishedLoss)), "\(row)")
      }
    }
    // The first page repeats some of the rows.
    for row in try #require(try Documentation.page("README.md").table(with: "this library")).rows {
      let parts = try #require(
        row[0].firstMatch(of: /^(\w+) .*: x = ([^,]+), z = ([^,]+)(?:, q = (.+))?$/))
      let key = [String(parts.1), String(parts.2), String(parts.3), String(parts.4 ?? "1")]
      let peers = try #require(
        table.rows.first { Array($0[..<4]) == key }, "\(key) is not in the guide's table")
      #expect(Array(row[3...]) == Array(peers[5...6]))
    }
  }

  @Test func accuracyConstants() throws {
    let table = try #require(try Documentation.guide("Numerics").table(with: "constant"))
    let constants = [
      "loss": MaximumError.loss, "softLoss": MaximumError.softLoss,
      "sigmoid": MaximumError.sigmoid, "softGradient": MaximumError.softGradient,
      "secondDerivative": MaximumError.secondDerivative,
      "targetDerivative": MaximumError.targetDerivative,
      "positiveWeightDerivative": MaximumError.positiveWeightDerivative,
      "smoothing": MaximumError.smoothing,
    ]
    #expect(table.rows.count == constants.count)
    for row in table.rows {
      let name = try #require(row[0].firstMatch(of: /``MaximumError\/(\w+)``/)).1
      #expect(Double(row[1]) == constants[String(name)], "\(name)")
    }
    let shown = try #require(
      try Documentation.text("README.md").firstMatch(of: /accuracy: the loss within (\d+) ULP/)
    ).1
    #expect(Double(shown) == MaximumError.loss)
  }

  @Test func infinities() throws {
    let loss = try WeightedCrossEntropyLoss<Double>(positiveWeight: 3)
    let z = [1.0, 0.25, 0, 0.25]
    let (losses, gradient) = try loss.lossWithGradient(
      logits: [.infinity, .infinity, -.infinity, -.infinity], targets: z)
    #expect(losses == [0, .infinity, 0, .infinity])
    #expect(gradient == [0, 0.75, 0, -0.75])
    let unweighted = try WeightedCrossEntropyLoss<Double>(positiveWeight: 0)
    #expect(unweighted(logit: -.infinity, target: 1) == 0)
  }

  @Test func subnormalNumbers() throws {
    for set in InstructionSet.available {
      let loss = try WeightedCrossEntropyLoss<Float>(instructionSet: set)
      #expect(try loss(logits: [-103, -104], targets: [0, 0]) == [.leastNonzeroMagnitude, 0])
    }
  }

  @Test func sumsDoNotOverflow() throws {
    let large = 1.7e308
    let loss = try WeightedCrossEntropyLoss<Double>()
    let (logits, targets) = (
      [Double](repeating: large, count: 10), [Double](repeating: 0, count: 10)
    )
    #expect(try loss.value(of: .mean, logits: logits, targets: targets) == large)
    #expect(try loss.value(of: .sum, logits: logits, targets: targets) == .infinity)
  }

  @Test func reproducibility() throws {
    let fused = InstructionSet.available.filter { $0 != .baseline }
    let logits = (0..<10_001).map { Float($0 % 397 - 200) / 7 }
    let targets = (0..<10_001).map { Float($0 % 3) / 2 }
    func results(_ set: InstructionSet, threads: Int) throws -> (Float, [Float]) {
      let loss = try WeightedCrossEntropyLoss<Float>(
        positiveWeight: 9, threads: threads, instructionSet: set)
      return try loss.valueWithGradient(of: .mean, logits: logits, targets: targets)
    }
    for set in InstructionSet.available {
      let (mean, gradient) = try results(set, threads: 1)
      let same = try fused.contains(set) ? results(fused[0], threads: 5) : results(set, threads: 5)
      #expect(mean == same.0 && gradient == same.1)
    }
  }
}
