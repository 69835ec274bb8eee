// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import _DataFiles

extension CompletionKind {
  /// The columns of the table on the command line, also as the next ones of a list.
  static var columns: CompletionKind {
    .custom { words, _, prefix in
      let names = table(in: words)?.header.names ?? []
      guard let comma = prefix.lastIndex(of: ",") else { return names }
      let known = prefix[..<comma].split(separator: ",")
      return names.filter { !known.contains($0[...]) }.map { prefix[...comma] + $0 }
    }
  }

  /// The labels of the target of the table on the command line.
  static var labels: CompletionKind {
    .custom { words, _, _ in
      guard let index = words.firstIndex(of: "--target"), index + 1 < words.count,
        let column = try? table(in: words)?.column(words[index + 1])
      else { return [] }
      switch column.values {
      case .categories(_, let labels): return labels
      case .numbers(let numbers): return Set(numbers).sorted().prefix(100).map(\.plain)
      case .borrowed: return []
      }
    }
  }

  /// The start of the table: completions must not wait for a large file.
  private static func table(in words: [String]) -> CSVTable? {
    let endings = [".csv", ".tsv", ".txt"]
    guard let path = words.first(where: { word in endings.contains(where: word.hasSuffix) }),
      let start = try? bytes(ofFile: path, prefix: 1 << 16)
    else { return nil }
    // The last row may be cut off.
    let end = start.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? start.count
    return try? CSVTable(Array(start[..<end]), name: path, format: CSVFormat(hasHeader: nil))
  }
}
