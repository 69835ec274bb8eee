# SPDX-License-Identifier: Apache-2.0
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
    named = DEFAULT_NAME if name is None else checked_name(name)
    z, x, w, dtype, shape = _arrays.inputs(labels, logits, weights, named)
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
        value, has_overflowed, target, gradient = _evaluate_elsewhere(
            operation, code, z, x, w, (target, out if operation < REDUCE else None), (gradient, gradient_out),
            pos_weight, class_axis, smoothing, limit, name,
        )  # fmt: skip
    first, has_overflowed_there = _arrays.result(np.asarray(value, dtype) if target is None else target, out)
    second = None
    if gradient is not None:
        second, has_gradient_overflowed_there = _arrays.result(gradient, gradient_out)
        has_overflowed_there |= has_gradient_overflowed_there
    if (has_overflowed or has_overflowed_there) and function is not None:
        if has_overflowed_there or not _floating_point.are_finite(value, target, gradient):
            _floating_point.report_overflow(name or function)
    return first, second


def _evaluate_elsewhere(
    operation: int, code: int, z: Any, x: Any, w: Any, target: tuple[Any, Any], gradient: tuple[Any, Any], pos_weight: Any,
    class_axis: int, smoothing: float, limit: int, name: str | None,
) -> tuple[float | None, bool, Any, Any]:  # fmt: skip
    """Evaluates what the library cannot where the arrays lie; each output is the one of `call` and the caller's.

    Arrays that are contiguous in the order of the logits' axes, though it is not row-major, are used where they lie; the others are
    copied.

    Returns:
        The value, whether a number overflowed, and the outputs: the caller's, where they were written into.
    """
    order = _arrays.axis_order(x)
    z, x, w = (None if array is None else _arrays.in_a_row(array, order) for array in (z, x, w))
    if isinstance(pos_weight, np.ndarray):
        if pos_weight.ndim == 1:
            pos_weight, class_axis = _arrays.in_a_row(pos_weight), order.index(class_axis % x.ndim)
        else:
            pos_weight = _arrays.in_a_row(pos_weight, order)

    def evaluate(outputs: list[Any]) -> tuple[float | None, bool]:
        return _native.evaluate(
            operation, code, z, x, w, outputs[0], outputs[1], pos_weight, class_axis, smoothing, limit, name
        )

    def memory(own: Any, out: Any) -> Any:
        """Not the caller's: what was made for this call, if anything was."""
        return None if own is None else np.empty(x.shape, x.dtype) if own is out else own.reshape(x.shape)

    theirs = [_arrays.seen_in_a_row(out, order, x.dtype) for _, out in (target, gradient)]
    outputs = [memory(*pair) if their is None else their for pair, their in zip((target, gradient), theirs, strict=True)]
    try:
        value, has_overflowed = evaluate(outputs)
    except _native.CopyNeeded:
        # As NumPy's operations do where an output overlaps an input.
        outputs = [memory(*pair) for pair in (target, gradient)]
        value, has_overflowed = evaluate(outputs)
    back = np.argsort(order)
    first, second = (
        out if their is not None and output is their else None if output is None else output.transpose(back)
        for output, their, (_, out) in zip(outputs, theirs, (target, gradient), strict=True)
    )
    return value, has_overflowed, first, second


def checked_name(name: Any) -> str:
    """What messages call an operation that the caller named; without characters it is as if no name were given."""
    if not isinstance(name, str):
        raise TypeError(f"name must be a string or None, received {type(name).__name__}")
    if "\0" in name:
        raise ValueError(f"name must have no null character, received {name!r}")
    return name or DEFAULT_NAME


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
