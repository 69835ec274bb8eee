// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// The model file is a JSON object; see ``Classifier/read(_:)``.
extension Classifier: Codable {
  static let format = JSONFormat(
    name: "weighted-cross-entropy linear classifier", noun: "model", version: 2)

  private enum Key: String, CodingKey {
    case target, header, missing, columns, features, intercept, originalIntercept
    case positiveWeight, threshold, l2, certificate, training, na, decimal
  }

  /// One feature. The original coefficient is for people and other software; it is written but not
  /// read.
  private struct Feature: Codable {
    var name: String
    var mean: Double
    var standardDeviation: Double
    var coefficient: Double
    var originalCoefficient: Double
  }

  public func encode(to encoder: any Encoder) throws {
    // A reader of version 1 would ignore the threshold and the decimal comma.
    try Self.format.encode(to: encoder, version: threshold == nil && !hasDecimalComma ? 1 : 2)
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(target, forKey: .target)
    try container.encode(hasHeader, forKey: .header)
    if missingWords.inText { try container.encode(missingWords.words, forKey: .na) }
    if hasDecimalComma { try container.encode(",", forKey: .decimal) }
    try container.encode(encoding.missing, forKey: .missing)
    try container.encode(encoding.columns, forKey: .columns)
    let names = encoding.featureNames
    let original = model.originalCoefficients
    let features = names.indices.map { index in
      Feature(
        name: names[index], mean: model.standardization.means[index],
        standardDeviation: model.standardization.deviations[index],
        coefficient: model.coefficients[index], originalCoefficient: original[index])
    }
    try container.encode(features, forKey: .features)
    try container.encode(model.intercept, forKey: .intercept)
    try container.encode(model.originalIntercept, forKey: .originalIntercept)
    try container.encode(model.positiveWeight, forKey: .positiveWeight)
    try container.encodeIfPresent(threshold, forKey: .threshold)
    try container.encode(model.l2, forKey: .l2)
    try container.encode(model.certificate, forKey: .certificate)
    try container.encode(training, forKey: .training)
  }

  public init(from decoder: any Decoder) throws {
    try Self.format.check(decoder)
    let container = try decoder.container(keyedBy: Key.self)
    target = try container.decodeIfPresent(TargetColumn.self, forKey: .target)
    hasHeader = try container.decodeIfPresent(Bool.self, forKey: .header) ?? true
    missingWords =
      try container.decodeIfPresent([String].self, forKey: .na).map(MissingWords.init)
      ?? .ofEarlierModels
    switch try container.decodeIfPresent(String.self, forKey: .decimal) ?? "." {
    case ".": hasDecimalComma = false
    case ",": hasDecimalComma = true
    case let sign: throw ClassificationError.damagedModel("unknown decimal sign \(quoted(sign))")
    }
    encoding = FeatureEncoding(
      columns: try container.decode([FeatureEncoding.Column].self, forKey: .columns),
      missing: try container.decode(FeatureEncoding.MissingPolicy.self, forKey: .missing))
    let features = try container.decode([Feature].self, forKey: .features)
    model = LogisticModel(
      positiveWeight: try container.decode(Double.self, forKey: .positiveWeight),
      l2: try container.decode(Double.self, forKey: .l2),
      standardization: Standardization(
        means: features.map(\.mean), deviations: features.map(\.standardDeviation)),
      coefficients: features.map(\.coefficient),
      intercept: try container.decode(Double.self, forKey: .intercept),
      certificate: try container.decode(ConvergenceCertificate.self, forKey: .certificate))
    threshold = try container.decodeIfPresent(Double.self, forKey: .threshold)
    training = try container.decode(Performance.self, forKey: .training)
    try check(names: features.map(\.name))
  }

  /// Throws an error if the parts of a file are inconsistent.
  private func check(names: [String]) throws(ClassificationError) {
    guard names == encoding.featureNames else {
      throw .damagedModel("the features do not match the columns")
    }
    guard !names.isEmpty else { throw .damagedModel("it has no features") }
    guard model.positiveWeight > 0 else {
      throw .damagedModel("the positive weight must be above 0, received \(model.positiveWeight)")
    }
    if let threshold, !(0...1).contains(threshold) {
      throw .damagedModel("the threshold must be in [0, 1], received \(threshold)")
    }
    for (name, deviation) in zip(names, model.standardization.deviations) where !(deviation >= 0) {
      throw .damagedModel(
        "the standard deviation of the feature \(quoted(name)) must be at least 0, "
          + "received \(deviation)")
    }
    // They can overflow, and a file cannot hold infinity.
    for (name, coefficient) in zip(names, model.originalCoefficients) where !coefficient.isFinite {
      throw .damagedModel(
        "the original coefficient of the feature \(quoted(name)) must be finite, "
          + "received \(coefficient)")
    }
    guard model.originalIntercept.isFinite else {
      throw .damagedModel(
        "the original intercept must be finite, received \(model.originalIntercept)")
    }
  }
}
