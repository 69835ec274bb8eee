// SPDX-License-Identifier: Apache-2.0
package import _DataFiles

extension ClassCounts {
  /// Counts the targets of a file, in parts of whole rows.
  package init(reading source: any NumericSource, names: [String]) throws(ClassificationError) {
    try self.init(names: names)
    let length = max(1, (1 << 16) / names.count) * names.count
    var buffer = [Double](repeating: 0, count: length)
    while true {
      let count = try rethrowingFileErrors { () throws(DataFileError) in
        var span = buffer.mutableSpan
        return try source.read(into: &span)
      }
      if count == 0 { return }
      let part = buffer[..<count]
      do throws(ClassificationError) { try append(part.span) } catch {
        guard error.code == .invalidTarget, let row = error.row,
          let location = source.location(ofElement: row - 1)
        else { throw error }
        throw .file(
          DataFileError(.badData, path: source.path, at: location, reason: error.reason))
      }
    }
  }

  /// The classes of several counts of the same rows.
  package init(joining parts: [ClassCounts]) {
    names = parts.flatMap(\.names)
    positives = parts.flatMap(\.positives)
    rowCount = parts.first?.rowCount ?? 0
  }
}
