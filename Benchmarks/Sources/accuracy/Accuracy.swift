// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import TestSupport
import WeightedCrossEntropy

@main
struct Accuracy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accuracy",
    abstract: "Check the documented bounds of the errors on every instruction set of this machine.",
    discussion: """
      Compares every float32 logit, 10^9 float64 logits, and sums of 10^8 terms with references of \
      higher precision. Fails if an error is above its documented bound.
      """)

  @Option(help: "Compare one in this many.") var stride = 1

  func validate() throws {
    guard stride > 0 else { throw ValidationError("the stride must be at least 1") }
  }

  func run() throws {
    var isGood = try Self.checkSpecialLogits()
    isGood = try Self.sweepFloat(stride: stride) && isGood
    isGood = try Self.sweepDouble(points: 1_000_000_000 / stride) && isGood
    // Weights and soft targets add rounding errors; a sample of them is compared.
    for weight in [3, 9.7] {
      isGood = try Self.sweepFloat(stride: 61 * stride, positiveWeight: Float(weight)) && isGood
      isGood = try Self.sweepDouble(points: 20_000_000 / stride, positiveWeight: weight) && isGood
    }
    isGood = try SumSweep.run(Float.self, count: 100_000_000 / stride) && isGood
    isGood = try SumSweep.run(Double.self, count: 100_000_000 / stride) && isGood
    if !isGood { throw ExitCode.failure }
  }

  /// The logits ±∞ and NaN: losses and gradients for the targets 0 and 1 are the limits, or NaN.
  static func checkSpecialLogits() throws -> Bool {
    let logits: [Float] = [.infinity, -.infinity, .nan, .infinity, -.infinity, -.nan]
    let targets: [Float] = [0, 0, 0, 1, 1, 1]
    let losses: [Float] = [.infinity, 0, .nan, 0, .infinity, .nan]
    let gradients: [Float] = [1, 0, .nan, 0, -1, .nan]
    func areSame(_ a: [Float], _ b: [Float]) -> Bool {
      zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }
    var isGood = true
    for set in InstructionSet.available {
      let loss = try WeightedCrossEntropyLoss<Float>(instructionSet: set)
      let computed = try loss(logits: logits, targets: targets)
      let computedGradients = try loss.gradient(logits: logits, targets: targets)
      let isRight = areSame(computed, losses) && areSame(computedGradients, gradients)
      print(
        "float32, \(set.rawValue): the results for ±∞ and NaN are \(isRight ? "right" : "wrong")")
      isGood = isGood && isRight
    }
    return isGood
  }

  /// Float32 logits by their bit patterns: all finite ones, both signs, with a stride.
  static func sweepFloat(stride: Int, positiveWeight: Float = 1) throws -> Bool {
    let reference = Reference<Double>(
      exponentialOfNegative: { exp(-$0) }, logOnePlus: { log1p($0) })
    let sweep = try Sweep<Float, Double>(
      InstructionSet.available, positiveWeight: positiveWeight, reference: reference)
    // Beyond 110 a loss is 0 or the logit, so one in 4096 is enough.
    let limit = Int(Float(110).bitPattern)
    let dense = limit / stride + 1
    let sparse = (Int(Float.infinity.bitPattern) - limit) / (4096 * stride)
    let length = 1 << 14
    let parts = (2 * (dense + sparse) + length - 1) / length
    let (worst, count) = sweep.run(parts: parts, partLength: length) { part, buffer in
      var filled = 0
      for index in part * length..<min((part + 1) * length, 2 * (dense + sparse)) {
        let step = index / 2
        let pattern = step < dense ? step * stride : limit + (step - dense) * 4096 * stride
        let value = Float(bitPattern: UInt32(pattern))
        buffer[filled] = index % 2 == 0 ? value : -value
        filled += 1
      }
      return filled
    }
    return report("float32", sweep, worst, count)
  }

  /// Float64 logits. Of eight, three are uniform in [-750, 750], two in [-40, 40]; one is near a
  /// multiple of (ln 2)/2, where the argument reduction of the exponential changes; two are uniform
  /// in the exponent.
  static func sweepDouble(points: Int, positiveWeight: Double = 1) throws -> Bool {
    #if arch(x86_64) && !os(Windows) && !os(Android)
      let reference = Reference<Float80>(
        exponentialOfNegative: { exp(-$0) }, logOnePlus: { log1p($0) })
      let sweep = try Sweep<Double, Float80>(
        InstructionSet.available, positiveWeight: positiveWeight, reference: reference)
      let length = 1 << 14
      let parts = (points + length - 1) / length
      let (worst, count) = sweep.run(parts: parts, partLength: length) { part, buffer in
        // Seeded by a mixed number, as the sequences of neighbouring seeds overlap.
        var seeds = SeededGenerator(seed: UInt64(part))
        var random = SeededGenerator(seed: seeds.next())
        for index in 0..<length {
          switch index % 8 {
          case 0...2: buffer[index] = random.uniform() * 750
          case 3...4: buffer[index] = random.uniform() * 40
          case 5:
            let multiple = Double(Int(random.uniform() * 2160)) * 0.34657359027997264
            buffer[index] = multiple + random.uniform() * multiple.ulp * 64
          default:
            // Exponents from 2^-60 to 2^10: below, the results are constants to the last bit.
            let exponent = UInt64(1023 - 60) + random.next() % 70
            buffer[index] = Double(
              bitPattern: random.next() & 0x800F_FFFF_FFFF_FFFF | exponent << 52)
          }
        }
        return length
      }
      return report("float64", sweep, worst, count)
    #else
      print("float64: no wider type than Double in Swift on this architecture; not measured")
      return true
    #endif
  }

  /// Prints the worst errors; whether all are within the documented bounds.
  static func report<Scalar, Wide>(
    _ type: String, _ sweep: Sweep<Scalar, Wide>, _ worst: [[WorstError]], _ count: Int
  ) -> Bool {
    print("\(type), positive weight \(sweep.positiveWeight), \(count) logits")
    print("  variant   quantity                 worst ULP  at the logit, target")
    var isGood = true
    for ((set, _), errors) in zip(sweep.losses, worst) {
      for quantity in sweep.quantities {
        let error = errors[quantity.rawValue]
        let bound = quantity.bound(isWeighted: sweep.positiveWeight != 1, Scalar.self, set)
        let verdict = error.ulps <= bound ? "" : "  above the documented \(bound)"
        isGood = isGood && error.ulps <= bound
        let name = quantity.name.padding(toLength: 24, withPad: " ", startingAt: 0)
        let variant = set.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
        let ulps = String(format: "%9.3f", error.ulps)
        print("  \(variant) \(name) \(ulps)  \(error.logit), \(error.target)\(verdict)")
      }
    }
    return isGood
  }
}
