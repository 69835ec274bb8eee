// SPDX-License-Identifier: Apache-2.0

/// The change of variables between coefficients of features that are standardised on a part of the
/// rows, to which the penalty applies, and those of rows standardised on all.
///
/// With means m and deviations s of the part, and M and S of all rows, the logit is the same for
/// `B = β S / s` and the intercept `b + Σ β (M - m) / s`. The change is linear, so gradients and
/// Hessians change by the chain rule, and rows need no second standardisation.
struct CoordinateChange: Sendable {
  /// S / s; 0 if the feature is constant on the part, which leaves its coefficient at 0.
  private let scales: [Double]
  /// (M - m) / s
  private let shifts: [Double]

  /// The largest factor. A larger one costs more than a digit: one row far from all others may
  /// dominate S.
  private static let largestFactor = 16.0

  /// Nil if the change would lose digits.
  init?(from part: Standardization, to all: Standardization) {
    var scales: [Double] = []
    var shifts: [Double] = []
    for index in part.deviations.indices {
      let deviation = part.deviations[index]
      guard all.deviations[index] > 0 else {
        if deviation > 0 { return nil }
        continue
      }
      let scale = deviation > 0 ? all.deviations[index] / deviation : 0
      let shift = deviation > 0 ? (all.means[index] - part.means[index]) / deviation : 0
      guard max(scale, abs(shift)) <= Self.largestFactor else { return nil }
      scales.append(scale)
      shifts.append(shift)
    }
    self.scales = scales
    self.shifts = shifts
  }

  /// Whether no feature is constant on the part.
  var isInvertible: Bool { !scales.contains(0) }

  /// The coefficients for all rows.
  func point(fromPart point: [Double]) -> [Double] {
    var result = point
    for index in scales.indices {
      result[index] *= scales[index]
      result[scales.count] += point[index] * shifts[index]
    }
    return result
  }

  /// The coefficients for the part.
  func point(toPart point: [Double]) -> [Double] {
    var result = point
    for index in scales.indices {
      result[index] = scales[index] > 0 ? point[index] / scales[index] : 0
      result[scales.count] -= result[index] * shifts[index]
    }
    return result
  }

  /// The derivatives in the coefficients for the part.
  func sums(toPart sums: ObjectiveSums) -> ObjectiveSums {
    var result = sums
    let last = scales.count
    for index in scales.indices {
      result.gradient[index] =
        sums.gradient[index] * scales[index] + sums.gradient[last] * shifts[index]
    }
    guard !sums.hessian.isEmpty else { return result }
    let lastRow = last * sums.stride
    let corner = sums.hessian[lastRow + last]
    for i in scales.indices {
      let row = i * sums.stride
      let cross = scales[i] * sums.hessian[lastRow + i]
      for j in 0...i {
        let other = scales[j] * sums.hessian[lastRow + j]
        result.hessian[row + j] =
          scales[i] * sums.hessian[row + j] * scales[j] + cross * shifts[j] + shifts[i] * other
          + shifts[i] * corner * shifts[j]
      }
      result.hessian[lastRow + i] = cross + shifts[i] * corner
    }
    return result
  }
}
