// SPDX-License-Identifier: Apache-2.0
// The same text on every platform and in every locale.

extension Double {
  /// The number rounded to significant digits, without trailing zeros: `0.951`, `3.98`, `1.2e-7`.
  package func formatted(_ digits: Int) -> String {
    guard isFinite else { return "\(self)" }
    guard self != 0 else { return "0" }
    var exponent = Int(abs(self).decimalLogarithm.rounded(.down))
    if exponent < -4 || exponent >= max(digits, 7) {
      // In two steps, because the power for a subnormal number would be 0.
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

  /// A weight or a threshold, with at most six digits.
  package var shown: String { formatted(6) }

  /// The number rounded to decimals, with trailing zeros: `0.950`. A number of at least a million
  /// has six significant digits.
  package func fixed(_ decimals: Int) -> String {
    guard isFinite, magnitude < 1e6 else { return formatted(6) }
    let scale = Int(Double(decimals).powerOfTen)
    let scaled = Int((magnitude * Double(scale)).rounded())
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    let fraction = "\(scaled % scale)"
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
  }
}

extension Int {
  /// The number with its digits in groups of three: `284,807`.
  package var grouped: String {
    let digits = "\(magnitude)"
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + text
  }
}
