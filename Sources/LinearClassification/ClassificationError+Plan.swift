// SPDX-License-Identifier: Apache-2.0
extension ClassificationError {
  static func otherFeatures(expected: [Bool], _ features: FeatureMatrix) -> Self {
    guard expected.count == features.columns.count else {
      return .lengthMismatch(
        what: "features", expected: expected.count, received: features.columns.count)
    }
    let received = PlanSchema.Shape(features).areIndicators
    let index = expected.indices.first { expected[$0] != received[$0] } ?? 0
    return Self(
      .columnTypeMismatch, column: features.names[index],
      "the schema of the plan has \(expected[index] ? "an indicator" : "numbers") here")
  }

  static func foldOutOfRange(_ fold: Int, count: Int, row: Int) -> Self {
    Self(
      .invalidFolds, row: row, limit: count,
      "folds of a plan are from 0 to \(count - 1), received \(fold)")
  }

  static func foldOfOneClass(_ fold: Int, positive: Bool) -> Self {
    Self(
      .invalidFolds,
      "the fold \(fold) has no \(positive ? "negatives" : "positives"); each fold needs both "
        + "classes; use fewer folds")
  }

  static func tooManyFeatures(_ count: Int) -> Self {
    Self(
      .tooManyFeatures, limit: 511,
      "a plan can have 511 features that vary, received \(count); fit the rows in memory")
  }

  static func damagedBytes(_ reason: String) -> Self {
    Self(.damagedBytes, "the bytes of the plan are damaged: \(reason); send them again")
  }

  static func otherVersion(_ version: Int, supported: Int) -> Self {
    Self(
      .otherVersion, limit: supported,
      "the bytes of the plan have format version \(version), but this software has "
        + "\(supported); use the same version everywhere")
  }

  static let otherRequest = Self(
    .otherRequest, "this is no answer to the open request of the plan")

  static func repeatedBlock(_ block: Int) -> Self {
    Self(
      .repeatedBlock,
      "the block \(block) is in two answers; merge one answer for each part of the rows")
  }

  static func missingRows(expected: Int, received: Int) -> Self {
    Self(
      .missingRows,
      "the answer has \(received) of \(expected) rows; merge one answer for each part of the rows")
  }

  static func otherBlocks(_ block: Int) -> Self {
    Self(
      .missingRows,
      "the answer and that to the first request differ in the block \(block); merge one answer "
        + "for each part of the rows")
  }
}
