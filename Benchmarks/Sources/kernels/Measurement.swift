// SPDX-License-Identifier: Apache-2.0
/// The median time of a call.
struct Measurement {
  let nanoseconds: Double

  /// Times `body` for a tenth of a second and at least 15 times. Short calls are timed in batches.
  init(_ body: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    func time(_ repetitions: Int) throws -> Double {
      let start = clock.now
      for _ in 0..<repetitions { try body() }
      let elapsed = (clock.now - start).components
      return (Double(elapsed.seconds) * 1e9 + Double(elapsed.attoseconds) * 1e-9)
        / Double(repetitions)
    }
    _ = try time(1)
    let repetitions = max(1, Int(20_000 / max(1, try time(3))))
    var samples: [Double] = []
    var spent = 0.0
    while samples.count < 15 || spent < 1e8 {
      let sample = try time(repetitions)
      samples.append(sample)
      spent += sample * Double(repetitions)
      if samples.count >= 2000 { break }
    }
    nanoseconds = samples.sorted()[samples.count / 2]
  }
}
