// SPDX-License-Identifier: Apache-2.0
extension Float: KernelScalar {
  @inlinable @inline(__always)
  public var _mantissaAsExponent: Float { Float(bitPattern: bitPattern &<< 23) }

  /// `e^-a` by Cody and Waite's reduction `a = -n ln 2 + r` and `e^-r = 1 - r S(r)`, with the
  /// polynomial `S` of degree 5 (relative error 2^-28.0; coefficients from `Utilities/minimax.py`).
  ///
  /// The polynomial is scaled by 2^-24 and the power of two by 2^24. The power is then a normal
  /// number for every result, including the subnormal ones, and only the last product rounds to a
  /// subnormal.
  @inlinable @inline(__always)
  public static func _exponentialOfNegative<V: KernelArithmetic>(_ a: V) -> V
  where V.Scalar == Float {
    // e^-104 is less than half of the least subnormal number.
    let a = a.limited(to: V(repeating: 104))
    // Adding 1.5 * 2^23 rounds to an integer and stores it in the lowest bits of the mantissa. 127
    // is the bias of the exponent, 24 the scale of the power.
    let magic = V(repeating: 0x1.8p23 + 24 + 127)
    let shifted = V.multiplyAdd(a, V(repeating: -0x1.715476p0), magic)
    let n = shifted - magic
    // The first part of ln 2 has 10 bits, so its product with n is exact even if it is rounded.
    var r = V.multiplyAdd(n, V(repeating: 0x1.63p-1), a)
    r = V.multiplyAdd(n, V(repeating: -0x1.bd0106p-13), r)
    let r2 = r * r
    let s01 = V.multiplyAdd(V(repeating: -0x1.fffff8p-2 * 0x1p-24), r, V(repeating: 0x1p-24))
    let s23 = V.multiplyAdd(
      V(repeating: -0x1.555b96p-5 * 0x1p-24), r, V(repeating: 0x1.55548ep-3 * 0x1p-24))
    let s45 = V.multiplyAdd(
      V(repeating: -0x1.68532cp-10 * 0x1p-24), r, V(repeating: 0x1.123bccp-7 * 0x1p-24))
    let s = V.multiplyAdd(V.multiplyAdd(s45, r2, s23), r2, s01)
    let power = shifted.mantissaAsExponent()
    return V.multiplyAdd(-r, s, V(repeating: 0x1p-24)) * power
  }

  /// `log(1 + t) = t - s (t - s² W(s²))` with `s = t / (2 + t)`: the series of 2 artanh(s),
  /// arranged so that its leading term is exact. `W` has degree 3 (relative error 2^-27.7;
  /// coefficients from `Utilities/minimax.py`).
  @inlinable @inline(__always)
  public static func _logOnePlus<V: KernelArithmetic>(_ t: V) -> V where V.Scalar == Float {
    let s = V.fraction(t, t + V(repeating: 2))
    let v = s * s
    let w01 = V.multiplyAdd(V(repeating: 0x1.99d26ep-2), v, V(repeating: 0x1.5555p-1))
    let w23 = V.multiplyAdd(V(repeating: 0x1.1ee9d6p-2), v, V(repeating: 0x1.1eb84cp-2))
    let w = V.multiplyAdd(w23, v * v, w01)
    return V.multiplyAdd(-s, V.multiplyAdd(-v, w, t), t)
  }
}
