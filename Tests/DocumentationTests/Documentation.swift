// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The documentation pages of this checkout.
enum Documentation {
  /// The checkout.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    .standardized

  /// The text of a file of the checkout.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Whether the checkout has a file or folder.
  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  static let catalog = "Sources/WeightedCrossEntropy/WeightedCrossEntropy.docc"
  static let catalogs = [catalog, "Sources/LinearClassification/LinearClassification.docc"]

  /// Every page.
  static func pages() throws -> [MarkdownPage] {
    let guides = try catalogs.flatMap { catalog in
      try FileManager.default.contentsOfDirectory(atPath: root.appending(path: catalog).path)
        .filter { $0.hasSuffix(".md") }.sorted().map { "\(catalog)/\($0)" }
    }
    let others = [
      "README.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "RELEASING.md",
      "SECURITY.md", "Benchmarks/NOTES.md", "Examples/README.md", "python/README.md",
      "Sources/WeightedCrossEntropyCInterface/README.md",
    ]
    return try (others + guides).map { try MarkdownPage(path: $0, text: text($0)) }
  }

  static func page(_ path: String) throws -> MarkdownPage {
    try MarkdownPage(path: path, text: text(path))
  }

  /// A guide of the catalog.
  static func guide(_ name: String) throws -> MarkdownPage { try page("\(catalog)/\(name).md") }
}
