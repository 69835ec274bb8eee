// SPDX-License-Identifier: Apache-2.0
/// A small generator whose sequence is fixed by its seed, so that a failing test fails again.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var generator: SplitMix64

  /// A generator that always gives the same sequence for the same seed.
  public init(seed: UInt64) { generator = SplitMix64(state: seed) }

  public mutating func next() -> UInt64 { generator.next() }
}
