# SPDX-License-Identifier: Apache-2.0
"""Logistic models with a positive weight as estimators of scikit-learn, and the trade-off study.

    >>> from sklearn.datasets import load_breast_cancer
    >>> from weighted_cross_entropy.sklearn import WeightedLogisticRegression, tradeoff
    >>> X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    >>> model = WeightedLogisticRegression(pos_weight="balanced").fit(X, y)
    >>> study = tradeoff(X, y, recall=0.99)

The results have the same bits as those of the tool `wce` on the same data, and models are exchanged
with it by their JSON.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from . import _linear
from ._estimator import WeightedLogisticRegression
from ._progress import Progress
from ._rows import Rows, penalty_of
from ._study import TradeoffStudy
from ._tables import MISSING, RARE, choice

__all__ = ["TradeoffStudy", "WeightedLogisticRegression", "tradeoff"]


def tradeoff(
    X: Any,
    y: Any,
    *,
    recall: float | None = None,
    precision: float | None = None,
    confidence: float | None = None,
    cost_miss: float | None = None,
    cost_alarm: float | None = None,
    pos_weights: npt.ArrayLike | None = None,
    l2: float | Literal["auto"] = 1.0,
    folds: int = 5,
    seed: int = 0,
    pos_label: Any = None,
    sample_weight: Any = None,
    missing: Literal["error", "mean", "drop"] = "error",
    rare: Literal["error", "other"] = "error",
    threads: int | None = None,
    data_name: str | None = None,
    verbose: bool = False,
) -> TradeoffStudy:
    """Finds the positive weight or the threshold for a recall, a precision or costs.

    Cross-validates models over a path of positive weights, as `wce tradeoff`. On the same folds it
    evaluates the alternative: an unweighted model whose threshold moves.

    Args:
        X: The rows, as those of `WeightedLogisticRegression.fit`.
        y: Their classes.
        recall: The least recall of what is recommended; or
        precision: the least precision; or
        cost_miss: the cost of a missed positive, together with
        cost_alarm: the cost of a false alarm.
        confidence: The probability with which the recall or the precision shall hold on as many new
            rows, from 0.5 to below 1.
        pos_weights: The weights; None is five a decade from 0.1 to 100 or more.
        l2: The penalty, or "auto".
        folds: The number of folds.
        seed: The seed of the division into folds.
        pos_label: The positive class; None is the last of the sorted classes.
        sample_weight: The weight of each row.
        missing: For missing cells, as that of the estimator.
        rare: For columns of more than 100 labels, as that of the estimator.
        threads: The maximum number of threads; None is the number of processors.
        data_name: What the report calls the data.
        verbose: Whether to show the progress.
    """
    if recall is not None and precision is not None:
        raise ValueError("give recall or precision, not both")
    if (cost_miss is None) != (cost_alarm is None):
        raise ValueError("cost_miss and cost_alarm need each other")
    estimator = WeightedLogisticRegression(missing=missing)
    data = Rows(estimator, X, y, sample_weight, pos_label)
    options = {
        **penalty_of(l2),
        "threads": threads or 0,
        "missing": choice("missing", missing, MISSING),
        "rare": choice("rare", rare, RARE),
    }
    aims = {
        "recall": recall,
        "precision": precision,
        "confidence": confidence,
        "cost_miss": cost_miss,
        "cost_alarm": cost_alarm,
        "data_name": data_name,
    }
    given: dict[str, Any] = {name: value for name, value in aims.items() if value is not None}
    if any(isinstance(value, float | int) and not value > 0 for value in given.values()):
        raise ValueError(f"recall, precision, confidence and costs must be above 0: {given}")
    if pos_weights is not None:
        given["pos_weights"] = np.ascontiguousarray(pos_weights, dtype=np.float64)

    def run(table: Any, **training: Any) -> Any:
        return _linear.tradeoff(table, folds=folds, seed=seed, **given, **training)

    with Progress("fitting", verbose) as progress:
        study = data.run(run, options, progress)
    return TradeoffStudy(_linear.study_json(study), _linear.study_report(study), pos_label)
