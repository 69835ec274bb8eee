// SPDX-License-Identifier: Apache-2.0
extension MatrixLoop {
  /// Four vectors at a time share the loads of the tile. The products of a vector have the same
  /// bits alone and with others, because each adds its terms in the order of the columns.
  @inlinable @inline(__always)
  static func products(
    _ tile: Tile, _ vectors: UnsafePointer<Double>, _ count: Int,
    _ output: UnsafeMutablePointer<Double>
  ) {
    let grouped = count &- count % 4
    var row = 0
    // The rows are the outer loop, so that their part of the tile stays in the first-level cache.
    while row < tile.rows {
      var vector = 0
      while vector < grouped {
        productsBlock(
          UnsafePointer(tile.elements) + row, tile.stride, vectors + vector &* tile.columns,
          tile.columns, output + vector &* tile.stride + row)
        vector &+= 4
      }
      row &+= 2 &* V.laneCount
    }
    for vector in grouped..<count {
      product(tile, vectors + vector &* tile.columns, output + vector &* tile.stride)
    }
  }

  /// Two registers of rows and four vectors. Eight sums and six operands fit in the sixteen
  /// registers of SSE2 and AVX2, and eight independent chains hide the latency of a multiply-add.
  @inlinable @inline(__always)
  static func productsBlock(
    _ tile: UnsafePointer<Double>, _ stride: Int, _ vectors: UnsafePointer<Double>,
    _ columns: Int, _ output: UnsafeMutablePointer<Double>
  ) {
    var a0 = V(repeating: 0)
    var a1 = a0
    var b0 = a0
    var b1 = a0
    var c0 = a0
    var c1 = a0
    var d0 = a0
    var d1 = a0
    var element = tile
    for column in 0..<columns {
      let first = V(loading: element)
      let second = V(loading: element + V.laneCount)
      let a = V(repeating: vectors[column])
      a0 = V.multiplyAdd(a, first, a0)
      a1 = V.multiplyAdd(a, second, a1)
      let b = V(repeating: vectors[columns &+ column])
      b0 = V.multiplyAdd(b, first, b0)
      b1 = V.multiplyAdd(b, second, b1)
      let c = V(repeating: vectors[2 &* columns &+ column])
      c0 = V.multiplyAdd(c, first, c0)
      c1 = V.multiplyAdd(c, second, c1)
      let d = V(repeating: vectors[3 &* columns &+ column])
      d0 = V.multiplyAdd(d, first, d0)
      d1 = V.multiplyAdd(d, second, d1)
      element += stride
    }
    a0.store(to: output)
    a1.store(to: output + V.laneCount)
    b0.store(to: output + stride)
    b1.store(to: output + stride + V.laneCount)
    c0.store(to: output + 2 &* stride)
    c1.store(to: output + 2 &* stride + V.laneCount)
    d0.store(to: output + 3 &* stride)
    d1.store(to: output + 3 &* stride + V.laneCount)
  }

  @inlinable @inline(__always)
  static func addTransposedProducts(
    _ tile: Tile, _ vectors: UnsafePointer<Double>, _ count: Int,
    _ output: UnsafeMutablePointer<Double>
  ) {
    let grouped = count &- count % 4
    var vector = 0
    while vector < grouped {
      var column = 0
      while column < tile.columns {
        addDotProducts(
          vectors + vector &* tile.stride, UnsafePointer(tile.elements) + column &* tile.stride,
          tile.stride, tile.rows, output + vector &* tile.columns + column, tile.columns)
        column &+= 2
      }
      vector &+= 4
    }
    for vector in grouped..<count {
      addTransposedProduct(
        tile, vectors + vector &* tile.stride, output + vector &* tile.columns)
    }
  }

  @inlinable @inline(__always)
  static func product(
    _ tile: Tile, _ vector: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>
  ) {
    var column = 0
    while column < tile.columns {
      let first = UnsafePointer(tile.elements) + column &* tile.stride
      let second = first + tile.stride
      let third = second + tile.stride
      let fourth = third + tile.stride
      let a = V(repeating: vector[column])
      let b = V(repeating: vector[column &+ 1])
      let c = V(repeating: vector[column &+ 2])
      let d = V(repeating: vector[column &+ 3])
      var row = 0
      while row < tile.rows {
        var sum = column == 0 ? V(repeating: 0) : V(loading: output + row)
        sum = V.multiplyAdd(a, V(loading: first + row), sum)
        sum = V.multiplyAdd(b, V(loading: second + row), sum)
        sum = V.multiplyAdd(c, V(loading: third + row), sum)
        sum = V.multiplyAdd(d, V(loading: fourth + row), sum)
        sum.store(to: output + row)
        row &+= V.laneCount
      }
      column &+= 4
    }
  }

  @inlinable @inline(__always)
  static func addTransposedProduct(
    _ tile: Tile, _ vector: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>
  ) {
    var column = 0
    while column < tile.columns {
      let first = UnsafePointer(tile.elements) + column &* tile.stride
      let second = first + tile.stride
      let third = second + tile.stride
      let fourth = third + tile.stride
      var a = V(repeating: 0)
      var b = a
      var c = a
      var d = a
      var row = 0
      while row < tile.rows {
        let factor = V(loading: vector + row)
        a = V.multiplyAdd(factor, V(loading: first + row), a)
        b = V.multiplyAdd(factor, V(loading: second + row), b)
        c = V.multiplyAdd(factor, V(loading: third + row), c)
        d = V.multiplyAdd(factor, V(loading: fourth + row), d)
        row &+= V.laneCount
      }
      output[column] += a.sum
      output[column &+ 1] += b.sum
      output[column &+ 2] += c.sum
      output[column &+ 3] += d.sum
      column &+= 4
    }
  }
}
