// SPDX-License-Identifier: Apache-2.0
/// The CSS of a report and its charts.
enum StyleSheet {
  static let fonts =
    "system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, sans-serif"

  /// The style of a chart.
  static let chart = """
    text { font: 13px \(fonts); fill: var(--text); }
    .tick { font-size: 12px; fill: var(--muted); font-variant-numeric: tabular-nums; }
    .title { fill: var(--muted); }
    .axis { stroke: var(--line); fill: none; }
    .grid { stroke: var(--grid); fill: none; }
    .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .line.precision { stroke-dasharray: 6 4; }
    .line.unweighted { stroke-width: 1.5; }
    .line.diagonal { stroke: var(--line); stroke-width: 1.5; stroke-dasharray: 2 4; }
    .band { opacity: 0.16; stroke-width: 1.5; }
    .mark { stroke: var(--background); stroke-width: 1.5; }
    .mark.chosen { fill: none; stroke: var(--text); stroke-width: 2; }
    .mark.unweighted { fill: var(--background); stroke: var(--unweighted); stroke-width: 1.5; }
    .guide { fill: none; stroke: var(--text); stroke-width: 1; }
    .guide.goal { stroke-dasharray: 1 3; stroke-linecap: round; stroke-width: 1.5; }
    .leader { fill: none; stroke: var(--line); stroke-width: 1; }
    .label { paint-order: stroke; stroke: var(--background); stroke-width: 4; }
    .label { stroke-linejoin: round; }
    .label.chosen { font-weight: 600; }
    .line.recall, .band.recall { stroke: var(--recall); }
    .band.recall, .mark.recall { fill: var(--recall); }
    .line.precision, .band.precision { stroke: var(--precision); }
    .band.precision, .mark.precision { fill: var(--precision); }
    .line.weighted { stroke: var(--weighted); }
    .mark.weighted, .label.weighted { fill: var(--weighted); }
    .line.unweighted { stroke: var(--unweighted); } .label.unweighted { fill: var(--unweighted); }
    """

  /// The style of the page. Print uses light colours.
  static let page = """
    :root { \(Palette.light.declarations) color-scheme: light dark; }
    @media screen and (prefers-color-scheme: dark) { :root { \(Palette.dark.declarations) } }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--background); color: var(--text); font: 16px/1.55 \(fonts);
      -webkit-text-size-adjust: 100%;
    }
    main { max-width: 1080px; margin: 0 auto; padding: 48px 24px 64px; }
    h1 {
      font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em;
      margin: 0 0 8px; overflow-wrap: anywhere; text-wrap: balance;
    }
    h2 { font-size: 19px; line-height: 1.3; font-weight: 650; margin: 0 0 4px; }
    p { margin: 0 0 12px; max-width: 68ch; overflow-wrap: anywhere; }
    section { margin-top: 48px; }
    .facts, figcaption, .note, footer { color: var(--muted); font-size: 14px; }
    .answer {
      margin-top: 32px; padding: 24px 28px; background: var(--surface); border-radius: 10px;
      display: grid; grid-template-columns: auto 1fr; gap: 8px 40px;
    }
    .answer h2 { grid-column: 1 / -1; } .answer h2::first-letter { text-transform: uppercase; }
    .answer .weight {
      font-size: 44px; line-height: 1.1; font-weight: 650; letter-spacing: -0.02em;
      white-space: nowrap; margin: 0 0 12px;
    }
    dl {
      margin: 0; display: grid; grid-template-columns: auto auto; justify-content: start;
      gap: 2px 16px; font-size: 15px; font-variant-numeric: tabular-nums;
    }
    dt { color: var(--muted); } dd { margin: 0; white-space: nowrap; }
    .answer .words > :last-child { margin-bottom: 0; }
    pre {
      margin: 4px 0 12px; padding: 12px 14px; background: var(--background);
      border: 1px solid var(--grid); border-radius: 6px;
      font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
      white-space: pre-wrap; overflow-wrap: anywhere;
    }
    .charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 44px 48px; }
    figure { margin: 0; min-width: 0; break-inside: avoid; }
    figure svg { display: block; width: 100%; height: auto; margin: 12px 0 8px; }
    figcaption p { margin: 0; }
    .table { overflow-x: auto; margin-top: 12px; }
    .table:focus-visible { outline: 2px solid var(--recall); outline-offset: 4px; }
    table {
      border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }
    caption { text-align: left; padding-bottom: 8px; }
    th:first-child { padding-left: 6px; }
    th, td { text-align: right; padding: 5px 9px; font-weight: 400; }
    thead th { color: var(--muted); vertical-align: bottom; border-bottom: 1px solid var(--line); }
    thead th[colspan] { border-bottom-color: var(--grid); text-align: left; }
    tbody tr { border-bottom: 1px solid var(--grid); }
    tbody tr.chosen { background: var(--surface); }
    tr.chosen th, tr.chosen td:not(.unweighted) { font-weight: 650; }
    .spread { color: var(--muted); font-weight: 400; }
    th.first, td.first { padding-left: 24px; }
    tbody th { position: sticky; left: 0; background: inherit; }
    tbody tr { background: var(--background); }
    .choice { display: block; font-size: 12px; font-weight: 400; }
    details { margin-top: 16px; } summary { cursor: pointer; }
    a { color: inherit; }
    footer { margin-top: 56px; border-top: 1px solid var(--grid); padding-top: 16px; }
    footer pre { border: 0; padding: 0; }
    @media screen and (max-width: 820px) {
      main { padding: 28px 16px 40px; }
      h1 { font-size: 25px; }
      .charts { grid-template-columns: minmax(0, 560px); gap: 36px; }
      .answer { grid-template-columns: minmax(0, 1fr); padding: 20px; margin-inline: -4px; }
      section { margin-top: 36px; }
      dl { font-size: 14px; }
    }
    @media print {
      main { padding: 0; max-width: none; } body { font-size: 10pt; } section { margin-top: 24px; }
      .answer { margin-top: 16px; }
      .charts { gap: 20px 28px; } h2 { font-size: 13pt; }
      .facts, figcaption, footer { font-size: 9pt; } pre { font-size: 8pt; }
      .answer, tr.chosen { background: none; } .answer { border: 1px solid var(--line); }
      .table { overflow: visible; break-inside: avoid; }
      table { font-size: 8.5pt; } th, td { padding: 3px 5px; }
      tr, p { break-inside: avoid; }
      h2, h3, h2 + p, h3 + p { break-after: avoid; }
    }
    """
}
