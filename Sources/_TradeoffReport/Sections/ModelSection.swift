// SPDX-License-Identifier: Apache-2.0
package import LinearClassification

/// The columns of a table: which are features, which are not, and which were filled.
package struct ColumnUse: Hashable, Sendable {
  package struct Filled: Hashable, Sendable {
    package var name: String
    package var count: Int
  }

  package var used: [String]
  package var excluded: [String]
  package var filled: [Filled]
}

extension ColumnUse {
  /// The columns of a table.
  package init(_ table: TrainingTable) {
    self.init(
      used: table.encoding.columns.map(\.name), excluded: table.excludedColumns,
      filled: table.filledColumns.map { Filled(name: $0.name, count: $0.count) })
  }
}

/// The largest coefficients of the recommended model, and the columns that it was fitted to.
struct ModelSection {
  let model: LogisticModel?
  let names: [String]
  let columns: ColumnUse?

  private static let count = 10

  var markup: Markup {
    guard model != nil || columns != nil else { return "" }
    return """
      <section aria-labelledby="model">
      <h2 id="model">What the model uses</h2>
      \(coefficients)
      \(columnList)
      </section>
      """
  }

  /// The features with the largest coefficients, from large to small. Of equals the first is first.
  private var largest: [Int] {
    let values = model?.coefficients ?? []
    return Array(
      values.indices.filter { values[$0] != 0 }
        .sorted { (abs(values[$0]), $1) > (abs(values[$1]), $0) }.prefix(Self.count))
  }

  private var coefficients: Markup {
    guard let model else { return "" }
    let largest = largest
    guard let first = largest.first else {
      return "<p class=\"note\">All coefficients are 0.</p>"
    }
    let scale = abs(model.coefficients[first])
    let original = model.originalCoefficients
    let rows = largest.map { index in
      let value = model.coefficients[index]
      let length = abs(value) / scale * 50
      let tip = """
        \(original[index].formatted(4)) per unit of \(names[index]), whose standard deviation is \
        \(model.standardization.deviations[index].formatted(4))
        """
      return """
        <tr title="\(tip)"><th scope="row">\(names[index])</th>\
        <td><data value="\("\(value)")">\(value.formatted(3))</data></td>\
        <td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" \
        aria-hidden="true"><path class="axis" d="M50,0V10"/>\
        <rect class="\(value < 0 ? "negative" : "positive")" x="\(value < 0 ? 50 - length : 50)" \
        y="1" width="\(length)" height="8"/></svg></td></tr>
        """ as Markup
    }
    let all = model.coefficients.count { $0 != 0 }
    return """
      <h3 id="coefficients-title">The \(largest.count) largest of \(all.grouped) coefficients</h3>
      <p class="note" id="coefficients-note">The change of the log odds for one standard deviation \
      of the feature; point at a row to see it in the unit of the column. Fitted to all rows, with \
      the weight \(model.positiveWeight.shown).</p>
      <div class="table" role="region" aria-labelledby="coefficients-title" tabindex="0">
      <table id="coefficients" aria-labelledby="coefficients-title" \
      aria-describedby="coefficients-note">
      <thead><tr><th scope="col">feature</th><th scope="col">per standard deviation</th>\
      <td></td></tr></thead>
      <tbody>
      \(rows.lines)
      </tbody>
      </table>
      </div>
      """
  }

  private var columnList: Markup {
    guard let columns else { return "" }
    let filled = columns.filled.map { item in
      "\(item.name) (\(item.count.grouped) \(item.count == 1 ? "cell" : "cells"))"
    }
    return """
      <h3>Columns</h3>
      <dl class="columns">
      \(list("used", columns.used))
      \(list("excluded", columns.excluded))
      \(list("filled", filled))
      </dl>
      """
  }

  private func list(_ title: String, _ names: [String]) -> Markup {
    let items = names.map { "<li>\($0)</li>" as Markup }
    let value: Markup = names.isEmpty ? "none" : "<ul>\(items)</ul>"
    return "<dt>\(title) (\(names.count.grouped))</dt><dd>\(value)</dd>"
  }
}
