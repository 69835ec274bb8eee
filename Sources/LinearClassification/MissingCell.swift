// SPDX-License-Identifier: Apache-2.0
/// What a missing cell of a table would be needed for, on which depends what can be done about it.
public enum MissingCell: Hashable, Sendable, CustomStringConvertible {
  /// A feature in training.
  case trainingFeature
  /// A target or a weight in training.
  case trainingLabel
  /// A feature in prediction, with a model that has nothing to fill it with.
  case feature
  /// A target or a weight in evaluation.
  case label

  /// What is wrong, and what would be right.
  public var description: String {
    switch self {
    case .trainingFeature:
      "the cell is missing; fill missing cells with the mean, or drop their rows"
    case .trainingLabel:
      "the cell is missing, and a target or a weight cannot be filled; drop such rows"
    case .feature:
      "the cell is missing, and the model does not fill missing cells; give it a value, or fit the model so that it fills them with the mean"
    case .label:
      "the cell is missing, and a row without its target or weight cannot be evaluated; give it a value, or leave the row out"
    }
  }
}
