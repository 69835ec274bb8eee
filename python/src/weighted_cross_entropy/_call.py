"""One call of the library: arguments checked and made into what it takes, results into what NumPy's users expect."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _arrays, _floating_point, _native
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
    name: str | None, function: str | None = None, out: Any = None, gradient_out: Any = None,
) -> tuple[Any, Any]:  # fmt: skip
    """Computes an operation: its number or its array, and the gradient where the operation has one beside it.

    An overflow is reported as NumPy reports one of its operations, under the name of the operation or else of `function`. Where
    `function` is None it is not: PyTorch's, JAX's and the boosting libraries' users know no `numpy.errstate`.
    """
    named = name or DEFAULT_NAME
    z, x, w, dtype = _arrays.inputs(labels, logits, weights, named)
    shape = x.shape
    class_axis = -1
    if type(pos_weight) is not float or axis is not None:
        pos_weight, class_axis = positive_weight(pos_weight, axis, shape, dtype, named)
    target = None
    if operation < REDUCE:
        target = _arrays.output(out, shape, dtype, named)
    elif out is not None:
        # A reduction writes a number there when all else is done.
        _arrays.output(out, (), dtype, named)
    has_gradient = operation == LOSS_WITH_GRADIENT or operation == REDUCE_WITH_GRADIENT
    gradient = _arrays.output(gradient_out, shape, dtype, named) if has_gradient else None
    smoothing = label_smoothing if type(label_smoothing) is float else _number(label_smoothing, "label_smoothing", named)
    limit = 0 if threads is None else _thread_count(threads, named)
    code = REDUCTIONS.get(reduction) if isinstance(reduction, str) else None
    if code is None:
        known = ", ".join(map(repr, REDUCTIONS))
        raise ValueError(f"{named}: reduction must be one of {known}, received {reduction!r}")
    try:
        value, has_overflowed = _native.evaluate(
            operation, code, z, x, w, target, gradient, pos_weight, class_axis, smoothing, limit, name
        )
    except _native.CopyNeeded:
        # As NumPy's operations do where an output overlaps an input.
        target = None if target is None else np.empty(shape, dtype)
        gradient = None if gradient is None else np.empty(shape, dtype)
        z, x, w = z.copy(), x.copy(), None if w is None else w.copy()
        value, has_overflowed = _native.evaluate(
            operation, code, z, x, w, target, gradient, pos_weight, class_axis, smoothing, limit, name
        )
    first = _arrays.result(np.asarray(value, dtype) if target is None else target, out)
    second = None if gradient is None else _arrays.result(gradient, gradient_out)
    if has_overflowed and function is not None:
        _floating_point.report_overflow(name or function, value, target, gradient)
    return first, second


def _number(value: Any, argument: str, name: str) -> float:
    # Text is no number, though `float` reads it.
    if not (hasattr(value, "__float__") or hasattr(value, "__index__")):
        raise TypeError(f"{name}: {argument} must be a number, received {type(value).__name__}")
    return float(value)


def _thread_count(threads: int, name: str) -> int:
    count = operator.index(threads)
    if count < 1:
        raise ValueError(f"{name}: the number of threads must be at least 1, received {count}")
    # No machine has more.
    return min(count, 1 << 30)
