# SPDX-License-Identifier: Apache-2.0
"""The estimator of `weighted_cross_entropy.sklearn`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from . import _linear
from ._progress import Progress
from ._rows import Rows, penalty_of, table_for, weight_of
from ._tables import MISSING, RARE, UNSEEN, choice

Array = npt.NDArray[np.float64]

_RAW_LOGITS, _RAW_PROBABILITIES, _CALIBRATED_PROBABILITIES, _DECISIONS = 0, 2, 3, 4


class WeightedLogisticRegression(ClassifierMixin, BaseEstimator):
    """Logistic regression with a weight for the positive class.

    Minimises the sum of the weighted cross entropies plus `l2 / 2` times the squared norm of the
    coefficients of standardised features: the optimum of `StandardScaler` followed by
    `LogisticRegression(C=1 / l2, class_weight={negative: 1, positive: pos_weight})`, to 1e-10.

    The probabilities of a weighted model are those of data in which positives are `pos_weight`
    times as frequent. `predict_proba` therefore corrects them, unless `calibrated` is false.

    X may be an array, a data frame of pandas, or an object with `__arrow_c_stream__`, such as a
    data frame of polars, a table of pyarrow or a relation of DuckDB. Numbers of float32 and float64
    are not copied. In a data frame a column of text becomes one feature for each of up to 100
    labels, booleans are 0 and 1, and cells may be missing.

    Args:
        pos_weight: The weight of the positive rows, above 0; or "balanced", which is the weight of
            the negative rows divided by that of the positive ones.
        l2: The penalty; or "auto", which is the one of an unweighted model with the least held-out
            log loss.
        threshold: The calibrated probability from which on `predict` returns the positive class.
            None is `1 / (1 + pos_weight)`, which is 1/2 of the uncorrected probability.
        calibrated: Whether `predict_proba` returns probabilities for the data as they are.
        pos_label: The positive class. None is the last of the sorted classes.
        max_iter: The maximum number of iterations.
        missing: For missing cells of a data frame: "error"; "mean" to fill them with the mean of
            the column, or its most frequent label; "drop" to ignore the rows in the fit.
        rare: For columns of more than 100 labels: "error", or "other" to keep the 100 most frequent
            ones and call all others "other".
        unseen: For labels in predictions that did not occur in the fit: "error", or "zero".
        threads: The maximum number of threads; None is the number of processors.
        verbose: Whether to show the progress.

    Attributes:
        classes_: The two classes, sorted.
        coef_: The coefficients of the features as they are, not standardised, of shape (1, d).
        intercept_: The intercept, of shape (1,).
        n_iter_: The number of iterations, of shape (1,).
        pos_weight_: The weight that was used.
        l2_: The penalty that was used.
        threshold_: The threshold on calibrated probabilities.
        coef_names_: The names of the features; that of a label is "column=label".
        notices_: Remarks on the data, such as columns that look like identifiers.
        n_features_in_: The number of columns.
        feature_names_in_: The names of the columns, if all are texts.
    """

    def __init__(
        self,
        *,
        pos_weight: float | Literal["balanced"] = 1.0,
        l2: float | Literal["auto"] = 1.0,
        threshold: float | None = None,
        calibrated: bool = True,
        pos_label: Any = None,
        max_iter: int = 100,
        missing: Literal["error", "mean", "drop"] = "error",
        rare: Literal["error", "other"] = "error",
        unseen: Literal["error", "zero"] = "error",
        threads: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.pos_weight = pos_weight
        self.l2 = l2
        self.threshold = threshold
        self.calibrated = calibrated
        self.pos_label = pos_label
        self.max_iter = max_iter
        self.missing = missing
        self.rare = rare
        self.unseen = unseen
        self.threads = threads
        self.verbose = verbose

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> WeightedLogisticRegression:
        """Fits the model. Ctrl-C ends the fit; the estimator is then as before."""
        data = Rows(self, X, y, sample_weight, self.pos_label)
        options = self._training(data)
        with Progress("fitting", self.verbose) as progress:
            model = data.run(_linear.fit, options, progress)
        self._use(model, _linear.model_json(model), data.classes)
        self.notices_ = _linear.model_notices(model).splitlines()
        return self

    def _training(self, data: Rows) -> dict[str, Any]:
        threshold = -1.0 if self.threshold is None else float(self.threshold)
        if self.threshold is not None and not 0 <= threshold <= 1:
            raise ValueError(f"threshold must be in [0, 1] or None, received {self.threshold!r}")
        return {
            **penalty_of(self.l2),
            "pos_weight": weight_of(self.pos_weight),
            "threshold": threshold,
            "max_iter": self.max_iter,
            "threads": self.threads or 0,
            "missing": choice("missing", self.missing, MISSING),
            "rare": choice("rare", self.rare, RARE),
        }

    def _use(self, model: Any, text: str, classes: npt.NDArray[Any]) -> None:
        """Takes over a model and its JSON."""
        content = json.loads(text)
        self._model, self._json, self.classes_ = model, text, classes
        features = content["features"]
        sign = 1.0 if self._positive_index(classes) == 1 else -1.0
        self.coef_ = sign * np.array([[feature["originalCoefficient"] for feature in features]])
        self.intercept_ = sign * np.array([content["originalIntercept"]])
        self.coef_names_ = np.array([feature["name"] for feature in features], dtype=object)
        self.n_iter_ = np.array([content["certificate"]["iterations"]], dtype=np.int32)
        self.pos_weight_, self.l2_ = content["positiveWeight"], content["l2"]
        self.threshold_ = content.get("threshold", 1 / (1 + self.pos_weight_))

    def _positive_index(self, classes: npt.NDArray[Any]) -> int:
        return 1 if self.pos_label is None else int(np.flatnonzero(classes == self.pos_label)[0])

    def decision_function(self, X: Any) -> Array:
        """The log odds of `classes_[1]` in the weighted data, `X @ coef_.T + intercept_`.

        Without a `threshold`, `predict` is the class of its sign.
        """
        logits = self._predict(X, _RAW_LOGITS)
        return logits if self._positive_index(self.classes_) == 1 else -logits

    def predict_proba(self, X: Any) -> Array:
        """The probabilities of both classes: those for the data, if `calibrated` is true."""
        kind = _CALIBRATED_PROBABILITIES if self.calibrated else _RAW_PROBABILITIES
        positive = self._predict(X, kind)
        index = self._positive_index(self.classes_)
        result = np.empty((len(positive), 2))
        result[:, index], result[:, 1 - index] = positive, 1 - positive
        return result

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithms of the probabilities."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The classes: positive if the calibrated probability is at least `threshold_`."""
        decisions = self._predict(X, _DECISIONS).astype(np.intp)
        index = self._positive_index(self.classes_)
        return self.classes_[decisions if index == 1 else 1 - decisions]

    def _predict(self, X: Any, kind: int) -> Array:
        check_is_fitted(self)
        table = table_for(self, X, reset=False)
        output = np.empty(_linear.shape(table)[0])
        unseen = choice("unseen", self.unseen, UNSEEN)
        _linear.predict(self._model, table, kind, unseen, self.threads or 0, output)
        return output

    def to_json(self) -> str:
        """The JSON of the model, as `wce fit` writes it."""
        check_is_fitted(self)
        return self._json

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the JSON of the model to a file, for `wce predict` and `load`."""
        _write(Path(path), self.to_json())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> WeightedLogisticRegression:
        """Reads a model that `save` or `wce fit` wrote.

        The classes are the labels of the target, or 0 and 1. If several labels are negative, the
        negative class is called "not " and the positive label.
        """
        return cls.from_json(Path(path).read_text(encoding="utf-8"))

    @classmethod
    def from_json(cls, text: str) -> WeightedLogisticRegression:
        """Reads the JSON of a model, as `load` does."""
        model = _linear.model(text)
        content = json.loads(text)
        target = content.get("target") or {}
        positive = target.get("positive")
        classes: npt.NDArray[Any] = np.array([0, 1])
        if positive is not None:
            others = [label for label in target.get("labels") or [] if label != positive]
            negative = others[0] if len(others) == 1 else f"not {positive}"
            labels = [_number(label) for label in (negative, positive)]
            if not all(isinstance(label, int) for label in labels):
                labels = [negative, positive]
            positive = labels[1]
            classes = np.array(sorted(labels))
        estimator = cls(
            pos_weight=content["positiveWeight"],
            l2=content["l2"],
            threshold=content.get("threshold"),
            pos_label=positive,
            missing=content["missing"],
        )
        estimator._use(model, text, classes)
        estimator.notices_ = []
        names = [column["name"] for column in content["columns"]]
        estimator.n_features_in_ = len(names)
        if target:
            estimator.feature_names_in_ = np.array(names, dtype=object)
        return estimator

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_model"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "_json" in state:
            self._model = _linear.model(state["_json"])

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_json")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = self.missing != "error"
        return tags


def _write(path: Path, text: str) -> None:
    """Writes a file whole, or leaves what is there."""
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    path = path.resolve()
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _number(label: str) -> Any:
    """The label as an integer, if it is one."""
    try:
        return int(label)
    except ValueError:
        return label
