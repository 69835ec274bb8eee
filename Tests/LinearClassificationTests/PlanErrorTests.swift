// SPDX-License-Identifier: Apache-2.0
import Testing
import WeightedCrossEntropy
import _TestSupport

@testable import LinearClassification

/// Answers that are not those of all rows, and bytes that are damaged.
@Suite struct PlanErrorTests {
  private let features: FeatureMatrix
  private let targets: [Double]
  private let schema: PlanSchema
  private let size = PlanRows.rowsPerBlock

  init() throws {
    (features, targets) = TestData.problem(rows: 3 * size + 10, columns: 2, seed: 210)
    schema = try PlanSchema(features)
  }

  private func part(_ block: Int, firstBlock: Int? = nil) throws -> PlanRows {
    let range = block * size..<min((block + 1) * size, targets.count)
    return try PlanRows(
      features.rows(Array(range)), targets: Array(targets[range]), firstBlock: firstBlock ?? block)
  }

  private func answer(_ request: PlanRequest, _ blocks: [Int]) throws -> PlanAnswer {
    var all = try part(blocks[0]).answer(request)
    for block in blocks.dropFirst() { try all.merge(part(block).answer(request)) }
    return all
  }

  private func plan(rowCount: Int? = nil) throws -> LogisticRegression.Plan {
    try LogisticRegression.Plan(LogisticRegression(), schema: schema, rowCount: rowCount)
  }

  /// A plan survives wrong answers, and ends as if it had not received them.
  @Test func wrongAnswers() throws {
    var plan = try plan()
    let first = try #require(plan.request)
    let all = [0, 1, 2, 3]
    let kept = try answer(first, all)
    #expect(classificationError { _ = try answer(first, [0, 1, 0]) }?.code == .repeatedBlock)
    var merged = kept
    #expect(classificationError { try merged.merge(part(2).answer(first)) }?.code == .repeatedBlock)
    #expect(merged.bytes == kept.bytes && kept.blockCount == 4 && kept.rowCount == 3 * size + 10)
    try plan.receive(kept)
    while let request = plan.request {
      #expect(classificationError { try plan.receive(kept) }?.code == .otherRequest)
      for blocks in [[1, 2, 3], [0, 1, 2], [0, 1, 3], [0]] {
        #expect(
          classificationError { try plan.receive(answer(request, blocks)) }?.code == .missingRows)
      }
      #expect(
        classificationError { _ = try merged.merge(answer(request, [0])) }?.code == .otherRequest)
      #expect(plan.request?.bytes == request.bytes)
      try plan.receive(answer(request, all.reversed()))
    }
    #expect(try plan.model == LogisticRegression().fit(features, targets: targets))
    #expect(classificationError { try plan.receive(kept) }?.code == .otherRequest)
    var counted = try self.plan(rowCount: targets.count)
    let missing = classificationError { try counted.receive(answer(first, [0, 2, 3])) }
    #expect(missing?.code == .missingRows)
    #expect(missing?.description.contains("\(2 * size + 10) of \(3 * size + 10) rows") == true)
    try counted.receive(answer(first, all))
  }

  @Test func blocksAreFewRanges() throws {
    var blocks = PlanBlocks(0..<0)
    for first in [8, 0, 4, 12, 2, 6, 10, 14] { try blocks.merge(PlanBlocks(first..<first + 2)) }
    #expect(blocks.ranges == [0..<16])
    try blocks.merge(PlanBlocks(20..<21))
    #expect(blocks.count == 17 && blocks.ranges.count == 2)
    for repeated in [0..<1, 15..<17, 19..<22, 20..<21] {
      #expect(throws: ClassificationError.self) {
        var union = blocks
        try union.merge(PlanBlocks(repeated))
      }
    }
  }

  @Test func invalidRows() throws {
    let request = try #require(try plan().request)
    func error(
      _ columns: [FeatureMatrix.Column], _ targets: [Double], weights: [Double]? = nil
    ) -> ClassificationError? {
      classificationError {
        _ = try PlanRows(FeatureMatrix(columns: columns), targets: targets, weights: weights)
          .answer(request)
      }
    }
    let good = FeatureMatrix.Column.numbers([1, 2])
    let notFinite = error([good, .numbers([0, .nan])], [0, 1])
    #expect(notFinite?.code == .invalidFeature && notFinite?.row == 2 && notFinite?.column == "2")
    #expect(error([good, good], [0, 2])?.code == .invalidTarget)
    #expect(error([good, good], [0, 1], weights: [1, -1])?.code == .invalidWeight)
    #expect(error([good], [0, 1])?.code == .lengthMismatch)
    #expect(error([good, good], [0])?.code == .lengthMismatch)
    #expect(
      error([good, .indicator(codes: [0, 1], code: 1)], [0, 1])?.code == .columnTypeMismatch)
    // No rows are no error, until all answers are merged.
    var empty = try plan()
    let none = try PlanRows(features.rows([]), targets: []).answer(request)
    #expect(none.blockCount == 0)
    #expect(classificationError { try empty.receive(none) }?.code == .noRows)
    let study = try TradeoffStudy.Plan(
      positiveWeights: [1], schema: PlanSchema(features, foldCount: 2))
    let folds = try #require(study.request)
    func answer(_ folds: [Int]?, _ targets: [Double]) throws {
      _ = try PlanRows(features.rows([0, 1]), targets: targets, folds: folds).answer(folds_)
    }
    let folds_ = folds
    #expect(classificationError { try answer([0, 2], [0, 1]) }?.code == .invalidFolds)
    #expect(classificationError { try answer(nil, [0, 1]) }?.code == .lengthMismatch)
    var oneClass = study
    let rows = try PlanRows(
      features.rows([0, 1, 2, 3]), targets: [0, 1, 0, 0], folds: [0, 0, 1, 1])
    #expect(
      classificationError {
        while let request = oneClass.request { try oneClass.receive(rows.answer(request)) }
      }?.code == .invalidFolds)
  }

  @Test func tooManyFeatures() throws {
    let (wide, targets) = TestData.problem(rows: 40, columns: 512, seed: 211)
    var plan = try LogisticRegression.Plan(LogisticRegression(), schema: PlanSchema(wide))
    let rows = try PlanRows(wide, targets: targets)
    try plan.receive(rows.answer(plan.request!))
    let error = classificationError { try plan.receive(rows.answer(plan.request!)) }
    #expect(error?.code == .tooManyFeatures && error?.limit == 511)
  }

  /// Each byte counts.
  @Test func damagedBytes() throws {
    var plan = try plan()
    for _ in 0..<3 {
      let request = try #require(plan.request)
      let answer = try answer(request, [0, 1, 2, 3])
      #expect(try PlanRequest(bytes: request.bytes).bytes == request.bytes)
      #expect(try PlanAnswer(bytes: answer.bytes).bytes == answer.bytes)
      for (bytes, read) in [
        (request.bytes, { _ = try PlanRequest(bytes: $0) }),
        (answer.bytes, { _ = try PlanAnswer(bytes: $0) }),
      ] as [([UInt8], ([UInt8]) throws -> Void)] {
        let step = max(1, bytes.count / 300)
        for count in stride(from: 0, to: bytes.count, by: step) {
          #expect(classificationError { try read(Array(bytes[..<count])) }?.code == .damagedBytes)
          var damaged = bytes
          damaged[count] ^= 0x10
          let code = classificationError { try read(damaged) }?.code
          #expect(code == (4...5 ~= count ? .otherVersion : .damagedBytes))
        }
        #expect(classificationError { try read(bytes + [0]) }?.code == .damagedBytes)
      }
      #expect(classificationError { _ = try PlanAnswer(bytes: request.bytes) } != nil)
      #expect(classificationError { _ = try PlanRequest(bytes: answer.bytes) } != nil)
      try plan.receive(answer)
    }
  }

  /// Bytes from outside may have a checksum and still be wrong. They are an error, or an answer.
  @Test func hostileBytes() throws {
    var generator = SeededGenerator(seed: 212)
    let rows = try PlanRows(features.rows([0, 1, 2, 3]), targets: [0, 1, 0, 1])
    var plan = try plan()
    while let request = plan.request {
      let answer = try rows.answer(request)
      for _ in 0..<200 {
        func damaged(_ kind: PlanBytes.Kind, _ bytes: [UInt8]) -> [UInt8] {
          var content = Array(bytes[24...])
          for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let index = Int.random(in: 0..<min(content.count, 60), using: &generator)
            content[index] = .random(in: 0...255, using: &generator)
          }
          return PlanBytes.sealed(kind, content).bytes
        }
        if let other = try? PlanRequest(bytes: damaged(.request, request.bytes)) {
          _ = try? rows.answer(other)
        }
        if var other = try? PlanAnswer(bytes: damaged(.answer, answer.bytes)) {
          try? other.merge(answer)
          var copy = plan
          try? copy.receive(other)
        }
      }
      try plan.receive(answer)
    }
    // Counts that would need more memory than there is.
    let contents: [[UInt8]] = [
      [0, 1, 0, 0, 0, 255, 255, 255, 255], [0, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0],
    ]
    for content in contents {
      #expect(
        classificationError {
          _ = try PlanRequest(bytes: PlanBytes.sealed(.request, content).bytes)
        }?.code == .damagedBytes)
    }
  }
}
