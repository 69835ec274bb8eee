# SPDX-License-Identifier: Apache-2.0
"""Objectives for gradient boosting: the gradient and the second derivative of the loss in each raw score.

    >>> import numpy as np
    >>> from weighted_cross_entropy.boosting import Objective
    >>> objective = Objective(pos_weight=9.0)
    >>> gradient, hessian = objective(np.array([0.0, 1.0]), np.array([0.0, 0.0]))
    >>> gradient, hessian
    (array([ 0.5, -4.5]), array([0.25, 2.25]))

`Objective` is for the estimators of both (`XGBClassifier(objective=...)`, `LGBMClassifier(objective=...)`), `TrainingObjective` for
`xgboost.train(obj=...)` and `lightgbm.train({"objective": ...})`. Neither library is imported here.

A model trained with an objective from outside predicts raw scores: the probability is `1 / (1 + exp(-score))`. `XGBClassifier` is the
exception: it keeps its logistic link. Start boosting at score 0: `base_score=0` for `xgboost.train`, `base_score=0.5` for
`XGBClassifier`, where it is a probability; LightGBM starts there by itself. There are no floating-point warnings.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from . import _call
from ._arrays import plain_array


class Objective:
    """The derivatives of the weighted cross entropy, called with labels and raw scores.

    Args:
        pos_weight: The weight of the positive class, finite and at least 0: the ratio of negatives to positives balances the two,
            as the option `scale_pos_weight` of both libraries does.
        label_smoothing: s in [0, 1]: a label z counts as z (1 - s) + s / 2.
        min_hessian: The least second derivative of a row whose weight is not 0, so that no leaf divides by 0; both libraries'
            own objectives have one as small.
        threads: The most threads to use; None is as many as there are processors.
    """

    def __init__(
        self,
        pos_weight: float = 1.0,
        *,
        label_smoothing: float = 0.0,
        min_hessian: float = 1e-16,
        threads: int | None = None,
    ) -> None:
        self.pos_weight = float(pos_weight)
        self.label_smoothing = float(label_smoothing)
        self.min_hessian = float(min_hessian)
        self.threads = threads
        if not self.min_hessian >= 0:
            raise ValueError(f"min_hessian must be at least 0, received {min_hessian}")
        self.derivatives([], [])  # says what is wrong with the others

    def __call__(
        self, y_true: npt.ArrayLike, y_pred: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The gradient and the second derivative in each raw score `y_pred`, multiplied by the weights of the samples.

        Raises:
            ValueError: The shapes differ.
        """
        return self.derivatives(y_true, y_pred, sample_weight)

    def derivatives(
        self, y_true: npt.ArrayLike, y_pred: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """What a call gives, for both kinds of objective."""
        scores, labels = plain_array(y_pred, "y_pred"), plain_array(y_true, "y_true")
        weights = None if sample_weight is None else plain_array(sample_weight, "sample_weight")
        first, second = (
            _call.call(
                operation, labels, scores, self.pos_weight, weights, None, self.label_smoothing, "none", self.threads,
                "objective",
            )[0]
            for operation in (_call.GRADIENT, _call.HESSIAN)
        )  # fmt: skip
        least = self.min_hessian if weights is None else np.where(weights == 0, 0, self.min_hessian)
        return first, np.maximum(second, least, out=second)


class TrainingObjective(Objective):
    """The objective as the training functions call it: with raw scores and the data set, which has labels and maybe weights."""

    def __call__(self, preds: Any, data: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:  # type: ignore[override]
        """The gradient and the second derivative in each of `preds`; `data` has `get_label()` and `get_weight()`."""
        weight = data.get_weight()
        # XGBoost has an array of no weights where there are none, LightGBM has None.
        has_weights = weight is not None and np.size(weight) > 0
        return self.derivatives(data.get_label(), preds, weight if has_weights else None)
