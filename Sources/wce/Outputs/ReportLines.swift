// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// Lines of a name and a value, the values aligned.
func reportLines(_ lines: [(name: String, value: String)]) -> String {
  lines.map { "\(paddedName($0.name))\($0.value)\n" }.joined()
}

/// The first column of a report.
func paddedName(_ name: String) -> String {
  name + String(repeating: " ", count: max(1, 19 - name.count))
}
