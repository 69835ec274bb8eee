// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The penalty of a fit, as given on the command line.
enum PenaltyArgument: ExpressibleByArgument, CustomStringConvertible {
  case number(Double)
  /// The one with the least held-out log loss.
  case auto

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let number = Double(argument) {
      self = .number(number)
    } else {
      return nil
    }
  }

  var number: Double? { if case .number(let number) = self { number } else { nil } }

  var description: String { number.map(\.plain) ?? "auto" }
}
