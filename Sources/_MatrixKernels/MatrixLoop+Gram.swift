// SPDX-License-Identifier: Apache-2.0
extension MatrixLoop {
  /// Adds tileᵀ · diag(factors) · tile in blocks of four rows by two columns. The four scaled
  /// columns stay in the first-level cache.
  @inlinable @inline(__always)
  static func addWeightedGram(
    _ tile: Tile, _ factors: UnsafePointer<Double>, _ scratch: UnsafeMutablePointer<Double>,
    _ output: UnsafeMutablePointer<Double>
  ) {
    var row = 0
    while row < tile.columns {
      for column in 0..<4 {
        let source = UnsafePointer(tile.elements) + (row &+ column) &* tile.stride
        let scaled = scratch + column &* tile.stride
        var index = 0
        while index < tile.rows {
          (V(loading: source + index) * V(loading: factors + index)).store(to: scaled + index)
          index &+= V.laneCount
        }
      }
      var column = 0
      while column < row &+ 4 {
        addDotProducts(
          UnsafePointer(scratch), UnsafePointer(tile.elements) + column &* tile.stride,
          tile.stride, tile.rows, output + row &* tile.columns + column, tile.columns)
        column &+= 2
      }
      row &+= 4
    }
  }

  /// Adds the dot products of four columns and two others. Eight sums and six operands fit in the
  /// sixteen registers of SSE2 and AVX2, and eight independent chains hide the latency of a
  /// multiply-add.
  @inlinable @inline(__always)
  static func addDotProducts(
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
