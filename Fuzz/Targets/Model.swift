// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import _DataFiles

@testable import wce

/// Reads a model, writes it, reads it again, and predicts with it.
func fuzzModel(_ input: Input) {
  let path = Scratch.write(input.bytes, to: "model.json")
  switch Result(catching: { () throws(ClassificationError) in try Classifier.read(path) }) {
  case .failure(let error): check(error, about: path)
  case .success(let classifier):
    checkWriting(classifier)
    classifier.notices.forEach(checkPlain)
    predictMatrix(with: classifier)
    predictTable(with: classifier)
  }
}

private func checkWriting(_ classifier: Classifier) {
  do throws(ClassificationError) {
    let text = try classifier.json()
    let again = try Classifier(json: text.utf8)
    let textAgain = try again.json()
    check(again == classifier && textAgain == text, "another model after writing")
  } catch { fatalError("a model that cannot be written: \(error)") }
}

private func predictMatrix(with classifier: Classifier) {
  let count = classifier.encoding.featureNames.count
  let elements = (0..<(3 * count)).map { Double($0) - 2 }
  do throws(ClassificationError) {
    let matrix = try FeatureMatrix(rowMajor: elements.span, columnCount: count)
    let probabilities = try classifier.predictions(for: matrix, threads: 1).probabilities
    check(
      probabilities.count == 3 && probabilities.allSatisfy { $0 >= 0 && $0 <= 1 },
      "the probabilities \(probabilities)")
  } catch { check(error, about: "matrix") }
}

/// Predicts the rows of a table with the columns of the model, of numbers and of its own labels.
private func predictTable(with classifier: Classifier) {
  let path = Scratch.path("table.csv")
  let columns = classifier.encoding.columns
  do throws(DataFileError) {
    let writer = try CSVWriter(path: path, header: columns.map(\.name))
    for row in 0..<3 { try writer.append(columns.map { cell(of: $0.content, row) }) }
    try writer.finish()
  } catch { fatalError("\(error)") }
  do throws(ClassificationError) {
    let features = try classifier.features(contentsOf: path)
    check(features.names == classifier.encoding.featureNames, "other features")
    _ = try classifier.predictions(for: features, threads: 1)
  } catch { check(error, about: path) }
}

private func cell(of content: FeatureEncoding.Column.Content, _ row: Int) -> CSVWriter.Cell {
  switch content {
  case .number: row == 2 ? .missing : .integer(row)
  case .categories(let labels, _): labels.isEmpty ? .missing : .text(labels[row % labels.count])
  }
}

/// Checks the error that the tool reports about a file.
func check(_ error: ClassificationError, about path: String) {
  let error = ToolError(error, about: path)
  check(error.status == .badData, "\(error)")
  checkPlain(error.message)
  check(error.message.hasPrefix("\(path): "), "an error without its file: \(error.message)")
}
