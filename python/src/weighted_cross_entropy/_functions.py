# SPDX-License-Identifier: Apache-2.0
"""The loss and its derivatives over NumPy arrays."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict, TypeVar, Unpack, overload

import numpy as np
import numpy.typing as npt

from . import _call
from ._positive_weight import BROADCAST, PositiveWeight

Reduction: TypeAlias = Literal["none", "sum", "mean", "weighted_mean"]

# What reduces.
_Reducing: TypeAlias = Literal["sum", "mean", "weighted_mean"]

# float32 or float64. Where the inputs have no axes, arrays are NumPy's scalars.
_Array: TypeAlias = npt.NDArray[np.floating[Any]]
_Number: TypeAlias = np.floating[Any]

_Out = TypeVar("_Out", bound=npt.NDArray[Any])
_LossOut = TypeVar("_LossOut", bound=npt.NDArray[Any])


class _Options(TypedDict, total=False):
    """The options of which the type of a result does not depend."""

    weights: npt.ArrayLike | None
    axis: int | None
    label_smoothing: float
    threads: int | None
    name: str | None


def weighted_cross_entropy_with_logits(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight, name: str | None = None
) -> _Array:
    """The loss of each element, called as TensorFlow's `tf.nn.weighted_cross_entropy_with_logits` is.

    With `x = logits`, `z = labels`, `q = pos_weight` and `softplus(x) = max(x, 0) + log(1 + exp(-|x|))`::

        (1 - z) softplus(x) + q z softplus(-x)

    Args:
        labels: z, of the shape of `logits`; usually 0 and 1, or probabilities between.
        logits: x, any shape.
        pos_weight: q, finite and at least 0: a number, or an array that NumPy broadcasts to the shape of `logits`, as
            TensorFlow's does: of shape `(classes,)` it is one weight for each class along the last axis. `loss` has an
            explicit `axis` instead.
        name: What errors call the operation; None is "logistic_loss".

    Returns:
        A new array of the shape of `logits`, float32 or float64; a NumPy scalar where the inputs have no axes.

    Raises:
        ValueError: The shapes differ ("must have the same shape"), or `pos_weight` is negative, infinite, NaN, or not
            broadcast to `logits`.
        TypeError: An argument holds no real numbers.

    Warns:
        RuntimeWarning: A number overflowed to infinity from finite arguments; `numpy.errstate(over=...)` governs it.
    """
    losses: _Array = _call.call(
        _call.LOSS, labels, logits, pos_weight, None, BROADCAST, 0.0, "none", None, name,
        "weighted_cross_entropy_with_logits",
    )[0]  # fmt: skip
    return losses


@overload
def loss(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: Literal["none"] = ..., out: None = ..., **options: Unpack[_Options],
) -> _Array: ...  # fmt: skip
@overload
def loss(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: _Reducing, out: None = ..., **options: Unpack[_Options],
) -> _Number: ...  # fmt: skip
@overload
def loss(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: Reduction = ..., out: _Out, **options: Unpack[_Options],
) -> _Out: ...  # fmt: skip
def loss(
    labels: npt.ArrayLike,
    logits: npt.ArrayLike,
    pos_weight: PositiveWeight = 1.0,
    *,
    weights: npt.ArrayLike | None = None,
    axis: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "none",
    out: npt.NDArray[Any] | None = None,
    threads: int | None = None,
    name: str | None = None,
) -> Any:
    """The loss of each element, or their sum or mean.

    With `x = logits`, `z = labels`, `q = pos_weight`, `w = weights` and `softplus(x) = max(x, 0) + log(1 + exp(-|x|))`::

        w ((1 - z) softplus(x) + q z softplus(-x))

    float32 and float64 arrays that are contiguous in row-major order, or all in another order of their axes, as transposed ones
    are, are used where they lie; others are copied once. The result is float32 where the floating-point arguments are, else
    float64; labels and weights of integers or booleans take the type of the logits, and float16 is computed, and returned, in
    float32. Other threads of Python run meanwhile, where there are 512 elements or more.

    Args:
        labels: z, of the shape of `logits`. Meant to lie in [0, 1]; the formula extends beyond.
        logits: x, any shape. Infinite logits give the limits.
        pos_weight: q, finite and at least 0: a number, or one for each class along `axis`.
        weights: w, of the shape of `logits`, at least 0. Where w is 0 the element is masked: its loss is exactly 0, even
            where x or z is NaN.
        axis: The class axis of `logits`, which an array of positive weights needs: -1 is the last.
        label_smoothing: s in [0, 1]: a label z counts as z (1 - s) + s / 2.
        reduction: "none"; "sum"; "mean", the sum divided by the number of elements, masked ones included; or
            "weighted_mean", divided by the sum of the weights.
        out: Where to write, of the shape of the result; may be one of the inputs or overlap them, not itself. Returned then.
        threads: The most threads to use, at least 1; None is as many as there are processors.
        name: What errors and warnings call the operation; None is "logistic_loss" in errors, "loss" in warnings.

    Returns:
        An array of the shape of `logits`, its axes in their order in memory where they are contiguous; a NumPy scalar for a
        reduction, and where the inputs have no axes. The sum is the same bits for any number of threads.

    Raises:
        ValueError: The shapes differ; a number is out of its range; the mean of no elements; `out` is read-only, has another
            shape, or has elements that lie on each other, as those of broadcast arrays do.
        TypeError: An argument holds no real numbers, or `out` does not hold them.
        numpy.exceptions.AxisError: The logits have no such axis.
        FloatingPointError: A number overflowed and `numpy.errstate(over="raise")` asks for it; `out` holds the result then.

    Warns:
        RuntimeWarning: A number overflowed to infinity from finite arguments ("overflow encountered in loss");
            `numpy.errstate(over=...)` governs it.
    """
    operation = _call.LOSS if reduction == "none" else _call.REDUCE
    return _call.call(
        operation, labels, logits, pos_weight, weights, axis, label_smoothing, reduction, threads, name,
        "loss", out,
    )[0]  # fmt: skip


@overload
def gradient(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: Reduction = ..., out: None = ..., **options: Unpack[_Options],
) -> _Array: ...  # fmt: skip
@overload
def gradient(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: Reduction = ..., out: _Out, **options: Unpack[_Options],
) -> _Out: ...  # fmt: skip
def gradient(
    labels: npt.ArrayLike,
    logits: npt.ArrayLike,
    pos_weight: PositiveWeight = 1.0,
    *,
    weights: npt.ArrayLike | None = None,
    axis: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "none",
    out: npt.NDArray[Any] | None = None,
    threads: int | None = None,
    name: str | None = None,
) -> Any:
    """The derivative of the loss in each logit.

    With sigma the logistic function, divided by the denominator of the reduction::

        w ((1 - z) sigma(x) - q z sigma(-x))

    Arguments, shapes, types, errors and warnings are those of `loss`; the result always has the shape of `logits`. With a
    `reduction` it is the gradient of the sum or of the mean.
    """
    return _call.call(
        _call.GRADIENT, labels, logits, pos_weight, weights, axis, label_smoothing, reduction, threads, name,
        "gradient", out,
    )[0]  # fmt: skip


@overload
def hessian(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: Reduction = ..., out: None = ..., **options: Unpack[_Options],
) -> _Array: ...  # fmt: skip
@overload
def hessian(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: Reduction = ..., out: _Out, **options: Unpack[_Options],
) -> _Out: ...  # fmt: skip
def hessian(
    labels: npt.ArrayLike,
    logits: npt.ArrayLike,
    pos_weight: PositiveWeight = 1.0,
    *,
    weights: npt.ArrayLike | None = None,
    axis: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "none",
    out: npt.NDArray[Any] | None = None,
    threads: int | None = None,
    name: str | None = None,
) -> Any:
    """The second derivative of the loss in each logit: the diagonal of the Hessian, which has nothing off it.

    With sigma the logistic function, divided by the denominator of the reduction::

        w ((1 - z) + q z) sigma(x) sigma(-x)

    Arguments, shapes, types, errors and warnings are those of `gradient`.
    """
    return _call.call(
        _call.HESSIAN, labels, logits, pos_weight, weights, axis, label_smoothing, reduction, threads, name,
        "hessian", out,
    )[0]  # fmt: skip


@overload
def value_and_grad(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: _Reducing = ..., out: None = ..., **options: Unpack[_Options],
) -> tuple[_Number, _Array]: ...  # fmt: skip
@overload
def value_and_grad(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: _Reducing = ..., out: _Out, **options: Unpack[_Options],
) -> tuple[_Number, _Out]: ...  # fmt: skip
@overload
def value_and_grad(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: Literal["none"], out: None = ..., **options: Unpack[_Options],
) -> tuple[_Array, _Array]: ...  # fmt: skip
@overload
def value_and_grad(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    reduction: Literal["none"], out: tuple[_LossOut, _Out], **options: Unpack[_Options],
) -> tuple[_LossOut, _Out]: ...  # fmt: skip
def value_and_grad(
    labels: npt.ArrayLike,
    logits: npt.ArrayLike,
    pos_weight: PositiveWeight = 1.0,
    *,
    weights: npt.ArrayLike | None = None,
    axis: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
    out: npt.NDArray[Any] | tuple[npt.NDArray[Any], npt.NDArray[Any]] | None = None,
    threads: int | None = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The loss and its gradient in a single pass over memory: what `loss` and `gradient` return, as a tuple.

    Arguments, shapes, types, errors and warnings are those of `loss`, but for two: the reduction is the mean where none is given, and
    `out` is where to write the gradient; with `reduction="none"` it is a tuple of two arrays, for the losses and for the
    gradient, which must not overlap.
    """
    operation, loss_out, gradient_out = _call.REDUCE_WITH_GRADIENT, None, out
    if reduction == "none":
        operation, (loss_out, gradient_out) = _call.LOSS_WITH_GRADIENT, (None, None) if out is None else _pair(out, name)
    return _call.call(
        operation, labels, logits, pos_weight, weights, axis, label_smoothing, reduction, threads, name,
        "value_and_grad", loss_out, gradient_out,
    )  # fmt: skip


def _pair(out: Any, name: str | None) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The two arrays of `out`, which must share no memory."""
    named = _call.DEFAULT_NAME if name is None else _call.checked_name(name)
    if not isinstance(out, tuple) or len(out) != 2:
        raise TypeError(f"{named}: out must be a tuple of an array for the losses and one for the gradient")
    losses, gradient = out
    if isinstance(losses, np.ndarray) and isinstance(gradient, np.ndarray) and _overlap(losses, gradient):
        raise ValueError(f"{named}: the two arrays of out overlap")
    return losses, gradient


def _overlap(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> bool:
    """Whether two arrays share an element; also where strides of many axes make that too hard to tell."""
    # NumPy's types know only the special values of the limit.
    limit: Any = 10_000
    try:
        return np.shares_memory(a, b, max_work=limit)
    except np.exceptions.TooHardError:
        return True
