// SPDX-License-Identifier: Apache-2.0
/// 32 KiB of stack memory: a block of Doubles. `withUnsafeTemporaryAllocation` uses the heap above
/// 1,024 bytes.
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

  /// Passes `body` memory for at least `capacity` elements, at most 32 KiB. Its contents are
  /// unspecified.
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
