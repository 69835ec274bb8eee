# SPDX-License-Identifier: Apache-2.0
"""Objectives for gradient boosting: the derivatives of the loss in each raw score.

    >>> import numpy as np
    >>> from weighted_cross_entropy.boosting import Objective
    >>> objective = Objective(pos_weight=9.0)
    >>> gradient, hessian = objective(np.array([0.0, 1.0]), np.array([0.0, 0.0]))
    >>> gradient, hessian
    (array([ 0.5, -4.5]), array([0.25, 2.25]))

`Objective` is for estimators (`XGBClassifier(objective=...)`). `TrainingObjective` is for
`xgboost.train(obj=...)` and `lightgbm.train({"objective": ...})`. This module imports neither
library.

A model with a custom objective predicts raw scores: the probability is `1 / (1 + exp(-score))`.
`XGBClassifier` is an exception and keeps its logistic link. `LGBMClassifier.predict` returns the
raw scores in place of classes, so use `lightgbm.train`. Boosting must start at score 0: set
`base_score=0` for `xgboost.train` and `base_score=0.5`, a probability, for `XGBClassifier`.
LightGBM starts there by default. An overflow causes no warning.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._arrays import plain_array
from ._call import evaluate
from ._native import GRADIENT, SECOND_DERIVATIVE
from ._options import Options


class Objective:
    """The derivatives of the weighted cross entropy, called with targets and raw scores.

    Args:
        pos_weight: The weight of the positive class, finite and at least 0. The ratio of negatives
            to positives balances the classes, as `scale_pos_weight` of both libraries does.
        label_smoothing: s in [0, 1]: a target z counts as z (1 - s) + s / 2.
        min_hessian: The minimum of the second derivative in rows whose weight is not 0, so that no
            leaf divides by 0. The libraries' own objectives have a similar minimum.
        threads: The maximum number of threads; None is the number of processors.
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
        self.min_hessian = float(min_hessian)
        if not self.min_hessian >= 0:
            raise ValueError(f"min_hessian must be at least 0, received {min_hessian}")
        self.options = Options(label_smoothing=label_smoothing, threads=threads, name="objective")
        self.options.check(self.pos_weight)

    def __call__(
        self,
        y_true: npt.ArrayLike,
        y_pred: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The gradient and the second derivative in each raw score of `y_pred`.

        Both are multiplied by the weights of the samples.

        Raises:
            ValueError: The shapes differ.
        """
        return self.derivatives(y_true, y_pred, sample_weight)

    def derivatives(
        self, y_true: npt.ArrayLike, y_pred: npt.ArrayLike, sample_weight: npt.ArrayLike | None
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The result of a call, for both kinds of objective."""
        z, x = plain_array(y_true, "y_true"), plain_array(y_pred, "y_pred")
        w = None if sample_weight is None else plain_array(sample_weight, "sample_weight")
        first, second = (
            evaluate(operation, None, self.options, z, x, self.pos_weight, w)[0]
            for operation in (GRADIENT, SECOND_DERIVATIVE)
        )
        minimum = self.min_hessian if w is None else np.where(w == 0, 0, self.min_hessian)
        return first, np.maximum(second, minimum, out=second)


class TrainingObjective(Objective):
    """The objective for the training functions: called with raw scores and the data set."""

    def __call__(  # type: ignore[override]
        self, preds: Any, data: Any
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The gradient and the second derivative in each of `preds`.

        `data` has the methods `get_label()` and `get_weight()`.
        """
        # Without weights XGBoost has an empty array and LightGBM has None.
        weight = data.get_weight()
        has_weights = weight is not None and np.size(weight) > 0
        return self.derivatives(data.get_label(), preds, weight if has_weights else None)
