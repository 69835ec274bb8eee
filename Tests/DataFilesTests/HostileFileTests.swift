// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

/// Randomly damaged files: each is read or gives a `DataFileError`. `Utilities/fuzz` tries more.
@Suite struct HostileFileTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  /// Runs `body`, and returns `false` if it throws a `DataFileError`.
  private func succeeds(_ path: String, _ body: () throws -> Void) throws -> Bool {
    do {
      try body()
      return true
    } catch let error as DataFileError {
      #expect(error.code == .badData, "\(error)")
      #expect(error.path == path)
      #expect(!error.description.contains("\n"))
      return false
    }
  }

  @Test func arrays() throws {
    var generator = SeededGenerator(seed: 0x6E70_79)
    let originals = NumPyArray.all.filter { $0.file.count < 400 }.map(\.file)
    let alphabet = Array("0123456789-'{}(),:<>|=TrueFalsL fiub\n".utf8)
    var successes = 0
    for _ in 0..<1000 {
      // The parser is strict and refuses most changes to a header.
      let original = originals.randomElement(using: &generator)!
      let bytes = generator.damaged(original, alphabet: alphabet, times: 1...2)
      let path = try directory.write(bytes, to: "a.npy")
      let isRead = try succeeds(path) {
        let reader = try NPYReader(path: path, policy: .nearest)
        #expect(reader.header.count <= bytes.count)
        #expect(try reader.readAll(as: Double.self).count == reader.header.count)
        #expect(try reader.readAll(as: Float.self).count == reader.header.count)
      }
      successes += isRead ? 1 : 0
    }
    // The damage must be neither harmless nor always fatal.
    #expect((100...900).contains(successes), "\(successes) of 1000 were read")
  }

  @Test func tables() throws {
    var generator = SeededGenerator(seed: 0x637376)
    let originals = [
      "a,b,c\n1,2,3\n-4.5e1,inf,6\n7,8,9\n",
      "\u{FEFF}name;\"x \"\"y\"\"\";t\r\n\"a;b\";1.5;\"two\r\nlines\"\r\n;2;\r\nlast;3;z",
      "x\n1\n\n2\n3.14159265358979323846\n",
      "k\tv\nNA\t1\n2\t\n3\t0x1\n",
      (0..<40).map { "\($0),\($0 * 7919 % 1000).5,label \($0 % 3)" }.joined(separator: "\n"),
    ].map { Array($0.utf8) }
    let alphabet = Array("\",;\t\r\n 0123456789.-+eEinfNA".utf8)
    var successes = 0
    for _ in 0..<1000 {
      let original = originals.randomElement(using: &generator)!
      let bytes = generator.damaged(original, alphabet: alphabet, times: 1...6)
      let path = try directory.write(bytes, to: "t.csv")
      let format = CSVFormat(
        delimiter: [nil, .comma, .semicolon].randomElement(using: &generator)!,
        hasHeader: .random(using: &generator))
      let limits = CSVBlockReader.Limits(
        chunkSize: [4, 7, 16, 50, 256, 4096].randomElement(using: &generator)!, rowSize: 8192)
      let isRead = try succeeds(path) {
        let file = try CSVFile(ByteSource(path: path), format: format, limits: limits)
        let table = try CSVTable(file: file, textColumns: [], progress: { _ in })
        for (index, column) in table.columns.enumerated() {
          switch column.values {
          case .borrowed: Issue.record("numbers of a file that belong to someone else")
          case .numbers(let numbers):
            #expect(numbers.count == table.rowCount)
            #expect(numbers.count { $0.isNaN } == column.missingCount)
            // The column reader gives the same numbers, or refuses a word for missing.
            let reader = try CSVColumnReader(
              file: CSVFile(ByteSource(path: path), format: format, limits: limits),
              index: index,
              missing: .nan)
            if let again = try? reader.readRemaining(as: Double.self) {
              #expect(areSame(again, numbers))
            }
          case .categories(let codes, let labels):
            #expect(codes.count == table.rowCount)
            #expect(codes.allSatisfy { $0 >= -1 && $0 < labels.count })
            #expect(codes.count { $0 < 0 } == column.missingCount)
            #expect(Set(codes).subtracting([-1]).count == labels.count)
          }
        }
      }
      successes += isRead ? 1 : 0
    }
    #expect((100...900).contains(successes), "\(successes) of 1000 were read")
  }

  @Test func randomBytes() throws {
    var generator = SeededGenerator(seed: 0x6E6F)
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0...2000, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let path = try directory.write(bytes, to: "n")
      #expect(try !succeeds(path) { _ = try NPYReader(path: path) })
      _ = try succeeds(path) { _ = try CSVTable(contentsOf: path) }
      let header = try directory.write(NPYHeader.magic + [1, 0, 255, 1] + bytes, to: "h")
      #expect(try !succeeds(header) { _ = try NPYReader(path: header) })
    }
  }
}
