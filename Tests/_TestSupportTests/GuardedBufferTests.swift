// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport

@Suite struct GuardedBufferTests {
  @Test(
    "All elements can be read and written", arguments: [0, 1, 3, 1024, 5000],
    GuardedBuffer<Double>.Guard.allCases)
  func elements(count: Int, side: GuardedBuffer<Double>.Guard) {
    let source = (0..<count).map(Double.init)
    let buffer = GuardedBuffer(source, guarded: side)
    #expect(Array(buffer.elements) == source)
    for index in buffer.elements.indices { buffer.elements[index] += 1 }
    #expect(buffer.elements.reduce(0, +) == source.reduce(0, +) + Double(count))
  }

  @Test("Reading after the last element ends the process") func reading() async {
    await #expect(processExitsWith: .failure) {
      let buffer = GuardedBuffer<Float>(count: 5, guarded: .after)
      let base = buffer.elements.baseAddress!
      print((base + 5).pointee)
    }
  }

  @Test("Writing before the first element ends the process") func writing() async {
    await #expect(processExitsWith: .failure) {
      let buffer = GuardedBuffer<Float>(count: 5, guarded: .before)
      let base = buffer.elements.baseAddress!
      (base - 1).pointee = 1
      print(base.pointee)
    }
  }
}
