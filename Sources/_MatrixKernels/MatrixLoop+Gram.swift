// SPDX-License-Identifier: Apache-2.0
extension MatrixLoop {
  /// Adds tileᵀ · tile in blocks of four columns by two. Eight sums and six operands fit in the
  /// sixteen registers of SSE2 and AVX2, and eight independent chains hide the latency of a
  /// multiply-add.
  @inlinable @inline(__always)
  static func addGram(_ tile: Tile, _ output: UnsafeMutablePointer<Double>) {
    var row = 0
    while row < tile.columns {
      var column = 0
      while column < row &+ 4 {
        addGramBlock(
          UnsafePointer(tile.elements) + row &* tile.stride,
          UnsafePointer(tile.elements) + column &* tile.stride,
          tile.stride, tile.rows, output + row &* tile.columns + column, tile.columns)
        column &+= 2
      }
      row &+= 4
    }
  }

  @inlinable @inline(__always)
  static func addGramBlock(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, _ stride: Int, _ rows: Int,
    _ output: UnsafeMutablePointer<Double>, _ outputStride: Int
  ) {
    var a0 = V(repeating: 0)
    var a1 = a0
    var b0 = a0
    var b1 = a0
    var c0 = a0
    var c1 = a0
    var d0 = a0
    var d1 = a0
    var row = 0
    while row < rows {
      let first = V(loading: right + row)
      let second = V(loading: right + stride + row)
      let a = V(loading: left + row)
      a0 = V.multiplyAdd(a, first, a0)
      a1 = V.multiplyAdd(a, second, a1)
      let b = V(loading: left + stride + row)
      b0 = V.multiplyAdd(b, first, b0)
      b1 = V.multiplyAdd(b, second, b1)
      let c = V(loading: left + 2 &* stride + row)
      c0 = V.multiplyAdd(c, first, c0)
      c1 = V.multiplyAdd(c, second, c1)
      let d = V(loading: left + 3 &* stride + row)
      d0 = V.multiplyAdd(d, first, d0)
      d1 = V.multiplyAdd(d, second, d1)
      row &+= V.laneCount
    }
    output[0] += a0.sum
    output[1] += a1.sum
    output[outputStride] += b0.sum
    output[outputStride &+ 1] += b1.sum
    output[2 &* outputStride] += c0.sum
    output[2 &* outputStride &+ 1] += c1.sum
    output[3 &* outputStride] += d0.sum
    output[3 &* outputStride &+ 1] += d1.sum
  }
}
