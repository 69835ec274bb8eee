// SPDX-License-Identifier: Apache-2.0
/// The script of a report, which moves the threshold, and the policy that permits no other script.
enum Script {
  /// Nothing is fetched. Of scripts only the one with this hash runs, so none in a name can.
  static let policy = """
    default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-\(hash)'
    """

  /// The SHA-256 of ``source`` in base 64.
  static let hash = "nqwGxicH7a4O08cpXCmUmgB/5YL/hR4bkTALzS0nC+U="

  static let source = #"""
    "use strict";
    for (const panel of document.querySelectorAll("[data-decisions]")) {
      const data = JSON.parse(panel.querySelector("script").textContent);
      const slider = panel.querySelector("input");
      const tally = x => Math.abs(x) >= 999.5 ? Math.round(x).toLocaleString("en-US")
        : String(Number(x.toPrecision(3)));
      const share = x => x === null || !isFinite(x) ? "undefined"
        : Math.abs(x) >= 0.1 || x === 0 ? x.toFixed(3) : String(Number(x.toPrecision(3)));
      const ratio = (a, b) => b > 0 ? a / b : null;
      const texts = [...panel.querySelectorAll("[data-show]")].map(e => [e, e.innerHTML]);
      const show = () => {
        const index = Number(slider.value);
        const [threshold, tp, fp] = data.points[index];
        const fn = Math.max(0, data.positives - tp), tn = Math.max(0, data.negatives - fp);
        const total = data.positives + data.negatives;
        const values = {
          threshold: String(Number(threshold.toPrecision(6))),
          "alarms-per-thousand": tally(1000 * (tp + fp) / total),
          "caught-per-thousand": tally(1000 * tp / total),
          "missed-per-thousand": tally(1000 * fn / total),
          caught: tally(tp), missed: tally(fn), "false-alarms": tally(fp), rest: tally(tn),
          recall: share(ratio(tp, tp + fn)), precision: share(ratio(tp, tp + fp)),
          f1: share(ratio(tp, tp + (fp + fn) / 2)), price: share(ratio(fp, tp)),
          "alarm-rate": Number((100 * (tp + fp) / total).toPrecision(3)) + "\u00a0%",
          cost: data.costs ? tally(data.costs[0] * fn + data.costs[1] * fp) : ""
        };
        const moved = index !== data.chosen;
        for (const [element, text] of texts) {
          if (moved) element.textContent = values[element.dataset.show];
          else element.innerHTML = text;
        }
        slider.setAttribute("aria-valuetext", values.threshold);
        panel.classList.toggle("moved", moved);
      };
      slider.value = data.chosen;
      slider.addEventListener("input", show);
      panel.querySelector("button").addEventListener("click", () => {
        slider.value = data.chosen;
        show();
      });
      panel.querySelector(".slider").hidden = 2 > data.points.length;
    }
    """#
}
