/// Room for a block of Doubles on the stack, where `withUnsafeTemporaryAllocation` gives at most 1024 bytes before it asks for memory.
struct BlockScratch {
  private typealias Eight<Element> = (Element, Element, Element, Element, Element, Element, Element, Element)

  /// 4096 Doubles: 8 × 8 rows of 64.
  private var rows: Eight<Eight<SIMD64<Double>>>

  private init() {
    func eight<Element>(_ element: Element) -> Eight<Element> {
      (element, element, element, element, element, element, element, element)
    }
    rows = eight(eight(SIMD64()))
  }

  /// Calls `body` with uninitialized or zeroed room for at least `capacity` numbers, at most a block.
  static func with<Scalar: LossScalar, Result>(
    capacity: Int, _ body: (UnsafeMutableBufferPointer<Scalar>) -> Result
  ) -> Result {
    if capacity * MemoryLayout<Scalar>.stride <= 1024 {
      return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: capacity) { body($0) }
    }
    precondition(capacity * MemoryLayout<Scalar>.stride <= MemoryLayout<BlockScratch>.size)
    var scratch = BlockScratch()
    return withUnsafeMutableBytes(of: &scratch) { body($0.bindMemory(to: Scalar.self)) }
  }
}
