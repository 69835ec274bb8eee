// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// A progress bar on standard error, only on a terminal and for work of more than half a second.
struct ProgressBar {
  private let label: String
  private let isShown = StandardError.isTerminal
  private let start = ContinuousClock.now
  private var last: ContinuousClock.Instant?
  private static let width = 30

  /// - Parameter label: The work in one word.
  init(_ label: String) { self.label = label }

  /// Shows the progress, at most ten times a second.
  mutating func update(fraction: Double) {
    guard isShown else { return }
    let now = ContinuousClock.now
    guard now - start > .milliseconds(500), last.map({ now - $0 > .milliseconds(100) }) ?? true
    else { return }
    last = now
    let done = fraction > 0 ? min(fraction, 1) : 0
    let filled = Int(done * Double(Self.width))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
    StandardError.write("\r\(label) [\(bar)] \(Int(done * 100)) %")
  }

  /// Shows how much of a file has been read; nothing for a stream, whose size is not known.
  mutating func update(_ progress: ReadingProgress) {
    guard let total = progress.totalByteCount, total > 0 else { return }
    update(fraction: Double(progress.byteCount) / Double(total))
  }

  /// Removes the bar.
  func finish() { if last != nil { StandardError.write("\r\u{1B}[K") } }
}
