"""One call of the library: arguments checked and made into what it takes, results into what NumPy's users expect."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _arrays, _native
from ._positive_weight import Axis, PositiveWeight, positive_weight

# The operations of the extension module, in its order.
(
    LOSS, GRADIENT, HESSIAN, LABEL_GRADIENT, POS_WEIGHT_GRADIENT, LOSS_WITH_GRADIENT, REDUCE, REDUCE_WITH_GRADIENT,
) = range(8)  # fmt: skip

REDUCTIONS = {"none": 0, "sum": 1, "mean": 2, "weighted_mean": 3}

DEFAULT_NAME = "logistic_loss"


def call(
    operation: int, labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight,
    weights: npt.ArrayLike | None, axis: Axis, label_smoothing: float, reduction: str, threads: int | None,
    name: str | None, out: Any = None, gradient_out: Any = None,
) -> tuple[Any, Any]:  # fmt: skip
    """Computes an operation: its number or its array, and the gradient where the operation has one beside it."""
    named = name or DEFAULT_NAME
    z, x, w, dtype = _arrays.inputs(labels, logits, weights, named)
    shape = x.shape
    class_axis = -1
    if type(pos_weight) is not float or axis is not None:
        pos_weight, class_axis = positive_weight(pos_weight, axis, shape, dtype, named)
    # A reduction has no array but its gradient's.
    target = _arrays.output(out, shape, dtype, named) if operation < REDUCE else None
    has_gradient = operation == LOSS_WITH_GRADIENT or operation == REDUCE_WITH_GRADIENT
    gradient = _arrays.output(gradient_out, shape, dtype, named) if has_gradient else None
    settings = (
        pos_weight, class_axis, float(label_smoothing), 0 if threads is None else _thread_count(threads, named), name,
    )  # fmt: skip
    code = REDUCTIONS.get(reduction) if isinstance(reduction, str) else None
    if code is None:
        known = ", ".join(map(repr, REDUCTIONS))
        raise ValueError(f"{named}: reduction must be one of {known}, received {reduction!r}")
    try:
        value = _native.evaluate(operation, code, z, x, w, target, gradient, *settings)
    except _native.CopyNeeded:
        # As NumPy's operations do where an output overlaps an input.
        target = None if target is None else np.empty(shape, dtype)
        gradient = None if gradient is None else np.empty(shape, dtype)
        z, x, w = z.copy(), x.copy(), None if w is None else w.copy()
        value = _native.evaluate(operation, code, z, x, w, target, gradient, *settings)
    first = dtype.type(value) if target is None else _arrays.result(target, out)
    return first, None if gradient is None else _arrays.result(gradient, gradient_out)


def _thread_count(threads: int, name: str) -> int:
    count = operator.index(threads)
    if count < 1:
        raise ValueError(f"{name}: the number of threads must be at least 1, received {count}")
    # No machine has more.
    return min(count, 1 << 30)
