// SPDX-License-Identifier: Apache-2.0
extension Double: KernelScalar {
  @inlinable @inline(__always)
  public var _mantissaAsExponent: Double { Double(bitPattern: bitPattern &<< 52) }

  /// `e^-a` as for `Float`, with `S` of degree 10 (relative error 2^-57.7), scaled by 2^-53.
  @inlinable @inline(__always)
  public static func _exponentialOfNegative<V: KernelArithmetic>(_ a: V) -> V
  where V.Scalar == Double {
    // e^-746 is less than half of the least subnormal number.
    let a = a.limited(to: V(repeating: 746))
    let magic = V(repeating: 0x1.8p52 + 53 + 1023)
    let shifted = V.multiplyAdd(a, V(repeating: -0x1.71547652b82fep0), magic)
    let n = shifted - magic
    // ln 2 in two parts, the first with 32 bits (as in fdlibm).
    var r = V.multiplyAdd(n, V(repeating: 0x1.62e42feep-1), a)
    r = V.multiplyAdd(n, V(repeating: 0x1.a39ef35793c76p-33), r)
    let r2 = r * r
    let r4 = r2 * r2
    let s01 = V.multiplyAdd(V(repeating: -0x1.000000000000bp-1 * 0x1p-53), r, V(repeating: 0x1p-53))
    let s23 = V.multiplyAdd(
      V(repeating: -0x1.55555555502a6p-5 * 0x1p-53), r, V(repeating: 0x1.555555555550fp-3 * 0x1p-53)
    )
    let s45 = V.multiplyAdd(
      V(repeating: -0x1.6c16c18529f74p-10 * 0x1p-53), r,
      V(repeating: 0x1.1111111122b4fp-7 * 0x1p-53))
    let s67 = V.multiplyAdd(
      V(repeating: -0x1.a01997cd32dd4p-16 * 0x1p-53), r,
      V(repeating: 0x1.a01a014493a95p-13 * 0x1p-53))
    let s89 = V.multiplyAdd(
      V(repeating: -0x1.28af3b651cd0bp-22 * 0x1p-53), r,
      V(repeating: 0x1.71deec77b25ddp-19 * 0x1p-53))
    let s8 = V.multiplyAdd(V(repeating: 0x1.add741be6cfcap-26 * 0x1p-53), r2, s89)
    let s4 = V.multiplyAdd(s67, r2, s45)
    let s0 = V.multiplyAdd(s23, r2, s01)
    let s = V.multiplyAdd(V.multiplyAdd(s8, r4, s4), r4, s0)
    let power = shifted.mantissaAsExponent()
    return V.multiplyAdd(-r, s, V(repeating: 0x1p-53)) * power
  }

  /// `log(1 + t)` as for `Float`, with `W` of degree 9 (relative error 2^-59.4).
  @inlinable @inline(__always)
  public static func _logOnePlus<V: KernelArithmetic>(_ t: V) -> V where V.Scalar == Double {
    let s = V.fraction(t, t + V(repeating: 2))
    let v = s * s
    let v2 = v * v
    let v4 = v2 * v2
    let w01 = V.multiplyAdd(
      V(repeating: 0x1.99999999a06b1p-2), v, V(repeating: 0x1.5555555555535p-1))
    let w23 = V.multiplyAdd(
      V(repeating: 0x1.c71c7417e194dp-3), v, V(repeating: 0x1.2492492094035p-2))
    let w45 = V.multiplyAdd(
      V(repeating: 0x1.3b1dcb26668c9p-3), v, V(repeating: 0x1.745cb4b56c9f2p-3))
    let w67 = V.multiplyAdd(
      V(repeating: 0x1.efc9d1e4f0901p-4), v, V(repeating: 0x1.1068a6a5afbdbp-3))
    let w89 = V.multiplyAdd(
      V(repeating: 0x1.5c3b5f01b6a03p-3), v, V(repeating: 0x1.55f2158b3830ap-4))
    let w4 = V.multiplyAdd(w67, v2, w45)
    let w0 = V.multiplyAdd(w23, v2, w01)
    let w = V.multiplyAdd(V.multiplyAdd(w89, v4, w4), v4, w0)
    return V.multiplyAdd(-s, V.multiplyAdd(-v, w, t), t)
  }
}
