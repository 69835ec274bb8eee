// SPDX-License-Identifier: Apache-2.0
@testable import LinearClassification
import WeightedCrossEntropy

/// The bytes of requests and answers of a plan. With a valid checksum they are read, written as the
/// same bytes, answered and merged, or an error.
func fuzzPlan(_ input: Input) {
  var input = input
  let kind: PlanBytes.Kind = input.choice(of: .request, .answer)
  // A seed has a header of 24 bytes.
  let bytes = PlanBytes.sealed(kind, Array(input.bytes.dropFirst(24))).bytes
  do throws(ClassificationError) {
    let matrix = try FeatureMatrix(
      columns: [.numbers([0.5, -1, 2, 3]), .indicator(codes: [0, 1, 1, 0], code: 1)])
    let rows = try PlanRows(
      matrix, targets: [0, 1, 0, 1], firstBlock: input.choice(below: 3))
    var plan = try LogisticRegression.Plan(
      LogisticRegression(instructionSet: .baseline), schema: PlanSchema(matrix))
    for _ in 0..<input.choice(below: 4) {
      if let request = plan.request { try plan.receive(rows.answer(request, threads: 1)) }
    }
    switch kind {
    case .request:
      let request = try PlanRequest(bytes: bytes)
      check(request.bytes == bytes, "other bytes of a request")
      let answer = try rows.answer(request, threads: 1)
      check(try PlanAnswer(bytes: answer.bytes).bytes == answer.bytes, "another answer")
    case .answer:
      var answer = try PlanAnswer(bytes: bytes)
      let again = try PlanAnswer(bytes: answer.bytes)
      check(again.bytes == answer.bytes, "other bytes of an answer")
      try plan.receive(answer)
      guard let request = plan.request else { return }
      try answer.merge(rows.answer(request, threads: 1))
    }
  } catch { checkPlain(error.description) }
}
