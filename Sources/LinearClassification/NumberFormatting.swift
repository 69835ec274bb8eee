// SPDX-License-Identifier: Apache-2.0
extension Double {
  /// The number rounded to so many significant digits, without trailing zeros: `0.951`, `3.98`, `100`, `1.2e-07`.
  ///
  /// Fixed for all platforms and locales.
  package func formatted(_ digits: Int) -> String {
    guard isFinite else { return "\(self)" }
    guard self != 0 else { return "0" }
    var exponent = Int(abs(self).decimalLogarithm.rounded(.down))
    if exponent < -4 || exponent >= max(digits, 7) {
      // In two steps, as the power for a subnormal number would be 0.
      let mantissa =
        self / Double(exponent / 2).powerOfTen / Double(exponent - exponent / 2).powerOfTen
      var text = mantissa.formatted(digits)
      if text == "10" || text == "-10" {
        exponent += 1
        text = text == "10" ? "1" : "-1"
      }
      return "\(text)e\(exponent)"
    }
    let decimals = max(0, digits - 1 - exponent)
    let scale = Double(decimals).powerOfTen
    let scaled = (abs(self) * scale).rounded()
    let whole = (scaled / scale).rounded(.down)
    var fraction = "\(Int(scaled - whole * scale))"
    fraction = String(repeating: "0", count: max(0, decimals - fraction.count)) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    let sign = self < 0 && scaled > 0 ? "-" : ""
    return sign + "\(Int(whole))" + (decimals > 0 && !fraction.isEmpty ? ".\(fraction)" : "")
  }
}
