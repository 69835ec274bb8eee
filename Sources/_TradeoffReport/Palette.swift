// SPDX-License-Identifier: Apache-2.0
/// The colours of a report, as `#rrggbb`.
///
/// Text and marks have a contrast of at least 4.5 to the background (WCAG 2.2, success criterion
/// 1.4.3, AA).
struct Palette: Hashable, Sendable {
  var background: String
  /// The background of the recommendation and of the chosen row.
  var surface: String
  var text: String
  /// Secondary text.
  var muted: String
  /// Axes and borders.
  var line: String
  var grid: String
  var recall: String
  var precision: String
  /// The weighted models.
  var weighted: String
  /// The unweighted model with a moved threshold.
  var unweighted: String

  static let light = Palette(
    background: "#ffffff", surface: "#f5f6f4", text: "#1c2024", muted: "#59616b", line: "#8d959e",
    grid: "#e4e7ea", recall: "#1f5fa8", precision: "#a8480b", weighted: "#0b6b5e",
    unweighted: "#6a5a86")

  static let dark = Palette(
    background: "#14171a", surface: "#1d2125", text: "#e8eaed", muted: "#a5adb6", line: "#6d757e",
    grid: "#2c3238", recall: "#82b8f2", precision: "#f0a566", weighted: "#5cc9b4",
    unweighted: "#bda9e0")

  /// The declarations of CSS custom properties.
  var declarations: String {
    [
      ("background", background), ("surface", surface), ("text", text), ("muted", muted),
      ("line", line), ("grid", grid), ("recall", recall), ("precision", precision),
      ("weighted", weighted), ("unweighted", unweighted),
    ].map { "--\($0): \($1);" }.joined(separator: " ")
  }
}
