// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The positive weight of `wce fit`, as given on the command line.
enum PositiveWeightArgument: ExpressibleByArgument, CustomStringConvertible {
  case number(Double)
  /// Negatives / positives.
  case balanced

  init?(argument: String) {
    if argument == "balanced" {
      self = .balanced
    } else if let number = Double(argument) {
      self = .number(number)
    } else {
      return nil
    }
  }

  var number: Double? { if case .number(let number) = self { number } else { nil } }

  var description: String { number.map { "\($0)" } ?? "balanced" }
}
