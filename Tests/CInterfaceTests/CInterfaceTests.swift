// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// The C library, called from C programs. Without a C compiler the tests are skipped.
@Suite(.enabled(if: CCompiler.path != nil, "no C compiler on the PATH"))
struct CInterfaceTests {
  @Test(arguments: [
    "interface_test.c", "class_weights_test.c", "overlap_test.c", "side_effects_test.c",
    "threads_test.c", "unloading_test.c", "half_test.c", "cuda_test.c", "linear_test.c",
    "arrow_test.c",
  ])
  func cProgramSucceeds(file: String) throws {
    let program = try CCompiler.compile(contentsOf: folder.appending(path: file))
    let result = try program.output()
    #expect(result == Execution(status: 0, text: ""))
  }

  @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/dev/nvidia0"), "there is a GPU"))
  func thereMayBeNoGPU() throws {
    let program = try CCompiler.compile(contentsOf: folder.appending(path: "cuda_test.c"))
    #expect(try program.output("without a driver") == Execution(status: 0, text: ""))
  }

  @Test func exampleInTheDocumentationPrintsTheDocumentedOutput() throws {
    let page = try String(contentsOf: sources.appending(path: "README.md"), encoding: .utf8)
    let example = try #require(page.firstMatch(of: /(?s)```c\n(.*?)```/)).1
    let expected = try #require(page.firstMatch(of: /It prints `(.*)`/)).1
    let program = try CCompiler.compile(String(example))
    #expect(try program.output() == Execution(status: 0, text: expected + "\n"))
  }

  @Test(.enabled(if: CCompiler.readsELF, "readelf is not on the PATH"))
  func fileDependsOnlyOnTheCLibrary() throws {
    let dynamicSection = try Execution(of: "/usr/bin/env", ["readelf", "--dynamic", library.path])
      .text
    let needed = dynamicSection.matches(of: /\(NEEDED\).*\[(.*)\]/).map { String($0.1) }
    #expect(!needed.isEmpty)
    #expect(
      needed.allSatisfy {
        $0.hasPrefix("libc.so") || $0.hasPrefix("libm.so") || $0.hasPrefix("ld-linux")
      })
  }

  @Test(.enabled(if: CCompiler.readsELF, "readelf is not on the PATH"))
  func fileExportsOnlyTheFunctionsOfTheHeader() throws {
    let headers = try Self.headers.map {
      try String(contentsOf: sources.appending(path: "include/\($0)"), encoding: .utf8)
    }.joined()
    let declared = Set(
      headers.matches(of: /(?m)^(?:wce_status|int32_t|int64_t|void|const char \*) ?(wce_\w+)\(/).map
      {
        String($0.1)
      })
    let symbols = try Execution(
      of: "/usr/bin/env", ["readelf", "--dyn-syms", "--wide", library.path]
    ).text
    let exported = Set(
      symbols.matches(of: /(?m)(?:FUNC|OBJECT) +(?:GLOBAL|WEAK) +\w+ +[0-9]+ +([^\s@]+)/).map {
        String($0.1)
      }
    )
    #expect(declared.count == 61)
    #expect(exported == declared)
    let versioned = Set(symbols.matches(of: /(wce_\w+)@@WCE_0\s/).map { String($0.1) })
    #expect(versioned == declared)
  }

  private static let headers = [
    "weighted_cross_entropy.h", "weighted_cross_entropy_cuda.h", "weighted_cross_entropy_linear.h",
  ]

  @Test(arguments: headers, [["c", "c99"], ["c++", "c++98"], ["c++", "c++20"]])
  func headerCompilesByItself(name: String, language: [String]) throws {
    let header = sources.appending(path: "include/\(name)").path
    let result = try Execution(
      of: try #require(CCompiler.path),
      [
        "-x", language[0], "-std=\(language[1])", "-Wall", "-Wextra", "-Werror", "-pedantic",
        "-fsyntax-only",
        header,
      ])
    #expect(result == Execution(status: 0, text: ""))
  }
}

/// The search for a C compiler, without which the tests above are skipped.
struct CCompilerTests {
  @Test(arguments: [
    ([["clang"]], "0/clang"), ([["clang", "cc"]], "0/cc"), ([["clang"], ["cc"]], "1/cc"),
    ([[], ["clang"]], "1/clang"), ([["gcc-12", "ccc"], []], nil), ([], nil),
  ])
  func systemsCompilerComesFirstThenClang(folders: [[String]], expected: String?) throws {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (index, names) in folders.enumerated() {
      let folder = root.appending(path: "\(index)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      // A file that cannot be executed is not a compiler.
      let unrunnable = names.contains("cc") ? [] : ["cc"]
      for name in names + unrunnable {
        let permissions = unrunnable.contains(name) ? 0o644 : 0o755
        let file = folder.appending(path: name).path
        #expect(
          FileManager.default.createFile(
            atPath: file, contents: nil, attributes: [.posixPermissions: permissions]))
      }
    }
    let searchPath = folders.indices.map { root.appending(path: "\($0)").path }.joined(
      separator: ":")
    #expect(CCompiler.path(in: searchPath) == expected.map { root.appending(path: $0).path })
  }
}

private let folder = URL(filePath: #filePath).deletingLastPathComponent()
private let sources = folder.appending(path: "../../Sources/WeightedCrossEntropyCInterface")
  .standardized
/// The folder of the library, which is that of the test program.
private let library = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
  .appending(path: "libweighted_cross_entropy.so")

extension CCompiler {
  fileprivate static let readsELF =
    (try? Execution(of: "/usr/bin/env", ["readelf", "--version"]))?.status == 0

  /// A program from source text, linked against the library.
  fileprivate static func compile(_ source: String) throws -> Program {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).c")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(source.utf8).write(to: file)
    return try compile(contentsOf: file)
  }

  /// A program from a source file, linked against the library.
  fileprivate static func compile(contentsOf source: URL) throws -> Program {
    let program = Program(
      file: FileManager.default.temporaryDirectory.appending(path: UUID().uuidString))
    let folder = library.deletingLastPathComponent().path
    let result = try compile(
      source, to: program.file, "-std=c11", "-pedantic",
      "-DFAKE_CUDA=\"\(folder)/lib_FakeCUDA.so\"",
      "-I", sources.appending(path: "include").path, "-L", folder, "-Wl,--as-needed",
      "-lweighted_cross_entropy", "-Wl,-rpath,\(folder)", "-lm", "-ldl", "-pthread")
    #expect(result == Execution(status: 0, text: ""))
    return program
  }
}

/// A compiled program, run once.
private struct Program {
  let file: URL

  func output(_ arguments: String...) throws -> Execution {
    defer { try? FileManager.default.removeItem(at: file) }
    return try Execution(of: file.path, arguments)
  }
}
