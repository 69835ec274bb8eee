# SPDX-License-Identifier: Apache-2.0
"""The arguments X, y and sample_weight of `weighted_cross_entropy.sklearn`."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, validate_data

from . import _linear
from ._progress import Progress
from ._tables import Training, by_columns, is_pandas, is_table, of_array, table_of, unused_name


class Rows:
    """The rows of a fit or a study, as a table of the library."""

    def __init__(self, estimator: Any, X: Any, y: Any, weights: Any, pos_label: Any) -> None:
        self.X = X
        if y is None:
            raise ValueError(
                f"{type(estimator).__name__} requires y to be passed, but the target y is None"
            )
        label = str(getattr(y, "name", None) or "target")
        self.table = table_for(estimator, X, reset=True)
        y = column_or_1d(y, warn=True)
        self.classes, codes = classes_of(y)
        count = _linear.shape(self.table)[0]
        if len(y) != count:
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: {[count, len(y)]}"
            )
        if len(self.classes) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is "
                f"{type_of_target(y)}."
            )
        if len(self.classes) < 2:
            raise ValueError(
                f"The target has one class, {self.classes[0]!r}; two classes are needed"
            )
        if pos_label is not None and pos_label not in self.classes.tolist():
            raise ValueError(f"pos_label={pos_label!r} is not a class of y: {self.classes}")
        names = _linear.column_names(self.table)
        target = unused_name(label, names)
        positive = None
        index = 1 if pos_label is None else self.classes.tolist().index(pos_label)
        if index == 1 and self.classes.tolist() == [0, 1]:
            _linear.add_numbers(self.table, (target,), codes.astype(np.float64))
        else:
            labels = tuple(map(str, self.classes.tolist()))
            positive = labels[index]
            _linear.add_labels(self.table, target, codes.astype(np.int32), labels)
        self.options: dict[str, Any] = {"target": target, "positive": positive, "weights": None}
        if weights is not None:
            weights = _check_sample_weight(weights, codes, dtype=np.float64)
            column = unused_name("sample_weight", [*names, target])
            _linear.add_numbers(self.table, (column,), weights)
            self.options["weights"] = column

    def run(self, function: Any, options: dict[str, Any], progress: Progress) -> Any:
        """Calls the library. scikit-learn's message about NaN goes before that of the library."""
        try:
            training = Training(progress=progress, **self.options, **options)
            return function(self.table, **vars(training))
        except ValueError:
            if not is_table(self.X):
                assert_all_finite(np.asarray(self.X, dtype=np.float64), input_name="X")
            raise


def classes_of(y: Any) -> tuple[Any, Any]:
    """The sorted classes, and the index of that of each row."""
    if y.dtype.kind in "biuf" and len(y):
        # In most cases two numbers, without sorting all.
        classes = np.array([y.min(), y.max()])
        codes = y == classes[1]
        if (
            classes[0] < classes[1]
            and (classes % 1 == 0).all()
            and (codes | (y == classes[0])).all()
        ):
            return classes, codes.astype(np.intp)
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    return classes, codes


def table_for(estimator: Any, X: Any, *, reset: bool) -> Any:
    """The table of X, after scikit-learn's checks of its shape and the names of its columns."""
    if is_pandas(X):
        validate_data(estimator, X, skip_check_array=True, reset=reset)
        _check_rows(len(X), reset)
        return table_of(X, is_fit=reset)
    if is_table(X):
        table = table_of(X, is_fit=reset)
        names = _linear.column_names(table)
        if reset:
            estimator.n_features_in_ = len(names)
            estimator.feature_names_in_ = np.array(names, dtype=object)
        _check_rows(_linear.shape(table)[0], reset)
        return table
    X = validate_data(
        estimator,
        X,
        reset=reset,
        dtype=(np.float64, np.float32),
        ensure_all_finite=False,
        order=None,
    )
    if reset:
        X = by_columns(X)
    if estimator.missing == "error":
        if not reset and not np.isfinite(X).all():
            assert_all_finite(X, input_name="X")
        return of_array(X, None)
    return of_array(X, tuple(map(str, range(1, X.shape[1] + 1))))


def _check_rows(count: int, reset: bool) -> None:
    if count == 0 and reset:
        raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")


def weight_of(weight: Any) -> float:
    if isinstance(weight, str):
        if weight == "balanced":
            return 0.0
        raise ValueError(f"pos_weight must be a number above 0 or 'balanced', received {weight!r}")
    if not weight > 0:
        raise ValueError(f"pos_weight must be above 0, received {weight!r}")
    return float(weight)


def penalty_of(l2: Any) -> dict[str, float]:
    if isinstance(l2, str):
        if l2 == "auto":
            return {"l2": -1.0}
        raise ValueError(f"l2 must be a number of at least 0 or 'auto', received {l2!r}")
    if not l2 >= 0:
        raise ValueError(f"l2 must be at least 0, received {l2!r}")
    return {"l2": float(l2)}
