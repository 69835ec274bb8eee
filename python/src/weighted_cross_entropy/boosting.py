# SPDX-License-Identifier: Apache-2.0
"""Objectives and metrics for gradient boosting with XGBoost, LightGBM and CatBoost.

    >>> import numpy as np
    >>> from weighted_cross_entropy.boosting import Metric, Objective
    >>> objective = Objective(pos_weight=9.0)
    >>> gradient, hessian = objective(np.array([0.0, 1.0]), np.array([0.0, 0.0]))
    >>> gradient, hessian
    (array([ 0.5, -4.5]), array([0.25, 2.25]))
    >>> round(Metric(pos_weight=9.0)(np.array([0.0, 1.0]), np.array([0.0, 0.0])), 6)
    3.465736

This module imports none of the libraries. They take its objects as follows:

| caller | objective | metric |
|---|---|---|
| `xgboost.train`, `lightgbm.train` | `TrainingObjective` | `TrainingMetric` |
| `XGBClassifier` | `Objective` | `Metric` |
| `LGBMClassifier` | `Objective` | `LightGBMMetric` |
| `CatBoost`, `CatBoostClassifier` | `Objective` | `Metric` |

A model with a custom objective predicts raw scores: the probability is `1 / (1 + exp(-score))`.
`XGBClassifier` and, with `class_names=(0, 1)`, `CatBoostClassifier` are exceptions and keep their
logistic link. `LGBMClassifier` gets it back from `LogisticLink`. Boosting must start at score 0:
set `base_score=0` for `xgboost.train` and `base_score=0.5`, a probability, for `XGBClassifier`. The
others start there. CatBoost needs an `eval_metric` beside the objective, and its search for splits
does not see the positive weight, only the leaves do. The metrics expect raw scores, which the
libraries give them beside a custom objective. An overflow causes no warning.

The objects are values: they cannot change, and they are equal if their parameters are. A search
tries several: `GridSearchCV(model, {"objective": [Objective(q) for q in (1, 3, 9)]})`.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ._arrays import plain_array
from ._call import evaluate
from ._native import GRADIENT, SECOND_DERIVATIVE, VALUE
from ._options import Options, options_of

__all__ = [
    "LightGBMMetric", "LogisticLink", "Metric", "Objective", "TrainingMetric", "TrainingObjective",
]  # fmt: skip


@dataclass(frozen=True)
class _Loss:
    """The parameters that the objectives and the metrics share."""

    pos_weight: float | tuple[float, ...] = 1.0
    _: KW_ONLY
    label_smoothing: float = 0.0
    threads: int | None = None

    # What errors call the object.
    label: ClassVar = "objective"
    # CatBoost must not compile the methods, nor replace them.
    no_jit: ClassVar = True

    def __post_init__(self) -> None:
        weight = np.asarray(self.pos_weight, np.float64)
        value = float(weight) if weight.ndim == 0 else tuple(map(float, weight))
        object.__setattr__(self, "pos_weight", value)
        self._options().check(value)

    def _options(self, reduction: str = "none") -> Options:
        axis = -1 if isinstance(self.pos_weight, tuple) else None
        return options_of(reduction, axis, self.label_smoothing, self.threads, self.label)

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        # CatBoost copies the parameters of a model whenever it shows them, which scikit-learn's
        # `clone` takes for a change if the copy is another object.
        return self

    def _arrays(self, y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """Targets, scores and weights of the shape of the scores.

        XGBoost has the targets of several labels in one row, and a weight for each sample.
        """
        z, x = plain_array(y_true, "y_true"), plain_array(y_pred, "y_pred")
        w = None if sample_weight is None else plain_array(sample_weight, "sample_weight")
        if x.ndim == 2:
            z = z.reshape(x.shape) if z.size == x.size else z
            if w is not None and w.shape == x.shape[:1]:
                w = np.repeat(w, x.shape[1]).reshape(x.shape)
        return z, x, w


@dataclass(frozen=True)
class Objective(_Loss):
    """The derivatives of the weighted cross entropy, called with targets and raw scores.

    Args:
        pos_weight: The weight of the positive class, finite and at least 0; for several labels, a
            weight for each. The ratio of negatives to positives balances the classes, as
            `scale_pos_weight` of the libraries does.
        label_smoothing: s in [0, 1]: a target z counts as z (1 - s) + s / 2.
        min_hessian: The minimum of the second derivative in rows whose weight is not 0, so that no
            leaf divides by 0. The libraries' own objectives have a similar minimum.
        threads: The maximum number of threads; None is the number of processors.
    """

    _: KW_ONLY
    min_hessian: float = 1e-16

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.min_hessian >= 0:
            raise ValueError(f"min_hessian must be at least 0, received {self.min_hessian}")

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
        z, x, w = self._arrays(y_true, y_pred, sample_weight)
        first, second = (
            evaluate(operation, None, self._options(), z, x, self.pos_weight, w)[0]
            for operation in (GRADIENT, SECOND_DERIVATIVE)
        )
        minimum = self.min_hessian if w is None else np.where(w == 0, 0, self.min_hessian)
        return first, np.maximum(second, minimum, out=second)

    def calc_ders_range(self, approxes: Any, targets: Any, weights: Any) -> list[Any]:
        """What CatBoost calls: the derivatives of the negative loss, which it maximises."""
        first, second = self.derivatives(targets, approxes, weights)
        return list(zip(-first, -second, strict=True))


@dataclass(frozen=True, repr=False)
class TrainingObjective(Objective):
    """The objective for the training functions: called with raw scores and the data set."""

    def __call__(  # type: ignore[override]
        self, preds: Any, data: Any
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The gradient and the second derivative in each of `preds`.

        `data` has the methods `get_label()` and `get_weight()`.
        """
        return self.derivatives(data.get_label(), preds, _weight(data))


@dataclass(frozen=True)
class Metric(_Loss):
    """The mean loss, called with targets and raw scores; the weights of the samples divide it.

    The arguments are those of `Objective`.
    """

    label = "metric"
    # What XGBoost calls the metric.
    __name__ = "weighted_cross_entropy"

    def __call__(
        self,
        y_true: npt.ArrayLike,
        y_pred: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> Any:
        """The mean loss of the raw scores `y_pred`, less of which is better."""
        return self.mean(y_true, y_pred, sample_weight)

    def mean(
        self, y_true: npt.ArrayLike, y_pred: npt.ArrayLike, sample_weight: npt.ArrayLike | None
    ) -> float:
        """The result of a call, for all kinds of metric."""
        reduction = "mean" if sample_weight is None else "weighted_mean"
        return self._value(reduction, y_true, y_pred, sample_weight)

    def _value(self, reduction: str, y_true: Any, y_pred: Any, sample_weight: Any) -> float:
        z, x, w = self._arrays(y_true, y_pred, sample_weight)
        return float(evaluate(VALUE, None, self._options(reduction), z, x, self.pos_weight, w)[0])

    # CatBoost's interface.
    def is_max_optimal(self) -> bool:
        """Whether more is better: no."""
        return False

    def evaluate(self, approxes: Any, target: Any, weight: Any) -> tuple[float, float]:
        """The sum of the losses of the scores in `approxes[0]`, and that of the weights."""
        total = self._value("sum", target, approxes[0], weight)
        return total, float(len(target) if weight is None else np.sum(weight))

    def get_final_error(self, error: float, weight: float) -> float:
        """The mean, from what `evaluate` returns."""
        return error / weight if weight else 0.0


@dataclass(frozen=True, repr=False)
class LightGBMMetric(Metric):
    """The metric for LightGBM's estimators, which expect its name and its direction too."""

    def __call__(
        self,
        y_true: npt.ArrayLike,
        y_pred: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> tuple[str, float, bool]:
        """The name, the mean loss, and that more is not better."""
        return self.__name__, self.mean(y_true, y_pred, sample_weight), False


@dataclass(frozen=True, repr=False)
class TrainingMetric(Metric):
    """The metric for the training functions: called with raw scores and the data set."""

    def __call__(self, preds: Any, data: Any) -> Any:  # type: ignore[override]
        """The name and the mean loss; for a data set of LightGBM also that more is not better."""
        result = self.__name__, self.mean(data.get_label(), preds, _weight(data))
        return (*result, False) if hasattr(data, "get_field") else result


def _weight(data: Any) -> Any:
    """The weights of a data set. Without any XGBoost has an empty array and LightGBM has None."""
    weight = data.get_weight()
    return weight if weight is not None and np.size(weight) > 0 else None


class LogisticLink:
    """Gives subclasses of `LGBMClassifier` probabilities and two classes beside an `Objective`.

    LightGBM itself returns raw scores from `predict` and `predict_proba`, so that `score` and
    scikit-learn's searches would be wrong. The subclass needs no more than
    `class Classifier(LogisticLink, LGBMClassifier): pass`. For early stopping by a `LightGBMMetric`
    set `metric="none"`, as LightGBM's own metrics take the scores for probabilities.
    """

    classes_: Any

    def predict_proba(self, X: Any, raw_score: bool = False, **options: Any) -> Any:
        """The probability of each of the two classes; the options are LightGBM's."""
        is_link = not raw_score and not options.get("pred_leaf") and not options.get("pred_contrib")
        is_link = is_link and callable(self.objective)  # type: ignore[attr-defined]
        predict = super().predict_proba  # type: ignore[misc]
        result = predict(X, raw_score=raw_score or is_link, **options)
        if not is_link:
            return result
        e = np.exp(-np.abs(result))
        positive = np.where(result < 0, e, 1) / (1 + e)
        return np.stack([np.where(result < 0, 1, e) / (1 + e), positive], axis=1)

    def predict(self, X: Any, raw_score: bool = False, **options: Any) -> Any:
        """The classes: the second for scores above 0; the options are LightGBM's."""
        # Beside a function as its objective, LightGBM returns what `predict_proba` does.
        result = super().predict(X, raw_score=raw_score, **options)  # type: ignore[misc]
        is_other = raw_score or options.get("pred_leaf") or options.get("pred_contrib")
        if is_other or np.ndim(result) < 2:
            return result
        return self.classes_[(result[:, 1] > result[:, 0]).astype(int)]
