// SPDX-License-Identifier: Apache-2.0
/// Brings an array in Fortran order into row-major order, a block at a time, in bounded memory.
///
/// A block is what row-major order meets next: some consecutive indices of one axis (`axis`), all of the axes behind it, one
/// index of each axis before it. In the file, `axis` runs faster than those behind it, so a block is a set of short runs, which
/// are read in file order and scattered to their places. Where runs lie close together one read takes many of them.
///
/// Cost: each byte of the file is read once as long as the rows of a block make runs of 4 KiB or more. That fails only where a single
/// index of the first axis already takes more than 32 MiB / run length; the file is then read several times.
struct FortranOrderGatherer {
  /// The size of the buffer that `gather` needs.
  let bufferByteCount: Int

  private let size: Int
  private let shape: [Int]
  private let dataOffset: Int
  /// The axis of which a block takes consecutive indices.
  private let axis: Int
  /// How many indices of `axis` a block takes.
  private let width: Int
  /// The number of elements per index of `axis` in a block: the product of the lengths behind it.
  private let innerCount: Int
  /// The distance in elements of neighbours along each axis in the file.
  private let fileStrides: [Int]

  private let limits: Limits
  /// Bytes of the file on their way to their places.
  private var window: [UInt8]
  private var windowRange = 0..<0

  /// The sizes in bytes that the reading keeps to; tests choose small ones.
  struct Limits {
    /// The greatest block.
    var block = 32 << 20
    /// The size of a block where longer runs bring nothing.
    var preferredBlock = 1 << 20
    /// Reading this much in vain costs about as much as another system call.
    var gap = 4 << 10
    var window = 256 << 10
  }

  /// The header has at least one element.
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

  /// Writes the elements from `position` on to `buffer`, in row-major order, and returns how many there are.
  ///
  /// `position` is 0 or where the last block ended.
  mutating func gather(
    from position: Int, of file: InputFile, into buffer: UnsafeMutableRawBufferPointer
  ) throws(DataFileError) -> Int {
    var index = position / innerCount
    let first = index % shape[axis]
    let count = min(width, shape[axis] - first)
    var base = 0
    for k in (0...axis).reversed() {
      base += index % shape[k] * fileStrides[k]
      index /= shape[k]
    }

    // The axes behind `axis`, the first of them fastest: the order of the file.
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
      try copyRun(from: fileIndex, count: count, of: file, to: target)
      for k in indices.indices {
        indices[k] += 1
        if indices[k] < shape[axis + 1 + k] { break }
        indices[k] = 0
      }
    }
    return count * innerCount
  }

  /// Copies `count` elements along `axis`, the first of them at element `start` of the file, to every `innerCount`th place.
  private mutating func copyRun(
    from start: Int, count: Int, of file: InputFile, to target: UnsafeMutableRawBufferPointer
  ) throws(DataFileError) {
    let stride = fileStrides[axis] * size
    var done = 0
    while done < count {
      let fitting = stride > limits.gap ? 1 : (window.count - size) / stride + 1
      let part = min(count - done, fitting)
      let source = try bytes(
        at: dataOffset + start * size + done * stride, count: (part - 1) * stride + size, of: file)
      let targetStart = done * innerCount * size
      window.withUnsafeBytes { window in
        let source = UnsafeRawBufferPointer(rebasing: window[source])
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

  /// The place in the window of some bytes of the file, read if they are not there.
  private mutating func bytes(at offset: Int, count: Int, of file: InputFile) throws(DataFileError)
    -> Range<
      Int
    >
  {
    if !windowRange.contains(offset) || offset + count > windowRange.upperBound {
      // The gap to the next run says whether what follows will be wanted soon.
      let behind = axis + 1 < shape.count ? fileStrides[axis + 1] * size - count : 0
      let wanted = behind <= limits.gap ? window.count : count
      let read = try window.withUnsafeMutableBufferPointer { window throws(DataFileError) in
        try file.read(
          into: UnsafeMutableRawBufferPointer(
            UnsafeMutableBufferPointer(rebasing: window.prefix(wanted))),
          at: offset)
      }
      windowRange = offset..<(offset + read)
      guard read >= count else {
        throw DataFileError(
          .badData, path: file.path, reason: "the file became shorter while it was read")
      }
    }
    let start = offset - windowRange.lowerBound
    return start..<(start + count)
  }
}

/// Copies every `sourceStride`th byte position's element to every `targetStride`th element.
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
