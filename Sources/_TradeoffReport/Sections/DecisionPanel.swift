// SPDX-License-Identifier: Apache-2.0
import LinearClassification

/// What the chosen threshold gives in a thousand cases, the confusion matrix, and a slider for
/// other thresholds. Without a script there is no slider, and everything else is there.
struct DecisionPanel {
  /// A number with its name.
  struct Term {
    var name: String
    /// What the script calls the number; nil if it is only known for the chosen threshold.
    var key: String?
    var value: Markup
    var note: Markup = ""
  }

  /// Unique in the document.
  let id: String
  let curve: DecisionCurve
  let confusion: ConfusionMatrix
  let costs: TradeoffCosts?
  let terms: [Term]

  /// The alarms, and the positives that are caught and missed, in a thousand cases.
  var sentence: Markup {
    let numbers = zip(
      ["alarms", "caught", "missed"],
      [confusion.alarms, confusion.truePositives, confusion.falseNegatives])
    let parts = numbers.map { name, count in
      """
      <strong data-show="\(name)-per-thousand">\
      \((1000 * count / confusion.total).tally)</strong> \(name)
      """ as Markup
    }
    return "Of 1,000 cases: \(parts[0]), \(parts[1]), \(parts[2])."
  }

  var markup: Markup {
    """
    <p class="thousand" aria-live="polite">\(sentence)</p>
    \(slider)
    <div class="counts">
    \(matrix)
    <dl>
    \(terms.map(Self.row).lines)
    </dl>
    </div>
    """
  }

  private static func row(_ term: Term) -> Markup {
    let value: Markup =
      if let key = term.key { "<span data-show=\"\(key)\">\(term.value)</span>" } else {
        "<span class=\"chosen-only\">\(term.value)</span>"
      }
    return "<dt>\(term.name)</dt><dd>\(value) <span class=\"chosen-only\">\(term.note)</span></dd>"
  }

  private var matrix: Markup {
    func cell(_ key: String, _ count: Double) -> Markup {
      "<td data-show=\"\(key)\">\(Markup.tally(count))</td>"
    }
    return """
      <table class="matrix">
      <caption>Rows</caption>
      <thead><tr><td></td><th scope="col">alarm</th><th scope="col">no alarm</th></tr></thead>
      <tbody>
      <tr><th scope="row">positive</th>\(cell("caught", confusion.truePositives))\
      \(cell("missed", confusion.falseNegatives))</tr>
      <tr><th scope="row">negative</th>\(cell("false-alarms", confusion.falsePositives))\
      \(cell("rest", confusion.trueNegatives))</tr>
      </tbody>
      </table>
      """
  }

  private var slider: Markup {
    let point = curve.points[curve.chosenIndex]
    return """
      <div class="slider" hidden="">
      <label for="\(id)-slider">threshold <output for="\(id)-slider" data-show="threshold">\
      \(point.threshold.shown)</output></label> \
      <button type="button">back to the chosen threshold</button>
      <div class="range"><span>fewer alarms</span>\
      <input id="\(id)-slider" type="range" min="0" max="\(curve.points.count - 1)" \
      value="\(curve.chosenIndex)"/><span>more alarms</span></div>
      </div>
      <script type="application/json">\(data)</script>
      """
  }

  /// The counts for the script. They are numbers, which need no escape.
  private var data: Markup {
    let points = curve.points.map { "[\($0.threshold),\($0.truePositives),\($0.falsePositives)]" }
    let costs = costs.map { "[\($0.miss),\($0.alarm)]" } ?? "null"
    return Markup(
      stringLiteral: """
        {"positives":\(curve.positives),"negatives":\(curve.negatives),"costs":\(costs),\
        "chosen":\(curve.chosenIndex),"points":[\(points.joined(separator: ","))]}
        """)
  }
}

extension ConfusionMatrix {
  /// The rows that are predicted positive.
  var alarms: Double { truePositives + falsePositives }

  var total: Double { alarms + trueNegatives + falseNegatives }
}

extension DecisionPanel.Term {
  /// The numbers that follow from the counts, with the spreads of recall and precision.
  static func standard(
    _ confusion: ConfusionMatrix, costs: TradeoffCosts?, recall: Markup = "", precision: Markup = ""
  ) -> [Self] {
    var terms = [
      Self(
        name: "recall", key: "recall", value: .number(confusion.recall), note: recall),
      Self(
        name: "precision", key: "precision", value: .number(confusion.precision), note: precision),
      Self(name: "F1", key: "f1", value: .number(confusion.f1)),
      Self(
        name: "alarm rate", key: "alarm-rate",
        value: "\(Markup.percentage(confusion.alarms / confusion.total))"),
    ]
    if confusion.truePositives > 0 {
      terms.append(
        Self(
          name: "false alarms per catch", key: "price",
          value: .number(confusion.falsePositives / confusion.truePositives)))
    }
    if let costs {
      terms.append(Self(name: "cost", key: "cost", value: .tally(costs.total(confusion))))
    }
    return terms
  }
}

extension Markup {
  /// A rounded number, with all its digits as an attribute for programs.
  static func number(_ value: Double?) -> Markup {
    guard let value else { return "<span class=\"spread\">undefined</span>" }
    return "<data value=\"\("\(value)")\">\(value.significant)</data>"
  }

  /// A rounded number of rows or a cost, with all its digits as an attribute for programs.
  static func tally(_ value: Double) -> Markup {
    "<data value=\"\("\(value)")\">\(value.tally)</data>"
  }

  /// The ends of a spread, in parentheses.
  static func range(_ low: Double, _ high: Double) -> Markup {
    "<span class=\"spread\">(\(low.significant) to \(high.significant))</span>"
  }

  /// `9.68 %`
  static func percentage(_ share: Double) -> Markup { "\((100 * share).formatted(3))\u{A0}%" }
}

extension Double {
  /// Three decimals, or three significant digits of a number below 0.1.
  var significant: String { magnitude >= 0.1 || self == 0 ? fixed(3) : formatted(3) }

  /// A number of rows or a cost: three digits, from a thousand on all of the whole part.
  var tally: String {
    magnitude >= 999.5 && magnitude < 1e15 ? Int(rounded()).grouped : formatted(3)
  }
}
