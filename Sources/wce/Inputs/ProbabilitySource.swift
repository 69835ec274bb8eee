// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import _DataFiles

/// A file of probabilities, read as their log odds.
final class ProbabilitySource: NumericSource {
  private let probabilities: any NumericSource
  private var position = 0

  init(_ probabilities: any NumericSource) { self.probabilities = probabilities }

  var path: String { probabilities.path }
  var elementType: ElementType { probabilities.elementType }
  var shape: [Int]? { probabilities.shape }
  var remainingCount: Int? { probabilities.remainingCount }
  var progress: ReadingProgress { probabilities.progress }

  /// Reads the next log odds. They are computed in double precision and rounded once.
  func read<Scalar: NumericScalar>(
    into buffer: inout MutableSpan<Scalar>
  ) throws(DataFileError) -> Int {
    let count = try probabilities.read(into: &buffer)
    for index in 0..<count {
      let probability = buffer[index].asDouble
      guard probability >= 0, probability <= 1 else {
        throw DataFileError(
          .badData, path: path,
          at: location(ofElement: position + index) ?? .element(position + index),
          reason: "probabilities must lie in [0, 1], received \(probability)")
      }
      buffer[index] = Scalar(probability.logOdds)
    }
    position += count
    return count
  }

  func rewind() throws(DataFileError) {
    try probabilities.rewind()
    position = 0
  }

  func location(ofElement index: Int) -> DataFileError.Location? {
    probabilities.location(ofElement: index)
  }
}
