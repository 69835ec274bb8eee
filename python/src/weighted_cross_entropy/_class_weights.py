# SPDX-License-Identifier: Apache-2.0
"""Positive weights from the numbers of positive and negative labels."""

from __future__ import annotations

import math
import operator
from typing import Any, Literal, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from ._arrays import BFLOAT16, converted, plain_array
from ._foreign import adopted, labelled

Rule: TypeAlias = Literal["balanced", "sqrt", "effective"]


@overload
def positive_weight(
    labels: npt.ArrayLike, rule: Rule = ..., *, axis: None = ..., beta: float = ...,
    cap: float | None = ...,
) -> float: ...  # fmt: skip
@overload
def positive_weight(
    labels: npt.ArrayLike, rule: Rule = ..., *, axis: int, beta: float = ...,
    cap: float | None = ...,
) -> npt.NDArray[np.float64]: ...  # fmt: skip
def positive_weight(
    labels: npt.ArrayLike,
    rule: Rule = "balanced",
    *,
    axis: int | None = None,
    beta: float = 0.999,
    cap: float | None = None,
) -> Any:
    """A positive weight for the loss from the labels, for all or for each class.

    With p, the sum of the labels of a class, and n, their number less p, the weight is

    - n / p by the rule "balanced": both classes have the same total weight;
    - sqrt(n / p) by the rule "sqrt": a compromise for classes that are very rare;
    - (1 - beta^n) / (1 - beta^p) by the rule "effective", the ratio of the effective numbers of
      samples of Cui, Jia, Lin, Song and Belongie (CVPR 2019), who try a beta of 0.9, 0.99, 0.999
      and 0.9999. It approaches n / p for beta near 1.

    It is 1 where p or n is 0, because no rule applies.

    Args:
        labels: Numbers in [0, 1], usually 0 or 1, of any shape.
        rule: "balanced", "sqrt" or "effective".
        axis: The class axis, as in `loss`: 1 or -1 for labels with a column for each class. None
            is one weight for all labels.
        beta: That of the rule "effective", at least 0 and below 1.
        cap: The largest weight, finite and at least 1. Its inverse is the smallest.

    Returns:
        A float without `axis`, else a float64 array with the weight of each class, for the argument
        `pos_weight`. For columns of a DataFrame it is a Series whose index is the columns.

    Raises:
        ValueError: A label is outside [0, 1]; the rule is unknown; `beta` or `cap` is out of range.
        TypeError: The labels hold no real numbers.
        numpy.exceptions.AxisError: The labels have no such axis.
    """
    if rule not in ("balanced", "sqrt", "effective"):
        raise ValueError(f"rule must be one of 'balanced', 'sqrt', 'effective', received {rule!r}")
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be at least 0 and below 1, received {beta}")
    if cap is not None and not (cap >= 1 and math.isfinite(cap)):
        raise ValueError(f"cap must be finite and at least 1, received {cap}")
    array = plain_array(adopted(labels), "labels")
    if array.dtype is BFLOAT16:
        array = converted(array, np.dtype(np.float32))
    if array.dtype.kind not in "biuf":
        raise TypeError(f"labels must hold real numbers, received {array.dtype}")
    rank = array.ndim
    if axis is not None:
        axis = operator.index(axis)
        if not -rank <= axis < rank:
            raise np.exceptions.AxisError(axis, rank)
    is_valid = (array >= 0) & (array <= 1)
    if not is_valid.all():
        index = tuple(int(i) for i in np.argwhere(~is_valid)[0])
        where = f" at {index}" if index else ""
        raise ValueError(f"labels must lie in [0, 1], received {array[index]}{where}")
    rows = None if axis is None else tuple(i for i in range(rank) if i != axis % rank)
    positives = np.sum(array, axis=rows, dtype=np.float64)
    count = array.size // max(positives.size, 1)
    weights = [_weight(p, count - p, rule, beta, cap) for p in positives.ravel().tolist()]
    return weights[0] if axis is None else labelled(np.array(weights), labels, axis)


def _weight(
    positives: float, negatives: float, rule: Rule, beta: float, cap: float | None
) -> float:
    weight = 1.0
    if positives > 0 and negatives > 0:
        if rule != "effective":
            weight = negatives / positives
            weight = math.sqrt(weight) if rule == "sqrt" else weight
        elif beta > 0:
            # 1 - beta^n without cancellation for beta near 1.
            logarithm = math.log(beta)
            weight = math.expm1(negatives * logarithm) / math.expm1(positives * logarithm)
    return weight if cap is None else min(max(weight, 1 / cap), cap)
