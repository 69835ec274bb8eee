// SPDX-License-Identifier: Apache-2.0
/// The loops over a vector type, inlined into the target of the instruction set.
///
/// They use unsafe pointers because a vector load has no bounds-checked form.
@usableFromInline
enum MatrixLoop<V: MatrixVector> {
  @usableFromInline typealias Tile = MatrixKernelTable.Tile

  @inlinable @inline(__always)
  static func standardize(
    _ source: UnsafePointer<Double>, _ count: Int, _ mean: Double, _ inverseScale: Double,
    _ output: UnsafeMutablePointer<Double>
  ) {
    let means = V(repeating: mean)
    let factors = V(repeating: inverseScale)
    var row = 0
    while row &+ V.laneCount <= count {
      ((V(loading: source + row) - means) * factors).store(to: output + row)
      row &+= V.laneCount
    }
    while row < count {
      output[row] = (source[row] - mean) * inverseScale
      row &+= 1
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

  @inlinable @inline(__always)
  static func scaleRows(_ tile: Tile, _ factors: UnsafePointer<Double>) {
    for column in 0..<tile.columns {
      let elements = tile.elements + column &* tile.stride
      var row = 0
      while row < tile.rows {
        (V(loading: elements + row) * V(loading: factors + row)).store(to: elements + row)
        row &+= V.laneCount
      }
    }
  }

  @inlinable @inline(__always)
  static func dot(_ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, _ count: Int)
    -> Double
  {
    var a = V(repeating: 0)
    var b = a
    var index = 0
    while index &+ 2 &* V.laneCount <= count {
      a = V.multiplyAdd(V(loading: left + index), V(loading: right + index), a)
      b = V.multiplyAdd(
        V(loading: left + index + V.laneCount), V(loading: right + index + V.laneCount), b)
      index &+= 2 &* V.laneCount
    }
    var sum = (a + b).sum
    while index < count {
      sum += left[index] * right[index]
      index &+= 1
    }
    return sum
  }

  @inlinable @inline(__always)
  static func addScaled(
    _ factor: Double, _ source: UnsafePointer<Double>, _ count: Int,
    _ output: UnsafeMutablePointer<Double>
  ) {
    let factors = V(repeating: factor)
    var index = 0
    while index &+ V.laneCount <= count {
      V.multiplyAdd(factors, V(loading: source + index), V(loading: output + index)).store(
        to: output + index)
      index &+= V.laneCount
    }
    while index < count {
      output[index] += factor * source[index]
      index &+= 1
    }
  }

  @inlinable @inline(__always)
  static func sum(_ source: UnsafePointer<Double>, _ count: Int, _ center: Double) -> Double {
    let centers = V(repeating: center)
    var a = V(repeating: 0)
    var b = a
    var index = 0
    while index &+ 2 &* V.laneCount <= count {
      a = a + (V(loading: source + index) - centers)
      b = b + (V(loading: source + index + V.laneCount) - centers)
      index &+= 2 &* V.laneCount
    }
    var sum = (a + b).sum
    while index < count {
      sum += source[index] - center
      index &+= 1
    }
    return sum
  }

  @inlinable @inline(__always)
  static func squaredDeviation(_ source: UnsafePointer<Double>, _ count: Int, _ center: Double)
    -> Double
  {
    let centers = V(repeating: center)
    var a = V(repeating: 0)
    var b = a
    var index = 0
    while index &+ 2 &* V.laneCount <= count {
      let first = V(loading: source + index) - centers
      let second = V(loading: source + index + V.laneCount) - centers
      a = V.multiplyAdd(first, first, a)
      b = V.multiplyAdd(second, second, b)
      index &+= 2 &* V.laneCount
    }
    var sum = (a + b).sum
    while index < count {
      let deviation = source[index] - center
      sum += deviation * deviation
      index &+= 1
    }
    return sum
  }
}
