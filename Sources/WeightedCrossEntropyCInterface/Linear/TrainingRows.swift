// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import _DataFiles
import _TradeoffReport

/// The rows of a fit or a study: those of a table, or of a matrix.
struct TrainingRows {
  let features: FeatureMatrix
  let targets: [Double]
  let weights: [Double]?
  let target: TargetColumn
  /// Nil for a matrix.
  private let table: TrainingTable?

  init(_ handle: TableHandle, _ options: TrainingOptions) throws(CallError) {
    let table = handle.table
    guard handle.isMatrix else {
      let ignored = try CallError.converting { () throws(ClassificationError) in
        try rethrowingFileErrors { () throws(DataFileError) in
          try table.header.indices(ofList: options.excluded)
        }
      }
      try handle.check(used: table.columns.indices.filter { !ignored.contains($0) })
      let rows = try CallError.converting { () throws(ClassificationError) in
        try TrainingTable(
          table, target: options.target, weights: options.weights, excluding: options.excluded,
          missing: options.missing, rare: options.rare)
      }
      self.table = rows
      (features, targets, weights) = (rows.features, rows.targets, rows.weights)
      target = rows.target
      return
    }
    self.table = nil
    target = options.target
    (features, (targets, weights)) = try CallError.converting {
      () throws(ClassificationError) in
      let labels = try Classifier.Labels(table, target: options.target, weights: options.weights)
      return (try handle.matrix(), (labels.targets, labels.weights))
    }
  }

  var notices: [String] { table?.notices ?? [] }

  func search(_ options: TrainingOptions) throws(ClassificationError) -> PenaltySearch {
    if let table {
      return try PenaltySearch(table, threads: options.threads, monitor: options.monitor())
    }
    return try PenaltySearch(
      features, targets: targets, weights: weights, threads: options.threads,
      monitor: options.monitor())
  }

  func fit(
    _ settings: LogisticRegression, _ options: TrainingOptions
  ) throws(ClassificationError) -> Classifier {
    if let table {
      return try Classifier(
        table, settings: settings, threshold: options.threshold, monitor: options.monitor())
    }
    return try Classifier(
      features: features, targets: targets, weights: weights, settings: settings,
      threshold: options.threshold, monitor: options.monitor())
  }

  func study(_ options: TrainingOptions) throws(ClassificationError) -> TradeoffReport {
    let settings = try options.study(self)
    let study =
      if let table {
        try TradeoffStudy(
          table, settings: settings, threads: options.threads, monitor: options.monitor())
      } else {
        try TradeoffStudy(
          features, targets: targets, weights: weights, settings: settings,
          threads: options.threads, monitor: options.monitor())
      }
    let choice = study.weightPath[study.chosenIndex ?? 0].positiveWeight
    let threshold =
      study.recommendation?.verdict == .threshold ? study.recommendation?.threshold : nil
    let weight = threshold == nil ? choice : 1
    let model = try LogisticRegression(
      positiveWeight: weight, l2: study.settings.l2, threads: options.threads
    ).fit(features, targets: targets, weights: weights)
    let next =
      "WeightedLogisticRegression(pos_weight=\(weight), l2=\(study.settings.l2)"
      + (threshold.map { ", threshold=\($0.threshold)" } ?? "") + ")"
    let generator = "weighted_cross_entropy \(WCE_VERSION)"
    return TradeoffReport(
      study, target: target, featureCount: features.columns.count, nextCommand: next,
      provenance: Provenance(
        dataName: options.dataName, generator: generator, command: "tradeoff(X, y)",
        notes: notices.map { "\($0)." }),
      model: model, featureNames: features.names, columns: table.map { ColumnUse($0) })
  }
}
