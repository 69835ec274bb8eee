// SPDX-License-Identifier: Apache-2.0
/// Room for a block of Doubles, or as many bytes of something else, on the stack, where `withUnsafeTemporaryAllocation` gives at most
/// 1024 bytes before it asks for memory.
struct BlockScratch {
  private typealias Eight<Element> = (
    Element, Element, Element, Element, Element, Element, Element, Element
  )

  /// 4096 Doubles: 8 × 8 rows of 64.
  private var rows: Eight<Eight<SIMD64<Double>>>

  private init() {
    func eight<Element>(_ element: Element) -> Eight<Element> {
      (element, element, element, element, element, element, element, element)
    }
    rows = eight(eight(SIMD64()))
  }

  /// Calls `body` with uninitialized or zeroed room for at least `capacity` elements, at most 32 KiB.
  static func with<Element: BitwiseCopyable, Result>(
    capacity: Int, _ body: (UnsafeMutableBufferPointer<Element>) -> Result
  ) -> Result {
    if capacity * MemoryLayout<Element>.stride <= 1024 {
      return withUnsafeTemporaryAllocation(of: Element.self, capacity: capacity) { body($0) }
    }
    precondition(capacity * MemoryLayout<Element>.stride <= MemoryLayout<BlockScratch>.size)
    var scratch = BlockScratch()
    return withUnsafeMutableBytes(of: &scratch) { body($0.bindMemory(to: Element.self)) }
  }
}
