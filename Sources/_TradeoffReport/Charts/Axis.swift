// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// An axis of a chart: a map from numbers to coordinates, and its ticks.
struct Axis: Hashable, Sendable {
  enum Scale: Hashable, Sendable { case linear, logarithmic }

  /// A number with a label.
  struct Tick: Hashable, Sendable {
    var value: Double
    var label: String
  }

  let scale: Scale
  /// The numbers at its ends.
  let domain: ClosedRange<Double>
  /// The coordinates of the ends; `end` may be less than `start`.
  let start: Double
  let end: Double

  /// An axis. The ends of its domain differ, and for a logarithmic axis they are above 0.
  init(_ scale: Scale, _ domain: ClosedRange<Double>, from start: Double, to end: Double) {
    self.scale = scale
    self.domain = domain
    self.start = start
    self.end = end
  }

  /// The coordinate of a number, which may be outside the domain.
  func position(_ value: Double) -> Double {
    let share =
      switch scale {
      case .linear: (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
      case .logarithmic:
        (value.decimalLogarithm - domain.lowerBound.decimalLogarithm)
          / (domain.upperBound.decimalLogarithm - domain.lowerBound.decimalLogarithm)
      }
    return start + share * (end - start)
  }

  /// The labelled ticks in ascending order: about five round numbers, or powers of ten.
  var ticks: [Tick] {
    switch scale {
    case .linear: Self.linearTicks(domain)
    case .logarithmic: Self.logarithmicTicks(domain)
    }
  }

  /// The ticks without labels: on a logarithmic axis the multiples of the powers of ten, if each
  /// power has a label.
  var minorTicks: [Double] {
    guard scale == .logarithmic else { return [] }
    let labelled = Set(ticks.map(\.value))
    let powers = Self.decades(domain)
    guard powers.count <= Self.mostLabels else { return [] }
    return powers.flatMap { power in (1...9).map { Self.decimal($0, power) } }
      .filter { domain.contains($0) && !labelled.contains($0) }
  }

  private static let mostLabels = 8

  /// Multiples of 1, 2 or 5 times a power of ten (Heckbert, "Nice Numbers for Graph Labels",
  /// Graphics Gems, 1990).
  private static func linearTicks(_ domain: ClosedRange<Double>) -> [Tick] {
    let step = NiceStep(span: domain.upperBound - domain.lowerBound, parts: 5)
    // Rounding may move an end across a tick.
    let first = (domain.lowerBound / step.value - 1e-9).rounded(.up)
    let last = (domain.upperBound / step.value + 1e-9).rounded(.down)
    return stride(from: first, through: last, by: 1).map { index in
      let value = decimal(Int(index) * step.digit, step.power)
      return Tick(
        value: value, label: step.power < -4 ? value.formatted(6) : value.fixed(max(0, -step.power))
      )
    }
  }

  private static func logarithmicTicks(_ domain: ClosedRange<Double>) -> [Tick] {
    let powers = decades(domain)
    let every = (powers.count + mostLabels - 1) / mostLabels
    let tens = powers.filter { $0 % every == 0 }.map { decimal(1, $0) }.filter(domain.contains)
    if tens.count > 2 { return tens.map { Tick(value: $0, label: short($0)) } }
    let more = powers.flatMap { power in [1, 2, 5].map { decimal($0, power) } }.filter(
      domain.contains)
    if more.count > 2 { return more.map { Tick(value: $0, label: short($0)) } }
    return linearTicks(domain)
  }

  /// One digit and a power of ten, in at most five characters: `0.01`, `1e-4`.
  private static func short(_ value: Double) -> String {
    (1e-4..<1e-3).contains(value) ? "\((value * 1e4).formatted(1))e-4" : value.formatted(3)
  }

  /// The exponents of the powers of ten from just below the domain to just above it.
  private static func decades(_ domain: ClosedRange<Double>) -> ClosedRange<Int> {
    Int(
      domain.lowerBound.decimalLogarithm.rounded(.down))...Int(
        domain.upperBound.decimalLogarithm.rounded(.up))
  }

  /// `digits · 10^power`, rounded once if the power of ten is exact.
  private static func decimal(_ digits: Int, _ power: Int) -> Double {
    power < 0
      ? Double(digits) / Double(-power).powerOfTen : Double(digits) * Double(power).powerOfTen
  }
}

/// The distance between ticks, `digit · 10^power` with the digit 1, 2 or 5, that divides a span
/// into about `parts` parts.
struct NiceStep: Hashable, Sendable {
  let digit: Int
  let power: Int

  init(span: Double, parts: Double) {
    // A subnormal step would be 0, and its logarithm infinite.
    let raw = max(span / parts, .leastNormalMagnitude)
    let power = Int(raw.decimalLogarithm.rounded(.down))
    let mantissa = raw / Double(power).powerOfTen
    switch mantissa {
    case ..<1.5: (digit, self.power) = (1, power)
    case ..<3.5: (digit, self.power) = (2, power)
    case ..<7.5: (digit, self.power) = (5, power)
    default: (digit, self.power) = (1, power + 1)
    }
  }

  var value: Double { Double(digit) * Double(power).powerOfTen }
}

extension ClosedRange<Double> {
  /// A domain for shares that contains the values. It has round ends, is within [0, 1], and is at
  /// least 0.1 wide.
  static func shares(_ values: [Double]) -> ClosedRange {
    var low = values.min() ?? 0
    var high = values.max() ?? 1
    if high - low < 0.1 {
      let middle = Swift.min(Swift.max((low + high) / 2, 0.05), 0.95)
      (low, high) = (Swift.max(0, middle - 0.05), Swift.min(1, middle + 0.05))
    }
    let step = NiceStep(span: high - low, parts: 5).value
    return Swift.max(
      0, (low / step + 1e-9).rounded(.down) * step)...Swift.min(
        1, (high / step - 1e-9).rounded(.up) * step)
  }

  /// A domain for weights on a logarithmic axis, with space at both ends. It is limited to [1e-300,
  /// 1e300].
  static func weights(_ values: [Double]) -> ClosedRange {
    let drawn = values.map { Swift.min(Swift.max($0, 1e-300), 1e300) }
    let low = drawn.min() ?? 1
    let high = drawn.max() ?? 1
    let factor =
      low == high ? 2 : ((high.decimalLogarithm - low.decimalLogarithm) * 0.03).powerOfTen
    return (low / factor)...Swift.min(high * factor, .greatestFiniteMagnitude)
  }
}
