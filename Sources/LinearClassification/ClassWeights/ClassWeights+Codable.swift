// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// The file of class weights is a JSON object; see ``ClassWeights/read(_:)``.
extension ClassWeights: Codable {
  private static let format = JSONFormat(
    name: "weighted-cross-entropy class weights", noun: "file of class weights", version: 1)

  private enum Key: String, CodingKey { case classes }

  public func encode(to encoder: any Encoder) throws {
    try Self.format.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(classes, forKey: .classes)
  }

  public init(from decoder: any Decoder) throws {
    try Self.format.check(decoder)
    classes = try decoder.container(keyedBy: Key.self).decode([Class].self, forKey: .classes)
    for item in classes where !(item.positiveWeight >= 0 && item.positiveWeight.isFinite) {
      throw Self.format.damaged(
        "the weight of the class \(quoted(item.name)) must be finite and at least 0, "
          + "received \(item.positiveWeight)")
    }
  }

  /// The JSON of a file of class weights.
  public func json() throws(ClassificationError) -> String { try jsonText(self) }

  /// Reads a file of class weights of at most 64 MiB.
  ///
  /// The file is a JSON object. Its members are `format`, `version` and `classes`, a list with the
  /// `name`, `positives`, `negatives` and `positiveWeight` of each class.
  ///
  /// - Throws: ``ClassificationError`` with the code ``ClassificationError/Code/damagedModel``,
  ///   ``ClassificationError/Code/newerModel`` or ``ClassificationError/Code/file``.
  public static func read(_ path: String) throws(ClassificationError) -> ClassWeights {
    let bytes = try rethrowingFileErrors { () throws(DataFileError) in try contents(ofFile: path) }
    return try format.parsed(bytes)
  }
}
