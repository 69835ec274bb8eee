// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// The system's C compiler, or else that of the Swift toolchain.
public enum CCompiler {
  /// Its path; nil if there is none.
  public static let path = path(in: ProcessInfo.processInfo.environment["PATH"] ?? "")

  /// The path of the compiler in the folders of a search path.
  public static func path(in searchPath: String) -> String? {
    let folders = searchPath.split(separator: ":")
    let candidates = ["cc", "clang"].flatMap { name in folders.map { "\($0)/\(name)" } }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Compiles a source with all warnings. The result has its messages.
  public static func compile(
    _ source: URL, to product: URL, _ options: String...
  ) throws -> Execution {
    guard let path else { throw CocoaError(.fileNoSuchFile) }
    return try Execution(
      of: path, ["-Wall", "-Wextra", "-Werror", source.path, "-o", product.path] + options)
  }
}
