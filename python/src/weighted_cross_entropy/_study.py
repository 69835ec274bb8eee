# SPDX-License-Identifier: Apache-2.0
"""The trade-off study of `weighted_cross_entropy.sklearn`."""

from __future__ import annotations

import html
import json
from typing import Any

import numpy as np


class TradeoffStudy:
    """A cross-validated study of positive weights and thresholds.

    A notebook shows its report. `to_frame` gives the numbers, `plot` draws them, and `estimator`
    returns what is recommended.

    Attributes:
        content: All numbers, as `wce tradeoff --json` writes them.
        recommendation: The part of them that says what reaches the goal or costs least; None
            without a goal or costs.
    """

    def __init__(self, json_text: str, report: str, pos_label: Any = None) -> None:
        self._json, self._report, self._pos_label = json_text, report, pos_label
        self.content: dict[str, Any] = json.loads(json_text)
        self.recommendation: dict[str, Any] | None = self.content.get("recommendation")

    def to_json(self) -> str:
        """All numbers, as `wce tradeoff --json` writes them."""
        return self._json

    def to_html(self) -> str:
        """The report: one HTML page that fetches nothing."""
        return self._report

    def _repr_html_(self) -> str:
        # The page has styles of its own, which must not reach the rest of the notebook.
        return (
            '<iframe style="width: 100%; height: 45em; border: 0" '
            f'srcdoc="{html.escape(self._report)}"></iframe>'
        )

    def __repr__(self) -> str:
        rows, positives = self.content["rowCount"], self.content["positiveCount"]
        aim = (self.recommendation or {}).get("reason", "no goal")
        return f"<TradeoffStudy of {rows} rows, {positives} positive: {aim}>"

    def records(self) -> list[dict[str, float]]:
        """A row for each weight: rates of models with the weight, and with its threshold."""
        return [
            {
                "pos_weight": weighted["positiveWeight"],
                **_rates("", weighted),
                "threshold": moved["threshold"],
                **_rates("threshold_", moved),
            }
            for weighted, moved in zip(
                self.content["weightPath"], self.content["thresholdPath"], strict=True
            )
        ]

    def to_frame(self) -> Any:
        """The records as a data frame of pandas; without pandas, an array with named columns."""
        records = self.records()
        try:
            import pandas as pd
        except ImportError:
            names = list(records[0])
            return np.array(
                [tuple(record.values()) for record in records],
                dtype=[(name, np.float64) for name in names],
            )
        return pd.DataFrame.from_records(records)

    def plot(self, ax: Any = None) -> Any:
        """Draws recall and precision against the positive weight with matplotlib.

        Args:
            ax: The axes; None is those of a new figure.

        Returns:
            The axes.
        """
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots()
        records = self.records()
        weights = [record["pos_weight"] for record in records]
        for name, color in (("recall", "C0"), ("precision", "C1")):
            ax.plot(weights, [record[name] for record in records], color=color, label=name)
            ax.plot(
                weights,
                [record[f"threshold_{name}"] for record in records],
                color=color,
                linestyle="--",
                label=f"{name}, no weight, threshold 1 / (1 + weight)",
            )
        ax.set_xscale("log")
        ax.set_xlabel("positive weight")
        ax.set_ylim(0, 1)
        ax.legend()
        return ax

    def estimator(self) -> Any:
        """A `WeightedLogisticRegression`, not fitted, with the recommended weight or threshold.

        Without a recommendation it has the weight of the highest F1.
        """
        from .sklearn import WeightedLogisticRegression

        best = self.recommendation
        if best and best.get("verdict") == "threshold":
            choice = {"threshold": best["threshold"]["threshold"]}
        elif best:
            choice = {"pos_weight": best["weight"]["positiveWeight"]}
        else:
            records = self.records()
            scores = [record["f1"] for record in records]
            index = int(np.nanargmax(scores)) if not np.isnan(scores).all() else 0
            choice = {"pos_weight": records[index]["pos_weight"]}
        l2 = self.content["settings"]["l2"]
        return WeightedLogisticRegression(l2=l2, pos_label=self._pos_label, **choice)


def _rates(prefix: str, point: dict[str, Any]) -> dict[str, float]:
    metrics = point["pooled"]["metrics"]
    return {
        prefix + name: np.nan if metrics.get(name) is None else metrics[name]
        for name in ("recall", "precision", "f1")
    }
