// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@testable import _DataFiles

@Suite struct NPYReaderTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: NumPyArray.all)
  func filesThatNumPyWrote(_ array: NumPyArray) throws {
    let path = try directory.write(array.file, to: "a.npy")
    let reader = try NPYReader(path: path)
    #expect(reader.shape == array.shape)
    #expect(reader.count == array.values.count)
    #expect(reader.header.dataOffset % 64 == 0)
    #expect(areSame(try reader.readAll(as: Double.self), array.values))
    // As the nearest Float.
    let rounding = try NPYReader(path: path, policy: .nearest)
    #expect(areSame(try rounding.readAll(as: Float.self), array.values.map { Float($0) }))
  }

  @Test(arguments: [1, 2, 3, 5, 7, 12, 13, 100])
  func chunksOfAnyLength(length: Int) throws {
    for array in NumPyArray.all where array.name.hasSuffix(" 1") || array.name.hasPrefix("shape") {
      let reader = try NPYReader(path: try directory.write(array.file, to: "a.npy"))
      var values: [Double] = []
      var buffer = [Double](repeating: -7, count: length)
      while true {
        var span = buffer.mutableSpan
        let count = try reader.read(into: &span)
        values += buffer[..<count]
        #expect(
          count == min(length, array.values.count - values.count + count),
          "only the last chunk is short")
        #expect(reader.progress.byteCount == values.count * reader.elementType.byteCount)
        if count == 0 { break }
      }
      #expect(areSame(values, array.values), "\(array.name)")
      #expect(reader.progress.byteCount == reader.progress.totalByteCount)
    }
  }

  @Test func readsOfBothTypesAlternate() throws {
    for transposes in [false, true] {
      let array = try #require(
        NumPyArray.all.first { $0.name == (transposes ? "shape F (2, 3, 4)" : "shape C (2, 3, 4)") }
      )
      let reader = try NPYReader(path: try directory.write(array.file, to: "a.npy"))
      var values: [Double] = []
      for turn in 0..<8 {
        if turn.isMultiple(of: 2) {
          var buffer = [Double](repeating: 0, count: 3)
          var span = buffer.mutableSpan
          #expect(try reader.read(into: &span) == 3)
          values += buffer
        } else {
          var buffer = [Float](repeating: 0, count: 3)
          var span = buffer.mutableSpan
          #expect(try reader.read(into: &span) == 3)
          values += buffer.map { Double($0) }
        }
      }
      #expect(values == array.values)
      try reader.rewind()
      #expect(try reader.readRemaining(as: Double.self) == array.values)
      #expect(try reader.readAll(as: Double.self) == array.values)
    }
  }

  @Test func fortranOrderWithSmallLimits() throws {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<300 {
      let rank = Int.random(in: 2...5, using: &generator)
      let shape = (0..<rank).map { _ in Int.random(in: 1...7, using: &generator) }
      let count = shape.reduce(1, *)
      let size = [1, 2, 4, 8].randomElement(using: &generator)!
      var header = NPYHeader(
        elementType: [1: .uint8, 2: .uint16, 4: .uint32, 8: .uint64][size]!, shape: shape)
      header.isFortranOrder = true
      var bytes = header.serialized()
      // The element with row-major index i is i mod 251.
      var expected = [Double](repeating: 0, count: count)
      for place in 0..<count {
        var rest = place
        var index = 0
        var indices: [Int] = []
        for length in shape {
          indices.append(rest % length)
          rest /= length
        }
        for (length, position) in zip(shape, indices) { index = index * length + position }
        let value = index % 251
        expected[index] = Double(value)
        bytes += [UInt8(value)] + [UInt8](repeating: 0, count: size - 1)
      }
      let path = try directory.write(bytes, to: "f.npy")
      let limits = FortranOrderGatherer.Limits(
        block: Int.random(in: 8...200, using: &generator),
        preferredBlock: Int.random(in: 1...100, using: &generator),
        gap: Int.random(in: 1...64, using: &generator),
        window: Int.random(in: 64...300, using: &generator))
      let reader = try NPYReader(ByteSource(path: path), policy: .exact, limits: limits)
      #expect(try reader.readAll(as: Double.self) == expected, "\(shape) \(size) \(limits)")
    }
  }

  @Test func integersThatAreNotRepresentable() throws {
    func file(_ type: ElementType, _ words: [UInt64]) throws -> String {
      let header = NPYHeader(elementType: type, byteOrder: .littleEndian, shape: [words.count])
      let data = words.flatMap { word in
        (0..<type.byteCount).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
      }
      return try directory.write(header.serialized() + data, to: "i.npy")
    }
    // 2^24 + 1 and 2^53 + 1 are the first integers that Float and Double cannot represent.
    let single = try file(.int32, [0, 1 << 24, 1 << 24 + 1])
    let error = try failure { _ = try NPYReader(path: single).readAll(as: Float.self) }
    #expect(
      error.description
        == "\(single): element 2: the int32 value 16777217 cannot be represented exactly in float32"
    )
    #expect(error.code == .badData)
    #expect(try NPYReader(path: single).readAll(as: Double.self) == [0, 16_777_216, 16_777_217])
    #expect(
      try NPYReader(path: single, policy: .nearest).readAll(as: Float.self) == [
        0, 16_777_216, 16_777_216,
      ])

    let double = try file(.int64, [1 << 54, UInt64(bitPattern: -(1 << 53) - 1)])
    #expect(
      try failure { _ = try NPYReader(path: double).readAll(as: Double.self) }.description
        == "\(double): element 1: the int64 value -9007199254740993 "
        + "cannot be represented exactly in float64"
    )
    let greatest = try file(.uint64, [1 << 63, .max])
    #expect(
      try failure { _ = try NPYReader(path: greatest).readAll(as: Double.self) }.description
        == "\(greatest): element 1: the uint64 value 18446744073709551615 "
        + "cannot be represented exactly in float64"
    )
    #expect(
      try NPYReader(path: greatest, policy: .nearest).readAll(as: Double.self) == [0x1p63, 0x1p64])
    let least = try file(.int64, [1 << 63, 1 << 62, UInt64(bitPattern: -1)])
    #expect(try NPYReader(path: least).readAll(as: Float.self) == [-0x1p63, 0x1p62, -1])
  }

  @Test func doublesThatAreNotRepresentable() throws {
    func file(_ values: [Double]) throws -> String {
      let writer = try NPYWriter(
        path: directory.file("d.npy"), elementType: .float64, shape: [values.count])
      try writer.append(values)
      try writer.finish()
      return writer.path
    }
    let exact: [Double] = [0, -0.0, 0.5, .infinity, -.infinity, .nan, 0x1p-149, 0x1.fffffep127]
    #expect(
      areSame(try NPYReader(path: try file(exact)).readAll(as: Float.self), exact.map { Float($0) })
    )
    for value in [0.1, 1e39, -1e300, 0x1p-150, 0x1.ffffffp127] {
      let path = try file([1, value])
      #expect(
        try failure { _ = try NPYReader(path: path).readAll(as: Float.self) }.description
          == "\(path): element 1: the float64 value \(value) "
          + "cannot be represented exactly in float32"
      )
    }
  }

  @Test func indexOfAnElementThatIsNotRepresentable() throws {
    let count = 200_000
    let writer = try NPYWriter(
      path: directory.file("d.npy"), elementType: .float64, shape: [2, count / 2])
    try writer.append((0..<count).map { $0 == 123_456 ? 0.1 : Double($0 % 100) })
    try writer.finish()
    let reader = try NPYReader(path: writer.path)
    #expect(
      try failure { _ = try reader.readRemaining(as: Float.self) }.location == .element(123_456))
  }

  @Test func dataAtAnyOffset() throws {
    let text = "{'descr':'<f4','fortran_order':False,'shape':(1,)}"
    for padding in 0..<4 {
      let header = text + String(repeating: " ", count: padding)
      let bytes =
        NPYHeader.magic + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [
          0, 0, 128, 63,
        ]
      let reader = try NPYReader(path: try directory.write(bytes, to: "m.npy"))
      #expect(try reader.readAll(as: Float.self) == [1])
    }
  }

  @Test func bytesAfterTheDataAreIgnored() throws {
    let array = try #require(NumPyArray.all.first { $0.name == "<f4 C 1" })
    let path = try directory.write(array.file + array.file, to: "a.npy")
    #expect(areSame(try NPYReader(path: path).readAll(as: Double.self), array.values))
  }

  @Test func everyByteExceptZeroIsTrue() throws {
    let header = NPYHeader(elementType: .bool, shape: [4])
    let path = try directory.write(header.serialized() + [0, 1, 2, 255], to: "b.npy")
    #expect(try NPYReader(path: path).readAll(as: Float.self) == [0, 1, 1, 1])
  }
}
