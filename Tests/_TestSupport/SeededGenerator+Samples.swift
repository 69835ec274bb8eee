// SPDX-License-Identifier: Apache-2.0
extension SeededGenerator {
  /// Uniformly distributed numbers.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func uniform<Scalar: BinaryFloatingPoint>(
    _ count: Int, in range: ClosedRange<Scalar>
  ) -> [Scalar] {
    let width = Double(range.upperBound) - Double(range.lowerBound)
    return (0..<count).map { _ in
      // A uniform number in [0, 1) with 53 bits.
      let fraction = Double(next() >> 11) * 0x1p-53
      return min(
        max(Scalar(Double(range.lowerBound) + fraction * width), range.lowerBound), range.upperBound
      )
    }
  }

  /// Finite logits: half of them moderate, a quarter up to where results are subnormal, the others
  /// of any magnitude.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func logits<Scalar: BinaryFloatingPoint>(
    _ count: Int, as type: Scalar.Type = Scalar.self
  ) -> [Scalar] {
    let reach: Scalar = Scalar.significandBitCount < 30 ? 110 : 750
    let exponents =
      Int(Scalar.leastNonzeroMagnitude.exponent)...Int(Scalar.greatestFiniteMagnitude.exponent)
    return (0..<count).map { index in
      let fraction = Scalar(Double(next() >> 11) * 0x1p-52 - 1)
      switch index % 8 {
      case 0...3: return fraction * 12
      case 4...5: return fraction * reach
      case 6:
        return fraction
          * Scalar(sign: .plus, exponent: Scalar.Exponent(Int(next() % 40) - 30), significand: 1)
      default:
        let exponent = Int(next() % UInt64(exponents.count)) + exponents.lowerBound
        return fraction * Scalar(sign: .plus, exponent: Scalar.Exponent(exponent), significand: 1)
      }
    }
  }

  /// Targets in [0, 1]: a third 0, a third 1, the others between, some of them close to 0 or 1.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func targets<Scalar: BinaryFloatingPoint>(
    _ count: Int, as type: Scalar.Type = Scalar.self
  ) -> [Scalar] {
    (0..<count).map { _ in
      let fraction = Scalar(Double(next() >> 11) * 0x1p-53)
      return switch next() % 12 {
      case 0..<4: 0
      case 4..<8: 1
      case 8:
        fraction * Scalar(sign: .plus, exponent: -Scalar.Exponent(next() % 60), significand: 1)
      case 9:
        1 - fraction * Scalar(sign: .plus, exponent: -Scalar.Exponent(next() % 24), significand: 1)
      default: fraction
      }
    }
  }

  /// Element weights: a fifth 0, the others in (0, 4].
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func weights<Scalar: BinaryFloatingPoint>(
    _ count: Int, as type: Scalar.Type = Scalar.self
  ) -> [Scalar] {
    uniform(count, in: 0...5).map { $0 <= 1 ? 0 : $0 - 1 }
  }
}
