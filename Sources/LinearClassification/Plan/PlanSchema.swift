// SPDX-License-Identifier: Apache-2.0

/// What the rows of a plan have in common, wherever they are.
public struct PlanSchema: Hashable, Sendable {
  /// The names of the features.
  public let featureNames: [String]
  /// Whether each feature is an indicator, 0 or 1: ``FeatureMatrix/Column/indicator(codes:code:)``.
  public let areIndicators: [Bool]
  /// The number of folds; 1 if the rows are not divided.
  public let foldCount: Int

  /// A schema.
  ///
  /// - Parameters:
  ///   - featureNames: A name for each feature.
  ///   - areIndicators: Whether each feature is an indicator; by default none is.
  ///   - foldCount: The number of folds, from 1 to 65,536.
  /// - Throws: ``ClassificationError`` if there are no features, or a count does not match.
  public init(
    featureNames: [String], areIndicators: [Bool]? = nil, foldCount: Int = 1
  ) throws(ClassificationError) {
    let indicators = areIndicators ?? featureNames.map { _ in false }
    guard !featureNames.isEmpty else { throw .noFeatures }
    guard indicators.count == featureNames.count else {
      throw .lengthMismatch(
        what: "kinds of features", expected: featureNames.count, received: indicators.count)
    }
    guard Shape(areIndicators: indicators, foldCount: foldCount).isValid else {
      throw .invalidSetting(
        name: "the number of folds", value: foldCount,
        expected: "from 1 to \(Shape.largestFoldCount), and smaller with many features")
    }
    self.featureNames = featureNames
    self.areIndicators = indicators
    self.foldCount = foldCount
  }

  /// The schema of a matrix.
  ///
  /// - Parameters:
  ///   - features: The matrix; it may have no rows.
  ///   - foldCount: The number of folds, from 1 to 65,536.
  /// - Throws: ``ClassificationError`` if the number of folds is out of range.
  public init(_ features: FeatureMatrix, foldCount: Int = 1) throws(ClassificationError) {
    try self.init(
      featureNames: features.names, areIndicators: Shape(features).areIndicators,
      foldCount: foldCount)
  }

  var shape: Shape { Shape(areIndicators: areIndicators, foldCount: foldCount) }

  /// The part of a schema that answers depend on.
  struct Shape: Hashable, Sendable {
    let areIndicators: [Bool]
    var foldCount: Int

    static let largestFoldCount = 1 << 16
    /// The bound on the sums of the first pass.
    private static let largestProduct = 1 << 22

    var isValid: Bool {
      (1...Self.largestFoldCount).contains(foldCount)
        && areIndicators.count <= Self.largestProduct / foldCount
    }
  }
}

extension PlanSchema.Shape {
  init(_ features: FeatureMatrix, foldCount: Int = 1) {
    self.init(
      areIndicators: features.columns.map { if case .indicator = $0 { true } else { false } },
      foldCount: foldCount)
  }
}
