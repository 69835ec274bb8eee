// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// Runs that are stopped or fail while writing.
@Suite struct LossCommandInterruptionTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  /// Starts a run that writes `o.npy` and blocks on its other output, a pipe that is not read.
  private func startWaitingRun(onTerminal: Bool = false) throws -> (
    run: RunningTool, pipe: FileHandle
  ) {
    let count = 200_000
    try place.write(
      NPYFile("<f4", [count], [Float](repeating: 1, count: count)).bytes, to: "lx.npy")
    try place.write(
      NPYFile("|b1", [count], [UInt8](repeating: 1, count: count)).bytes, to: "lz.npy")
    try place.write("old", to: "o.npy")
    // The results do not fit the pipe. Opening it for reading and writing does not block.
    let path = place.directory.file("fifo.npy")
    #expect(mkfifo(path, 0o600) == 0)
    let pipe = try #require(FileHandle(forUpdatingAtPath: path))
    let arguments = ["loss", "lx.npy", "lz.npy", "--output", "o.npy", "--gradient", "fifo.npy"]
    let run = try onTerminal ? place.tool.startOnTerminal(arguments) : place.tool.start(arguments)
    try run.wait {
      var state = pollfd(fd: pipe.fileDescriptor, events: Int16(POLLIN), revents: 0)
      return poll(&state, 1, 0) == 1
    }
    return (run, pipe)
  }

  /// Reads from the pipe until the run has ended.
  private func drain(_ pipe: FileHandle, _ run: RunningTool) throws -> Outcome {
    _ = fcntl(pipe.fileDescriptor, F_SETFL, O_NONBLOCK)
    return try run.wait(meanwhile: {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while read(pipe.fileDescriptor, &buffer, buffer.count) > 0 {}
    })
  }

  /// Every signal that ends a program, and faults, which no input should cause.
  @Test(arguments: [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF,
    SIGXCPU, SIGSYS, SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE,
  ])
  func stoppedBySignals(_ signal: Int32) throws {
    let (run, pipe) = try startWaitingRun()
    defer { try? pipe.close() }
    run.signal(signal)
    #expect(try run.wait() == Outcome(status: 128 + signal))
    #expect(try place.text("o.npy") == "old")
    #expect(try place.isClean())
  }

  @Test func killedWithoutWarning() throws {
    let (run, pipe) = try startWaitingRun()
    defer { try? pipe.close() }
    run.signal(SIGKILL)
    #expect(try run.wait().status == 128 + SIGKILL)
    #expect(try place.text("o.npy") == "old")
    #if os(Linux)
      // The new file has no name yet.
      #expect(try place.isClean())
    #endif
  }

  @Test func controlCOnATerminal() throws {
    let (run, pipe) = try startWaitingRun(onTerminal: true)
    defer { try? pipe.close() }
    run.type("\u{3}")
    let outcome = try run.wait()
    #expect(outcome.status == 128 + SIGINT)
    #expect(!outcome.output.contains("mean loss"))
    #expect(try place.text("o.npy") == "old")
    #expect(try place.isClean())
  }

  @Test func ignoredSignalsStayIgnored() throws {
    let count = 200_000
    try place.write(
      NPYFile("<f4", [count], [Float](repeating: 1, count: count)).bytes, to: "lx.npy")
    let outcome = try place.tool.shell(
      """
      trap '' HUP; mkfifo fifo.npy
      "$WCE" loss lx.npy lx.npy --gradient fifo.npy --reduction sum > report & pid=$!
      exec 3< fifo.npy; sleep 0.2; kill -HUP $pid; sleep 0.2; cat <&3 > /dev/null; wait $pid
      """)
    #expect(outcome == Outcome())
    #expect(try place.text("report").hasPrefix("sum              62652.336\n"))
  }

  @Test func aLimitOfTheFileSizeIsAnError() throws {
    let count = 200_000
    try place.write(
      NPYFile("<f4", [count], [Float](repeating: 1, count: count)).bytes, to: "lx.npy")
    try place.write("old", to: "o.npy")
    #expect(
      try place.tool.shell("ulimit -f 100; wce loss lx.npy lx.npy --output o.npy")
        == .failure(74, "o.npy: writing failed: file too large"))
    #expect(try place.text("o.npy") == "old")
    #expect(try place.isClean())
  }

  @Test(.enabled(if: access("/dev/zero", R_OK) == 0, "there is no /dev/zero"))
  func anEndlessRowIsAnError() throws {
    let temporary = try TemporaryDirectory()
    var tool = place.tool
    tool.environment["TMPDIR"] = temporary.path
    // Less than the disk has, and more than a row may have.
    let outcome = try tool.shell(
      "ulimit -f 200000; wce fit /dev/zero --target y --model m.json")
    #expect(outcome.status == 65 && outcome.errors.hasPrefix("wce: /dev/zero: "), "\(outcome)")
    #expect(try temporary.names() == [] && place.isClean())
  }

  @Test func theProgressBarIsErased() throws {
    let (run, pipe) = try startWaitingRun(onTerminal: true)
    // The bar appears after half a second.
    usleep(600_000)
    let output = try drain(pipe, run).output
    let bar = try #require(output.firstMatch(of: /\rwriting \[(#*)(\.*)\] (\d+) %/))
    #expect(bar.1.count + bar.2.count == 30)
    #expect(bar.1.count == Int(bar.3)! * 30 / 100)
    let report = try #require(output.firstRange(of: "mean loss"))
    #expect(output[..<report.lowerBound].hasSuffix("\r\u{1B}[K"))
  }

  @Test func noProgressInAPipe() throws {
    let (run, pipe) = try startWaitingRun()
    usleep(600_000)
    let outcome = try drain(pipe, run)
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(outcome.output.hasPrefix("mean loss"))
    #expect(NPYFile<Float>(try place.directory.read("o.npy"))?.elements.count == 200_000)
  }

  @Test(.enabled(if: access("/dev/full", W_OK) == 0, "there is no /dev/full"))
  func fullDisk() throws {
    let full = "writing failed: no space left on device"
    #expect(
      try place.tool.shell("wce loss x.npy z.npy > /dev/full")
        == .failure(74, "/dev/stdout: \(full)"))
    #expect(
      try place.tool.shell("wce loss x.npy z.npy --reduction none > /dev/full")
        == .failure(74, "/dev/stdout: \(full)"))
    for command in [
      "info", "example", "--help", "help loss", "loss --help", "", "--version",
      "--generate-completion-script zsh",
    ] {
      #expect(
        try place.tool.shell("wce \(command) > /dev/full") == .failure(74, "/dev/stdout: \(full)"),
        "\(command)")
    }
    // The outputs of these are in their places; only the summary cannot be printed.
    let lost = "\(full); only the summary was lost, the outputs are in place"
    for (command, outputs) in [
      ("fit t.csv --target label --model m.json", ["m.json"]),
      ("loss x.npy z.npy --output a.npy --gradient g.csv", ["a.npy", "g.csv"]),
      ("loss x.npy z.npy --output b.npy --json", ["b.npy"]),
      ("tradeoff t.csv --target label --folds 2 --report r.html", ["r.html"]),
    ] {
      #expect(
        try place.tool.shell("wce \(command) > /dev/full")
          == .failure(74, "/dev/stdout: \(lost): \(outputs.joined(separator: ", "))"))
      #expect(Set(outputs).isSubset(of: try place.directory.names()))
    }
    // If one of two outputs fails, neither is replaced.
    for (file, name) in [("full.npy", "o.npy"), ("full.csv", "o.csv")] {
      try place.write("old", to: name)
      try FileManager.default.createSymbolicLink(
        atPath: place.directory.file(file), withDestinationPath: "/dev/full")
      for options in ["--output \(name) --gradient \(file)", "--output \(file) --gradient \(name)"]
      {
        #expect(
          try place.loss("x.npy z.npy \(options)") == .failure(74, "\(file): \(full)"), "\(options)"
        )
        #expect(try place.text(name) == "old")
        #expect(try place.isClean())
      }
    }
  }

  @Test func aClosedPipeEndsTheToolQuietly() throws {
    let count = 200_000
    try place.write(
      NPYFile("<f4", [count], [Float](repeating: 1, count: count)).bytes, to: "lx.npy")
    let outcome = try place.tool.shell("wce loss lx.npy lx.npy --reduction none | head -n 1")
    #expect(outcome == Outcome(output: "loss\n"))
  }

  @Test func outputsThatCannotBeCreated() throws {
    try FileManager.default.createDirectory(
      atPath: place.directory.file("d.npy"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: place.directory.file("dangling.npy"), withDestinationPath: "nowhere/a.npy")
    let names = try place.directory.names()
    for option in ["--output", "--gradient"] {
      for (file, reason) in [
        ("none/o.npy", "its directory does not exist"),
        ("x.npy/o.csv", "a part of the path is not a directory"),
        ("d.npy", "it is a directory"),
        ("dangling.npy", "it is a symbolic link to a file that does not exist"),
      ] {
        #expect(
          try place.loss("x.npy z.npy \(option) \(file)")
            == .failure(73, "\(file): cannot be written: \(reason)"))
      }
    }
    // The other output is removed.
    #expect(try place.loss("x.npy z.npy --output o.npy --gradient none/g.npy").status == 73)
    #expect(try place.directory.names() == names)
  }

  /// Runs the tool as a user who may not start a thread. No other test runs it as this user, whose
  /// processes count.
  private static let threadless =
    "prlimit --nproc=1 setpriv --reuid=61234 --regid=61234 --clear-groups \"$WCE\""

  @Test(
    .enabled(
      if: (try? Tool().shell("\(threadless) --version").status) == 0,
      "the tool cannot run as another user here"))
  func signalsWorkWithoutThreads() throws {
    let outcome = try place.tool.shell(
      """
      chmod 777 .; mkfifo -m 666 f.csv
      \(Self.threadless) loss x.npy z.npy --output o.npy > summary || exit
      \(Self.threadless) fit f.csv --target y --model m.json & pid=$!
      sleep 0.5; kill -TERM $pid; wait $pid
      """)
    // Some shells report the signal.
    #expect(outcome.status == 128 + SIGTERM && !outcome.errors.contains("wce"), "\(outcome)")
    #expect(try place.text("summary").hasPrefix("mean loss"))
    #expect(try place.isClean())
  }

  /// Runs the tool without the rights of root, which may read and write everything.
  private static let unprivileged =
    geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups \"$WCE\"" : "\"$WCE\""

  @Test(
    .enabled(
      if: (try? Tool().shell("\(unprivileged) --version").status) == 0,
      "the tool cannot run without the rights of root here"))
  func deniedPermissions() throws {
    let loss = Self.unprivileged + " loss"
    #expect(try place.tool.shell("chmod 755 . && chmod 000 w.npy && chmod 444 t.csv") == Outcome())
    #expect(
      try place.tool.shell("\(loss) w.npy z.npy")
        == .failure(66, "w.npy: the file exists but cannot be read: permission denied"))
    #expect(
      try place.tool.shell("\(loss) x.npy z.npy --output t.csv")
        == .failure(73, "t.csv: cannot be written: permission denied"))
    #expect(try place.tool.shell("chmod 555 .") == Outcome())
    #expect(
      try place.tool.shell("\(loss) x.npy z.npy --output new.npy")
        == .failure(73, "new.npy: cannot be written: permission denied"))
    #expect(try place.tool.shell("chmod 755 .") == Outcome())
    #expect(try place.text("t.csv").hasPrefix("logit"))
  }
}
