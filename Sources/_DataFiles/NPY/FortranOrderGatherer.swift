// SPDX-License-Identifier: Apache-2.0
/// Converts an array in Fortran order to row-major order, a block at a time, in bounded memory.
///
/// A block holds the next elements in row-major order: consecutive indices of one axis (`axis`),
/// all indices of the axes after it, and one index of each axis before it. In the file, indices of
/// `axis` are closer together than those of the axes after it. So a block consists of short runs,
/// which are read in file order and scattered to their positions. One read covers runs that are
/// close together.
///
/// Cost: each byte of the file is read once if a block has runs of at least 4 KiB. Otherwise one
/// index of the first axis takes more than 32 MiB / run length, and the file is read several times.
struct FortranOrderGatherer {
  /// The size in bytes of the buffer for `gather`.
  let bufferByteCount: Int

  private let size: Int
  private let shape: [Int]
  private let dataOffset: Int
  /// The axis along which a block is cut.
  private let axis: Int
  /// The number of indices of `axis` in a block.
  private let width: Int
  /// The number of elements for each index of `axis`: the product of the lengths after it.
  private let innerCount: Int
  /// The stride of each axis in the file, in elements.
  private let fileStrides: [Int]

  private let limits: Limits
  /// Bytes of the file that have not been scattered yet.
  private var window: [UInt8]
  private var windowRange = 0..<0

  /// Sizes in bytes; tests choose small ones.
  struct Limits {
    /// The largest block.
    var block = 32 << 20
    /// The size of a block if runs are long enough.
    var preferredBlock = 1 << 20
    /// Reading a gap of this size costs about as much as another system call.
    var gap = 4 << 10
    var window = 256 << 10
  }

  /// The array must have at least one element.
  init(header: NPYHeader, limits: Limits) {
    self.limits = limits
    window = [UInt8](repeating: 0, count: limits.window)
    size = header.elementType.byteCount
    shape = header.shape
    dataOffset = header.dataOffset
    var strides: [Int] = []
    var stride = 1
    for length in shape {
      strides.append(stride)
      stride *= length
    }
    fileStrides = strides

    var axis = shape.count - 1
    var innerCount = 1
    while axis > 0, innerCount * shape[axis] * size <= limits.block {
      innerCount *= shape[axis]
      axis -= 1
    }
    self.axis = axis
    self.innerCount = innerCount
    let rowBytes = innerCount * size
    let longRun = max(limits.preferredBlock / rowBytes, limits.gap / size)
    width = max(1, min(longRun, limits.block / rowBytes, shape[axis]))
    bufferByteCount = width * rowBytes
  }

  /// Writes a block of elements to `buffer`, in row-major order, and returns their number.
  ///
  /// - Parameter position: The first element: 0 or the end of the previous block.
  mutating func gather(
    from position: Int, of source: ByteSource, into buffer: UnsafeMutableRawBufferPointer
  ) throws(DataFileError) -> Int {
    var index = position / innerCount
    let first = index % shape[axis]
    let count = min(width, shape[axis] - first)
    var base = 0
    for k in (0...axis).reversed() {
      base += index % shape[k] * fileStrides[k]
      index /= shape[k]
    }

    // The axes after `axis`, in the order of the file: the first one varies fastest.
    let inner = (axis + 1)..<shape.count
    var indices = [Int](repeating: 0, count: inner.count)
    var rowStrides = [Int](repeating: 1, count: inner.count)
    for k in inner.dropLast().reversed() {
      rowStrides[k - axis - 1] = rowStrides[k - axis] * shape[k + 1]
    }
    for _ in 0..<innerCount {
      var fileIndex = base
      var bufferIndex = 0
      for k in indices.indices {
        fileIndex += indices[k] * fileStrides[axis + 1 + k]
        bufferIndex += indices[k] * rowStrides[k]
      }
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[(bufferIndex * size)...])
      try copyRun(from: fileIndex, count: count, of: source, to: target)
      for k in indices.indices {
        indices[k] += 1
        if indices[k] < shape[axis + 1 + k] { break }
        indices[k] = 0
      }
    }
    return count * innerCount
  }

  /// Copies `count` elements along `axis`, from element `start` of the file on. In the target their
  /// stride is `innerCount`.
  private mutating func copyRun(
    from start: Int, count: Int, of source: ByteSource, to target: UnsafeMutableRawBufferPointer
  ) throws(DataFileError) {
    let stride = fileStrides[axis] * size
    var done = 0
    while done < count {
      let fitting = stride > limits.gap ? 1 : (window.count - size) / stride + 1
      let part = min(count - done, fitting)
      let range = try bytes(
        at: dataOffset + start * size + done * stride, count: (part - 1) * stride + size, of: source
      )
      let targetStart = done * innerCount * size
      window.withUnsafeBytes { window in
        let source = UnsafeRawBufferPointer(rebasing: window[range])
        let target = UnsafeMutableRawBufferPointer(rebasing: target[targetStart...])
        switch size {
        case 1: scatter(UInt8.self, source, stride, target, innerCount, part)
        case 2: scatter(UInt16.self, source, stride, target, innerCount, part)
        case 4: scatter(UInt32.self, source, stride, target, innerCount, part)
        default: scatter(UInt64.self, source, stride, target, innerCount, part)
        }
      }
      done += part
    }
  }

  /// The range in the window of bytes of the file, which are read if necessary.
  private mutating func bytes(
    at offset: Int, count: Int, of source: ByteSource
  ) throws(DataFileError) -> Range<Int> {
    if !windowRange.contains(offset) || offset + count > windowRange.upperBound {
      // Read ahead if the gap before the next run is small.
      let gap = axis + 1 < shape.count ? fileStrides[axis + 1] * size - count : 0
      let wanted = gap <= limits.gap ? window.count : count
      let read = try window.withUnsafeMutableBufferPointer { window throws(DataFileError) in
        try source.read(
          into: UnsafeMutableRawBufferPointer(
            UnsafeMutableBufferPointer(rebasing: window.prefix(wanted))),
          at: offset)
      }
      windowRange = offset..<(offset + read)
      guard read >= count else { throw source.changed }
    }
    let start = offset - windowRange.lowerBound
    return start..<(start + count)
  }
}

/// Copies elements with a stride of `sourceStride` bytes to a stride of `targetStride` elements.
@inline(__always)
private func scatter<Word: BitwiseCopyable>(
  _: Word.Type, _ source: UnsafeRawBufferPointer, _ sourceStride: Int,
  _ target: UnsafeMutableRawBufferPointer, _ targetStride: Int, _ count: Int
) {
  let size = MemoryLayout<Word>.size
  for index in 0..<count {
    let word = source.loadUnaligned(fromByteOffset: index * sourceStride, as: Word.self)
    target.storeBytes(of: word, toByteOffset: index * targetStride * size, as: Word.self)
  }
}
