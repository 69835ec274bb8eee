// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import _DataFiles
import _TradeoffReport

/// The checked options of a fit or a study.
struct TrainingOptions {
  private let options: wce_training_options
  let target: TargetColumn
  let weights: String?
  let excluded: [String]
  let missing: FeatureEncoding.MissingPolicy
  let rare: FeatureEncoding.RarePolicy
  let threads: Int?
  private let positiveWeights: [Double]
  let threshold: Double?
  let dataName: String

  init(_ pointer: UnsafePointer<wce_training_options>?) throws(CallError) {
    guard let pointer else { throw CallError(WCE_ERROR_NULL_POINTER, "options is null") }
    try CallBuffer.checkAlignment(of: pointer, for: wce_training_options.self, named: "options")
    // Only the size may be read before it is checked. If a version adds options, at the end of the
    // structure, accept the sizes of earlier ones, too.
    let size = UnsafeRawPointer(pointer).load(as: Int64.self)
    guard size == MemoryLayout<wce_training_options>.size else {
      throw CallError(
        WCE_ERROR_SIZE,
        "struct_size must be \(MemoryLayout<wce_training_options>.size), received \(size); "
          + "start from WCE_TRAINING_OPTIONS_INIT")
    }
    options = pointer.pointee
    guard let name = options.target else {
      throw CallError(WCE_ERROR_NULL_POINTER, "target is null")
    }
    target = TargetColumn(
      name: try text(name, "target"),
      positive: try options.positive.map { (label) throws(CallError) in
        try text(label, "positive")
      })
    weights = try options.weights.map { (name) throws(CallError) in try text(name, "weights") }
    let count = try CallBuffer.count(
      options.excluded_count, of: UnsafeRawPointer.self, named: "excluded_count")
    var excluded: [String] = []
    for index in 0..<count {
      guard let name = options.excluded?[index] else {
        throw CallError(WCE_ERROR_NULL_POINTER, "excluded is null")
      }
      excluded.append(try text(name, "excluded"))
    }
    self.excluded = excluded
    switch wce_missing(UInt32(bitPattern: options.missing)) {
    case WCE_MISSING_ERROR: missing = .error
    case WCE_MISSING_MEAN: missing = .mean
    case WCE_MISSING_DROP: missing = .drop
    default: throw CallError(WCE_ERROR_ARGUMENT, "unknown value of missing: \(options.missing)")
    }
    rare = options.groups_rare_labels != 0 ? .other : .error
    guard options.threads >= 0, options.threads <= 1 << 30 else {
      throw CallError(WCE_ERROR_ARGUMENT, "threads must be at least 0, received \(options.threads)")
    }
    threads = options.threads == 0 ? nil : Int(options.threads)
    let weightCount = try CallBuffer.count(
      options.positive_weight_count, of: Double.self, named: "positive_weight_count")
    try CallBuffer.check(
      options.positive_weights, count: weightCount, named: "positive_weights")
    positiveWeights = Array(
      UnsafeBufferPointer(start: options.positive_weights, count: weightCount))
    guard options.recall_at_least == 0 || options.precision_at_least == 0 else {
      throw CallError(
        WCE_ERROR_ARGUMENT, "a study has a minimum of recall or of precision, not both")
    }
    threshold = options.threshold < 0 ? nil : options.threshold
    dataName =
      try options.data_name.map { (name) throws(CallError) in try text(name, "data_name") }
      ?? TableHandle.name
  }

  var choosesPenalty: Bool { options.l2 < 0 }

  /// The settings of a fit, with the penalty that a search found.
  func regression(
    _ rows: TrainingRows, _ search: PenaltySearch?
  ) throws(ClassificationError) -> LogisticRegression {
    let weight =
      options.positive_weight == 0
      ? try LogisticRegression.balancedPositiveWeight(targets: rows.targets, weights: rows.weights)
      : options.positive_weight
    return LogisticRegression(
      positiveWeight: weight, l2: search?.l2 ?? options.l2,
      maximumIterations: Int(options.maximum_iterations), threads: threads)
  }

  /// The settings of a study.
  func study(_ rows: TrainingRows) throws(ClassificationError) -> TradeoffStudy.Settings {
    var goal: TradeoffGoal?
    if options.recall_at_least != 0 { goal = try .recall(atLeast: options.recall_at_least) }
    if options.precision_at_least != 0 {
      goal = try .precision(atLeast: options.precision_at_least)
    }
    let costs =
      options.cost_miss != 0 || options.cost_alarm != 0
      ? try TradeoffCosts(miss: options.cost_miss, alarm: options.cost_alarm) : nil
    let isDefault = positiveWeights.isEmpty
    return TradeoffStudy.Settings(
      positiveWeights: isDefault
        ? try TradeoffStudy.defaultPath(targets: rows.targets, weights: rows.weights)
        : positiveWeights,
      extendsPath: isDefault, folds: Int(options.folds), seed: options.seed,
      l2: choosesPenalty ? 1 : options.l2, choosesPenalty: choosesPenalty, goal: goal,
      confidence: options.confidence == 0 ? nil : options.confidence, costs: costs)
  }

  /// The monitor that calls the caller's function.
  func monitor() -> TrainingMonitor {
    guard let progress = options.progress else { return TrainingMonitor() }
    let context = options.context
    var fraction = 0.0
    return TrainingMonitor(
      progress: { fraction = $0.fraction }, isCancelled: { progress(fraction, context) != 0 })
  }
}

/// A text of the caller.
func text(_ pointer: UnsafePointer<CChar>, _ name: StaticString) throws(CallError) -> String {
  guard let text = String(validatingCString: pointer) else {
    throw CallError(WCE_ERROR_ARGUMENT, "\(name) is not UTF-8")
  }
  return text
}
