// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory with an inaccessible page on one side of the elements. An access to that page ends the
/// process.
public final class GuardedBuffer<Element: BinaryFloatingPoint> {
  /// The side of the inaccessible page.
  public enum Guard: CaseIterable, Sendable {
    case before, after
  }

  /// The elements, initially 0.
  public let elements: UnsafeMutableBufferPointer<Element>
  private let base: UnsafeMutableRawPointer
  private let length: Int

  /// A buffer of `count` elements.
  public init(count: Int, guarded side: Guard) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let size = count * MemoryLayout<Element>.stride
    let inner = (size + page - 1) / page * page
    length = inner + 2 * page
    let flags = MAP_PRIVATE | MAP_ANON
    guard let base = mmap(nil, length, PROT_NONE, flags, -1, 0), base != MAP_FAILED else {
      fatalError("mmap of \(length) bytes failed: error \(errno)")
    }
    guard inner == 0 || mprotect(base + page, inner, PROT_READ | PROT_WRITE) == 0 else {
      fatalError("mprotect failed: error \(errno)")
    }
    let start = base + page + (side == .before ? 0 : inner - size)
    self.base = base
    elements = UnsafeMutableBufferPointer(
      start: start.bindMemory(to: Element.self, capacity: count), count: count)
  }

  /// A buffer with a copy of an array.
  public convenience init(_ source: [Element], guarded side: Guard) {
    self.init(count: source.count, guarded: side)
    _ = elements.update(fromContentsOf: source)
  }

  deinit { munmap(base, length) }
}
