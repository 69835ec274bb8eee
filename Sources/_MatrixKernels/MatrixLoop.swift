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
