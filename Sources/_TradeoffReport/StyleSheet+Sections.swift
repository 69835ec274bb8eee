// SPDX-License-Identifier: Apache-2.0
extension StyleSheet {
  /// The style of the sections that both reports have.
  static let sections = """
    .thousand { font-size: 22px; line-height: 1.35; margin: 4px 0 12px; max-width: none; }
    .thousand strong { font-weight: 650; font-variant-numeric: tabular-nums; }
    .answer > * { grid-column: 1 / -1; }
    .answer > .words { grid-column: auto; margin-top: 12px; }
    .counts { display: flex; flex-wrap: wrap; gap: 16px 56px; align-items: start; }
    table.matrix { width: auto; } table.matrix tr { background: none; }
    table.matrix td { min-width: 88px; }
    table.matrix tbody th { position: static; color: var(--muted); text-align: left; }
    .slider[hidden] { display: none; }
    .slider { margin-bottom: 12px; max-width: 640px; }
    .slider label { font-weight: 650; margin-right: 16px; }
    .slider output { font-variant-numeric: tabular-nums; }
    .range { display: flex; gap: 12px; align-items: center; }
    .range span { font-size: 14px; color: var(--muted); white-space: nowrap; }
    .range input { flex: 1; min-width: 0; accent-color: var(--weighted); height: 24px; }
    .slider button {
      font: inherit; font-size: 14px; color: inherit; background: none; padding: 0; border: 0;
      text-decoration: underline; cursor: pointer; visibility: hidden;
    }
    .moved .slider button { visibility: visible; } .moved .chosen-only { visibility: hidden; }
    .metrics { margin: 8px 0 20px; }
    h3 { font-size: 16px; line-height: 1.3; font-weight: 650; margin: 32px 0 4px; }
    #coefficients th { text-align: left; white-space: normal; overflow-wrap: anywhere; }
    #coefficients thead th + th { text-align: right; }
    #coefficients tbody th { min-width: 7em; }
    #coefficients .bar { width: 45%; } .bar svg { display: block; width: 100%; height: 12px; }
    .bar .positive { fill: var(--weighted); } .bar .negative { fill: var(--precision); }
    .columns { grid-template-columns: auto minmax(0, 1fr); gap: 6px 16px; }
    .columns dd { white-space: normal; overflow-wrap: anywhere; }
    .columns ul { margin: 0; padding: 0; list-style: none; }
    .columns li { display: inline; } .columns li + li::before { content: ", "; }
    .answer .weight { white-space: normal; overflow-wrap: anywhere; }
    thead th { white-space: normal; } #paths th, #paths td { padding-inline: 6px; }
    @media screen and (max-width: 820px) {
      .thousand { font-size: 19px; } .answer .weight { font-size: 30px; }
      table.matrix td { min-width: 72px; }
    }
    @media print {
      .slider { display: none; } .thousand { font-size: 13pt; } .answer .weight { font-size: 20pt; }
      dl { font-size: 9pt; } h3 { margin-top: 16px; }
      section { break-inside: auto; } .answer { display: block; }
    }
    """
}
