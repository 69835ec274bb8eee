// SPDX-License-Identifier: Apache-2.0

/// The answer to the requests of a ``FitPlan`` from some blocks of rows. Answers of disjoint blocks
/// add up to the same bits in any order.
struct PartialAnswer: Sendable {
  /// For each request and each of its parts: the value, the gradient, and if requested the lower
  /// triangle of the Hessian, row by row.
  var sums: BinnedSums
  /// For each request and each of its parts.
  var margins: [Margins]

  /// Adds the answer to the same requests from other blocks.
  mutating func merge(_ other: Self) {
    sums.merge(other.sums)
    for index in margins.indices { margins[index].formUnion(other.margins[index]) }
  }

  /// Appends the answer to further requests from the same blocks.
  mutating func append(_ other: Self) {
    sums.append(other.sums)
    margins += other.margins
  }

  /// The sums of each request: one, or one for each fold.
  func answers(
    to requests: [SumRequest], columnCount: Int, foldCount: Int
  ) -> [[ObjectiveSums]] {
    let values = sums.values
    var start = 0
    var part = 0
    return requests.map { request in
      (0..<request.partCount(foldCount: foldCount)).map { _ in
        let end = start + request.groups(columnCount: columnCount).reduce(0, +)
        let answer = ObjectiveSums(
          Array(values[start..<end]), columnCount: columnCount, margins: margins[part])
        start = end
        part += 1
        return answer
      }
    }
  }
}

extension PartialAnswer {
  /// The answer from no rows.
  init(_ requests: [SumRequest], columnCount: Int, foldCount: Int) {
    let parts = requests.map { $0.partCount(foldCount: foldCount) }
    sums = BinnedSums(
      groups: zip(requests, parts).flatMap { request, count in
        (0..<count).flatMap { _ in request.groups(columnCount: columnCount) }
      })
    margins = Array(repeating: Margins(), count: parts.reduce(0, +))
  }
}

extension SumRequest {
  /// The number of answers.
  func partCount(foldCount: Int) -> Int { rows == .eachFold ? foldCount : 1 }

  /// The number of sums of an answer: of values, derivatives and second derivatives.
  func groups(columnCount: Int) -> [Int] {
    [1, columnCount] + (wantsHessian ? [columnCount * (columnCount + 1) / 2] : [])
  }
}
