// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import LinearClassification
import Testing
import _TestSupport

/// Predictions for new rows.
@Suite struct PredictionTests {
  private let directory: TemporaryDirectory
  private let classifier: Classifier
  private let features: FeatureMatrix
  private let targets: [Double]

  init() throws {
    directory = try TemporaryDirectory()
    (features, targets) = TestData.problem(rows: 300, columns: 2, seed: 70)
    classifier = try Classifier(
      features: features, targets: targets,
      settings: LogisticRegression(positiveWeight: 6))
  }

  private func table(_ text: String) throws -> CSVTable {
    try CSVTable(contentsOf: directory.write(text, to: "t.csv"))
  }

  private func message(_ body: () throws -> Void) -> String? {
    classificationError(body).map { "\($0)".replacing(directory.file("t.csv"), with: "T") }
  }

  /// Calibrated and raw probabilities give the same decisions.
  @Test func bothProbabilitiesGiveTheSameDecisions() throws {
    let raw = try classifier.predictions(for: features, .raw)
    let calibrated = try classifier.predictions(for: features)
    #expect(raw.threshold == 0.5)
    #expect(calibrated.threshold == 1.0 / 7)
    #expect(raw.logits == (try classifier.model.logits(features)))
    #expect(calibrated.logits == classifier.model.calibratedLogits(raw.logits))
    #expect(calibrated.probabilities == LogisticModel.probabilities(calibrated.logits))
    for row in 0..<300 {
      #expect(raw.isPositive(row) == (raw.logits[row] >= 0))
      #expect(raw.isPositive(row) == calibrated.isPositive(row))
    }
    let labels = Classifier.Labels(targets: targets)
    #expect(try raw.evaluation(of: labels).confusion == calibrated.evaluation(of: labels).confusion)
    #expect(try raw.evaluation(of: labels) == classifier.training.raw)
  }

  @Test func thresholdsAndThreads() throws {
    let all = try classifier.predictions(for: features, threshold: 0, threads: 1)
    #expect((0..<300).allSatisfy(all.isPositive))
    #expect(
      message { _ = try classifier.predictions(for: features, threshold: .nan) }
        == "the threshold must be in [0, 1], received nan")
    #expect(
      message { _ = try classifier.predictions(for: features, threads: 0) }
        == "the number of threads must be at least 1, received 0")
  }

  @Test func softTargetsAreRejectedBeforeTheFit() {
    #expect(
      message {
        _ = try Classifier(
          features: features, targets: targets.map { $0 * 0.9 },
          settings: LogisticRegression(), monitor: TrainingMonitor(isCancelled: { true }))
      }?.contains("targets must be 0 or 1, received 0.9") ?? false)
  }

  @Test func labelsOfATable() throws {
    var classifier = classifier
    classifier.target = TargetColumn(name: "kind", positive: "bad")
    let labels = try classifier.labels(table("kind,w\nbad,1\ngood,2\n"), weights: "w")
    #expect(labels.targets == [1, 0])
    #expect(labels.weights == [1, 2])
    // Rows to evaluate may all be negative.
    #expect(try classifier.labels(table("kind\ngood\ngood\n")).targets == [0, 0])
    #expect(
      try classifier.labels(table("y\n1\n0\n"), target: TargetColumn(name: "y")).targets == [1, 0])
    #expect(
      message { _ = try classifier.labels(table("kind,x\n,1\nbad,2\n")) }
        == "T: row 1 (line 2), column \"kind\": the cell is missing; a row without its target or "
        + "weight cannot be evaluated; give it a value, or remove the row")
    #expect(
      message { _ = try classifier.labels(table("x\n1\n")) }
        == "T: there is no column \"kind\"; the columns are \"x\"")
    #expect(
      message { _ = try self.classifier.labels(table("x\n1\n")) }
        == "the target must be a column of the table, received nothing")
  }

  @Test(arguments: ["<f8", "<f4", "|u1"])
  func matricesFromFiles(_ type: String) throws {
    let path = try directory.write(Self.npy(type, [[1, 2, 3], [4, 5, 6]]), to: "m.npy")
    let matrix = try FeatureMatrix(reading: NPYReader(path: path))
    #expect(matrix.rowCount == 2)
    #expect(matrix.names == ["1", "2", "3"])
    #expect(
      matrix.columns.map { column in [column[0], column[1]] } == [[1, 4], [2, 5], [3, 6]])
  }

  /// More rows than one read.
  @Test func longMatricesFromFiles() throws {
    let rows = (0..<40_000).map { [Double($0 % 251), Double($0 % 7)] }
    let path = try directory.write(Self.npy("|u1", rows), to: "m.npy")
    var last: ReadingProgress?
    let matrix = try FeatureMatrix(reading: NPYReader(path: path)) { last = $0 }
    #expect(matrix.rowCount == 40_000)
    #expect(
      [0, 251, 39_999].allSatisfy {
        matrix.columns[0][$0] == rows[$0][0] && matrix.columns[1][$0] == rows[$0][1]
      })
    #expect(last?.byteCount == last?.totalByteCount)
  }

  @Test func filesThatAreNotAMatrix() throws {
    func reading(_ shape: String, _ bytes: Int) throws -> String? {
      let path = try directory.write(
        Self.header("|u1", shape) + [UInt8](repeating: 1, count: bytes), to: "t.csv")
      return message { _ = try FeatureMatrix(reading: NPYReader(path: path)) }
    }
    #expect(
      try reading("(4,)", 4)
        == "T: features must have two dimensions, rows and columns, received shape [4]")
    #expect(
      try reading("(4, 0)", 0)
        == "there are no features: the data need a column besides the target and weights")
    #expect(try reading("(0, 4)", 0) == "there are no rows, or all have weight 0")
  }

  @Test func progressFraction() {
    typealias Progress = TrainingMonitor.Progress
    #expect(Progress.fits(done: 3, total: 12).fraction == 0.25)
    #expect(Progress.iteration(0, gradientNorm: 1, tolerance: 1e-10).fraction == 0)
    #expect(Progress.iteration(0, gradientNorm: 30, tolerance: 1e-10).fraction == 0)
    #expect(
      abs(Progress.iteration(4, gradientNorm: 1e-5, tolerance: 1e-10).fraction - 0.5)
        < 1e-12)
    #expect(Progress.iteration(9, gradientNorm: 0, tolerance: 1e-10).fraction == 1)
  }

  /// The bytes of a NumPy file, version 1.
  private static func npy(_ type: String, _ rows: [[Double]]) -> [UInt8] {
    let elements = rows.joined().flatMap { value -> [UInt8] in
      switch type {
      case "<f8": (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      case "<f4": (0..<4).map { UInt8(truncatingIfNeeded: Float(value).bitPattern >> (8 * $0)) }
      default: [UInt8(value)]
      }
    }
    return header(type, "(\(rows.count), \(rows[0].count))") + elements
  }

  private static func header(_ type: String, _ shape: String) -> [UInt8] {
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    while (text.utf8.count + 11) % 64 != 0 { text += " " }
    text += "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
  }
}
