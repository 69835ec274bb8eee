// SPDX-License-Identifier: Apache-2.0
extension TradeoffStudy {
  /// Runs a study on a table.
  ///
  /// - Throws: As the study of a matrix, with the row as the table counts it.
  public init(
    _ table: TrainingTable, settings: Settings, training: LogisticRegression = LogisticRegression(),
    monitor: TrainingMonitor = TrainingMonitor()
  ) throws(ClassificationError) {
    do {
      try self.init(
        table.features, targets: table.targets, weights: table.weights, settings: settings,
        training: training, monitor: monitor)
    } catch { throw table.located(error) }
  }
}
