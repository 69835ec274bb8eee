// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemPackage
import Testing
import _Termination
import _TestSupport

@testable import _DataFiles

@Suite struct AtomicFileTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func mode(_ path: String) throws -> UInt16 {
    let value = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    return try #require(value as? NSNumber).uint16Value
  }

  /// Whether a new file has no name until it is committed.
  private func isHidden(_ unnamed: Bool) -> Bool {
    unnamed
      && (try? FileDescriptor.unnamed(in: FilePath(directory.path), .ownerReadWrite).close()) != nil
  }

  @Test(arguments: [false, true])
  func commitReplacesTheTarget(unnamed: Bool) throws {
    let path = try directory.write("old", to: "f")
    let file = try AtomicFile(path: path, unnamed: unnamed)
    try file.write("new ")
    try file.write([UInt8]("bytes".utf8).span.bytes)
    #expect(try directory.text("f") == "old")
    if isHidden(unnamed) {
      #expect(try directory.names() == ["f"])
    } else {
      #expect(try directory.names().count == 2)
      #expect(try directory.names()[0].hasPrefix(".f.") && directory.names()[0].hasSuffix(".tmp"))
    }
    try file.commit()
    #expect(try directory.text("f") == "new bytes")
    #expect(try directory.names() == ["f"])
    file.discard()
    #expect(try directory.text("f") == "new bytes")
  }

  @Test(arguments: [false, true])
  func severalFilesAreCommittedTogether(unnamed: Bool) throws {
    func start(_ paths: [String]) throws -> [AtomicFile] {
      try paths.map { path in
        let file = try AtomicFile(path: path, unnamed: unnamed)
        try file.write("new")
        return file
      }
    }
    let paths = try ["a", "b"].map { try directory.write("old", to: $0) }
    let folder = directory.file("d")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    // If one cannot be put in its place, none is.
    let files = try start(paths + [folder + "/c"])
    try FileManager.default.removeItem(atPath: folder)
    #expect(try failure { try AtomicFile.commit(files) }.path == folder + "/c")
    #expect(try directory.text("a") == "old" && directory.text("b") == "old")
    #expect(try directory.names() == ["a", "b"])
    try AtomicFile.commit(start(paths) + [AtomicFile(path: "/dev/null")])
    #expect(try directory.text("a") == "new" && directory.text("b") == "new")
    #expect(try directory.names() == ["a", "b"])
  }

  /// The files of processes that were killed are removed, those of running ones are not.
  @Test(arguments: [false, true])
  func leftovers(unnamed: Bool) throws {
    let path = try directory.write("old", to: "f")
    let running = try AtomicFile(path: path, unnamed: false)
    let others = ["f.tmp", ".f.tmp", ".g.1.tmp", ".f.1.txt"]
    for name in [".f.1.tmp", ".f.zz.tmp"] + others { _ = try directory.write("x", to: name) }
    let file = try AtomicFile(path: path, unnamed: unnamed)
    #expect(try directory.names().count == (isHidden(unnamed) ? 2 : 3) + others.count)
    try running.write("running")
    try running.commit()
    #expect(try directory.text("f") == "running")
    try file.write("new")
    try file.commit()
    #expect(try directory.text("f") == "new")
    #expect(try Set(directory.names()) == Set(["f"] + others))
  }

  /// A slash and an accent after it are one `Character`, and `é` has two encodings.
  @Test(arguments: [false, true])
  func pathsAreSplitByBytes(unnamed: Bool) throws {
    try FileManager.default.createDirectory(
      atPath: directory.file("d"), withIntermediateDirectories: false)
    for name in ["\u{301}o.npy", "e\u{301}", "\u{E9}"] {
      let file = try AtomicFile(path: directory.path + "/d/" + name, unnamed: unnamed)
      try file.write(name)
      try file.commit()
    }
    #expect(SystemCalls.fileNames(in: directory.file("d"), prefix: "").count == 5)
    #expect(try directory.names() == ["d"])
    #expect(try directory.text("d/e\u{301}").unicodeScalars.count == 2)
  }

  @Test func linksToNamesThatAreNotUTF8() throws {
    let target = Array(directory.file("x").utf8CString.dropLast()) + [-1, 0]
    let link = directory.file("link")
    try #require(close(open(target, O_CREAT | O_WRONLY, 0o600)) == 0)
    try #require(symlink(target, link) == 0)
    let error = try failure { try AtomicFile.write("new", to: link) }
    #expect(error.code == .cannotCreate)
    #expect(unlink(target) == 0)
  }

  @Test func interruptedCloseIsNotAFailure() throws {
    try FileDescriptor.ignoringInterruption { throw Errno.interrupted }
    #expect(throws: Errno.ioError) {
      try FileDescriptor.ignoringInterruption { throw Errno.ioError }
    }
  }

  @Test func wholeFiles() throws {
    try AtomicFile.write("{}\n", to: directory.file("a.json"))
    try AtomicFile.write([1, 2, 3].span.bytes, to: directory.file("b"))
    #expect(try directory.text("a.json") == "{}\n")
    #expect(try directory.read("b").count == 3 * MemoryLayout<Int>.size)
    try AtomicFile.write("", to: directory.file("empty"))
    #expect(try directory.read("empty") == [])
  }

  @Test func largeWrites() throws {
    var generator = SeededGenerator(seed: 6)
    var expected: [UInt8] = []
    let file = try AtomicFile(path: directory.file("l"))
    for _ in 0..<40 {
      let bytes = [UInt8](
        repeating: UInt8.random(in: 0...255, using: &generator),
        count: Int.random(in: 0...700_000, using: &generator))
      expected += bytes
      try file.write(bytes.span.bytes)
    }
    try file.commit()
    #expect(try directory.read("l") == expected)
  }

  @Test func aFileThatIsNotCommittedKeepsTheTarget() throws {
    let path = try directory.write("old", to: "f")
    do {
      let file = try AtomicFile(path: path, unnamed: false)
      try file.write(String(repeating: "x", count: 1_000_000))
      #expect(try directory.names().count == 2)
    }
    #expect(try directory.text("f") == "old")
    #expect(try directory.names() == ["f"])
  }

  @Test func permissionsAreKept() throws {
    let path = try directory.write("old", to: "f")
    for mode: UInt16 in [0o600, 0o640, 0o755] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      try AtomicFile.write("new", to: path)
      #expect(try self.mode(path) == mode)
    }
    // A new file has the default permissions of the process.
    try AtomicFile.write("new", to: directory.file("g"))
    #expect(FileManager.default.createFile(atPath: directory.file("h"), contents: nil))
    #expect(try mode(directory.file("g")) == mode(directory.file("h")))
  }

  @Test func symbolicLinksAreKept() throws {
    _ = try directory.write("old", to: "real")
    let link = directory.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real")
    try AtomicFile.write("new", to: link)
    #expect(try directory.text("real") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real")
    let dangling = directory.file("dangling")
    try FileManager.default.createSymbolicLink(atPath: dangling, withDestinationPath: "nowhere")
    let error = try failure { try AtomicFile.write("new", to: dangling) }
    #expect(error.code == .cannotCreate)
    #expect(
      error.reason == "cannot be written: it is a symbolic link to a file that does not exist")
  }

  @Test func pathsThatCannotBeCreated() throws {
    let file = try directory.write("x", to: "f")
    let cases = [
      (directory.path, "cannot be written: it is a directory"),
      (directory.file("none/f"), "cannot be written: its directory does not exist"),
      (file + "/f", "cannot be written: a part of the path is not a directory"),
      ("", "the path is empty"),
      (directory.file(String(repeating: "n", count: 300)), "cannot be written: file name too long"),
    ]
    for (path, reason) in cases {
      let error = try failure { _ = try AtomicFile(path: path) }
      #expect(error.code == .cannotCreate)
      #expect(error.description == "\(path): \(reason)")
    }
    #expect(try directory.names() == ["f"])
  }

  @Test func longFileNames() throws {
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write("new", to: directory.file(name))
    #expect(try directory.names() == [name])
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func permissionDenied() throws {
    let path = try directory.write("old", to: "f")
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
    #expect(
      try failure { _ = try AtomicFile(path: path) }.reason
        == "cannot be written: permission denied")
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: directory.path)
    defer {
      try? FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: directory.path)
    }
    #expect(try failure { _ = try AtomicFile(path: directory.file("g")) }.code == .cannotCreate)
  }

  @Test func targetsThatAreNotRegularFiles() throws {
    try AtomicFile.write("lost", to: "/dev/null")
    let fifo = directory.file("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    // Opened for reading and writing, so that neither side waits.
    let reader = open(fifo, O_RDWR)
    defer { close(reader) }
    try AtomicFile.write("through", to: fifo)
    var buffer = [UInt8](repeating: 0, count: 20)
    #expect(read(reader, &buffer, 20) == 7)
    #expect(String(decoding: buffer.prefix(7), as: UTF8.self) == "through")
    let log = open(directory.file("fd"), O_RDWR | O_CREAT | O_APPEND, 0o600)
    try AtomicFile.write("one ", to: "/dev/fd/\(log)")
    try AtomicFile.write("two", to: "/dev/fd/\(log)")
    close(log)
    #expect(try directory.text("fd") == "one two")
    #expect(try failure { _ = try AtomicFile(path: "/dev/fd/987") }.code == .cannotCreate)
  }

  @Test(.enabled(if: access("/dev/full", W_OK) == 0, "there is no /dev/full"))
  func fullDevices() throws {
    let file = try AtomicFile(path: "/dev/full")
    try file.write("x")
    for error in [
      try failure { try file.synchronize() },
      try failure { try AtomicFile.write("x", to: "/dev/full") },
    ] {
      #expect(error.code == .inputOutput)
      #expect(error.description == "/dev/full: writing failed: no space left on device")
    }
  }

  @Test func aFullDiskKeepsTheTargetAndLeavesNothingElse() async throws {
    let path = try directory.write("old", to: "f")
    await #expect(processExitsWith: .success) { [path = path as String] in
      // As on a full disk, `write` fails in the middle of the data.
      signal(SIGXFSZ, SIG_IGN)
      #expect(limitFileSize(1 << 20))
      let writer = try NPYWriter(path: path, elementType: .float64, shape: [1_000_000])
      let error = try failure {
        for _ in 0..<10 { try writer.append([Double](repeating: 1, count: 100_000)) }
      }
      #expect(error.code == .inputOutput)
      #expect(error.description == "\(path): writing failed: file too large")
      // The temporary file is removed at once, not by `deinit`.
      let names = try FileManager.default.contentsOfDirectory(
        atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path)
      #expect(names == ["f"])
    }
    #expect(try directory.text("f") == "old")
    #expect(try directory.names() == ["f"])
  }

  @Test func anInterruptedProgramRemovesItsTemporaryFiles() async throws {
    let path = try directory.write("old", to: "f")
    await #expect(processExitsWith: .signal(SIGUSR1)) { [path = path as String] in
      let first = try NPYWriter(path: path, elementType: .float64, shape: [1000])
      let second = try AtomicFile(path: path + ".html", unnamed: false)
      try second.write("<html>")
      withExtendedLifetime((first, second)) {
        wce_end_by_signal(SIGUSR1)
      }
    }
    #expect(try directory.text("f") == "old")
    #expect(try directory.names() == ["f"])
  }
}

/// Limits the size of the files that this process may write.
private func limitFileSize(_ byteCount: UInt) -> Bool {
  var limit = rlimit(rlim_cur: numericCast(byteCount), rlim_max: numericCast(byteCount))
  #if canImport(Glibc)
    return setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0
  #else
    return setrlimit(RLIMIT_FSIZE, &limit) == 0
  #endif
}
