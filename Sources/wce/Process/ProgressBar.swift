// SPDX-License-Identifier: Apache-2.0
import _DataFiles

/// A progress bar on standard error, only on a terminal and for work of more than half a second.
struct ProgressBar {
  private let label: String
  private let isShown = StandardError.isTerminal
  private let start = ContinuousClock.now
  private var last: ContinuousClock.Instant?

  /// - Parameter label: The work in one word.
  init(_ label: String) { self.label = label }

  /// Shows the progress, at most ten times a second.
  mutating func update(fraction: Double) {
    guard isShown else { return }
    let now = ContinuousClock.now
    guard now - start > .milliseconds(500), last.map({ now - $0 > .milliseconds(100) }) ?? true
    else { return }
    last = now
    StandardError.write(
      "\r" + Self.line(label, fraction: fraction, columns: StandardError.columnCount))
  }

  /// The bar, or what of it fits the columns of the terminal.
  static func line(_ label: String, fraction: Double, columns: Int) -> String {
    let done = fraction > 0 ? min(fraction, 1) : 0
    let percent = "\(Int(done * 100)) %"
    // A character in the last column would move the cursor to the next line.
    let width = min(30, columns - 1 - label.count - " [] 100 %".count)
    guard width >= 5 else { return String(percent.prefix(max(0, columns - 1))) }
    let filled = Int(done * Double(width))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    return "\(label) [\(bar)] \(percent)"
  }

  /// Shows how much of a file has been read; nothing for a stream, whose size is not known.
  mutating func update(_ progress: ReadingProgress) {
    guard let total = progress.totalByteCount, total > 0 else { return }
    update(fraction: Double(progress.byteCount) / Double(total))
  }

  /// Removes the bar.
  func finish() { if last != nil { StandardError.write("\r\u{1B}[K") } }
}
