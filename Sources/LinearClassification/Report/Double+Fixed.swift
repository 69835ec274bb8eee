// SPDX-License-Identifier: Apache-2.0
extension Double {
  /// The number with so many decimals, for columns: `0.950`. Numbers of a million and more are written with six digits.
  package func fixed(_ decimals: Int) -> String {
    guard isFinite, magnitude < 1e6 else { return formatted(6) }
    let scale = Int(Double(decimals).powerOfTen)
    let scaled = Int((magnitude * Double(scale)).rounded())
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    let fraction = "\(scaled % scale)"
    return
      "\(sign)\(scaled / scale).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
  }

  /// A weight or a threshold as it is shown: at most six digits.
  package var shown: String { formatted(6) }
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
