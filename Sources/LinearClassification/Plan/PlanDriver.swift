// SPDX-License-Identifier: Apache-2.0
import WeightedCrossEntropy

/// A computation that needs passes over all rows.
protocol PassSequence: Sendable {
  /// What it needs next; nil at its end.
  var content: PlanContent? { get }
  /// Receives the sums of all rows.
  mutating func receive(_ sums: PlanSums) throws(ClassificationError)
}

/// The requests of a ``PassSequence`` as values that can be sent. It checks that each answer is of
/// the request and of all blocks, and divides requests with large answers.
struct PlanDriver<Passes: PassSequence>: Sendable {
  private(set) var passes: Passes
  /// What is needed next; nil at the end.
  private(set) var request: PlanRequest?
  private(set) var passCount = 0
  private let shape: PlanSchema.Shape
  private let instructionSet: InstructionSet
  private let rowCount: Int?
  private let largestAnswer: Int
  private var blocks: PlanBlocks?
  /// The answers to the first requests of a pass.
  private var received: PartialAnswer?
  private var receivedCount = 0

  /// - Parameters:
  ///   - rowCount: The number of all rows, if it is known.
  ///   - largestAnswer: The bound on the sums of an answer, unless that of one model has more.
  init(
    _ passes: Passes, schema: PlanSchema, instructionSet: InstructionSet, rowCount: Int?,
    largestAnswer: Int = 1 << 20
  ) {
    self.passes = passes
    shape = schema.shape
    self.instructionSet = instructionSet
    self.rowCount = rowCount
    self.largestAnswer = largestAnswer
    prepare()
  }

  /// Receives the answer of all rows.
  mutating func receive(_ answer: PlanAnswer) throws(ClassificationError) {
    guard let request, answer.request == request.checksum else { throw .otherRequest }
    if let rowCount, answer.rowCount != rowCount {
      throw .missingRows(expected: rowCount, received: answer.rowCount)
    }
    if let blocks, let block = blocks.firstDifference(from: answer.blocks) {
      throw .otherBlocks(block)
    }
    guard answer.sums.isAnswer(to: request) else { throw .otherRequest }
    blocks = answer.blocks
    passCount += 1
    var sums = answer.sums
    if case .sums(let part) = sums {
      received = received ?? PartialAnswer(sums: BinnedSums(groups: []), margins: [])
      received?.append(part)
      receivedCount += request.content.requestCount
      if let all = passes.content, receivedCount < all.requestCount { return prepare() }
      sums = received.map(PlanSums.sums) ?? sums
    }
    (received, receivedCount) = (nil, 0)
    try passes.receive(sums)
    prepare()
  }

  /// Sets the next request.
  private mutating func prepare() {
    request = passes.content.map { content in
      PlanRequest(
        content.part(
          from: receivedCount, largest: largestAnswer, foldCount: shape.foldCount), shape: shape,
        instructionSet: instructionSet)
    }
  }
}

extension PlanContent {
  /// The number of requests for sums.
  fileprivate var requestCount: Int {
    switch self {
    case .moments, .deviations: 1
    case .sums(_, let requests): requests.count
    case .counts(_, let requests): requests.count
    }
  }

  /// The requests from an index on whose answers are not too large, at least one.
  fileprivate func part(from first: Int, largest: Int, foldCount: Int) -> Self {
    func range(_ sizes: [Int]) -> Range<Int> {
      var (end, total) = (first, 0)
      while end < sizes.count, end == first || total + sizes[end] <= largest {
        total += sizes[end]
        end += 1
      }
      return first..<end
    }
    switch self {
    case .moments, .deviations: return self
    case .sums(let standardization, let requests):
      let columns = standardization.active.count + 1
      let sizes = requests.map {
        $0.partCount(foldCount: foldCount) * $0.groups(columnCount: columns).reduce(0, +)
      }
      return .sums(standardization, Array(requests[range(sizes)]))
    case .counts(let standardization, let requests):
      return .counts(standardization, Array(requests[range(requests.map(\.size))]))
    }
  }
}

extension PlanSums {
  /// Whether the sums have the shape of an answer.
  fileprivate func isAnswer(to request: PlanRequest) -> Bool {
    let (columns, foldCount) = (request.shape.areIndicators, request.shape.foldCount)
    switch (self, request.content) {
    case (.moments(let sums), .moments):
      return sums.classes.count == foldCount
        && sums.columns.map(\.count) == columns.map { _ in foldCount }
    case (.deviations(let sums), .deviations(let means)):
      return sums.map(\.count) == means.map(\.count)
    case (.sums(let answer), .sums(let standardization, let requests)):
      let expected = PartialAnswer(
        requests, columnCount: standardization.active.count + 1, foldCount: foldCount)
      return answer.sums.groups == expected.sums.groups
        && answer.margins.count == expected.margins.count
    case (.sums(let answer), .counts(_, let requests)):
      return answer.sums.groups == requests.map(\.size) && answer.margins.isEmpty
    default: return false
    }
  }
}
