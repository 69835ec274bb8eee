// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Double {
  /// The natural logarithm.
  var logarithm: Double { log(self) }

  /// `1 / (1 + e^-x)`, without overflow.
  var logistic: Double {
    if self >= 0 { return 1 / (1 + exp(-self)) }
    let odds = exp(self)
    return odds / (1 + odds)
  }

  /// `log(x / (1 - x))` for x in [0, 1], accurate near 0 and, as far as x allows, near 1.
  package var logOdds: Double { log(self) - log1p(-self) }

  /// `10^x`.
  package var powerOfTen: Double { pow(10, self) }

  /// The logarithm to base 10.
  package var decimalLogarithm: Double { log10(self) }
}
