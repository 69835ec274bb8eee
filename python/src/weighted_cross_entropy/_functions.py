# SPDX-License-Identifier: Apache-2.0
"""The loss and its derivatives over NumPy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack, overload

import numpy as np
import numpy.typing as npt

from . import _native
from ._call import evaluate
from ._options import Broadcast, Keywords, Reduction, options_of
from ._positive_weight import PositiveWeight

_Reducing: TypeAlias = Literal["sum", "mean", "weighted_mean"]

# float32, float64, float16 or ml_dtypes' bfloat16. If the inputs have no axes, arrays are NumPy's
# scalars. Logits of another library give arrays of that library.
_Array: TypeAlias = npt.NDArray[np.floating[Any]]
_Number: TypeAlias = np.floating[Any]

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # The type of `out`, which is the type of the result; without `out` it is the default.
    _Out = TypeVar("_Out", bound=npt.NDArray[Any], default=_Array)
    _LossOut = TypeVar("_LossOut", bound=npt.NDArray[Any], default=_Array)


@overload
def weighted_cross_entropy_with_logits(
    labels: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight,
    name: str | None = ...,
) -> _Array: ...  # fmt: skip
@overload
def weighted_cross_entropy_with_logits(
    *, targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight,
    name: str | None = ...,
) -> _Array: ...  # fmt: skip
def weighted_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    pos_weight: Any = None,
    name: str | None = None,
    *,
    targets: Any = None,
) -> Any:
    """The loss of each element, with the signature of TensorFlow's function of this name.

    With `x = logits`, `z = labels`, `q = pos_weight` and
    `softplus(x) = max(x, 0) + log(1 + exp(-|x|))`::

        (1 - z) softplus(x) + q z softplus(-x)

    Args:
        labels: z, of the shape of `logits`; usually 0 or 1, or a probability.
        logits: x, of any shape.
        pos_weight: q, finite and at least 0: a number, or an array that NumPy broadcasts to the
            shape of `logits`, as TensorFlow does. An array of shape `(classes,)` has one weight for
            each class along the last axis. `loss` has an explicit `axis` instead.
        name: The name of the operation in error messages; None is "logistic_loss".
        targets: The labels, as TensorFlow 1 calls them.

    Returns:
        A new array of the shape of `logits`, of the type that `loss` gives; a NumPy scalar if the
        inputs have no axes.

    Raises:
        ValueError: The shapes differ ("must have the same shape"); `pos_weight` is negative,
            infinite or NaN, or does not broadcast to `logits`; or there are labels and targets.
        TypeError: An argument is missing or holds no real numbers.

    Warns:
        RuntimeWarning: A finite number overflowed to infinity. `numpy.errstate(over=...)` controls
            the warning.
    """
    code, function = _native.LOSS, "weighted_cross_entropy_with_logits"
    options = options_of("none", Broadcast, 0.0, None, name)
    argument = "labels"
    if targets is not None:
        if labels is not None:
            raise ValueError(f"{options.label}: cannot specify both labels and targets")
        labels, argument = targets, "targets"
    return evaluate(code, function, options, labels, logits, pos_weight, target_name=argument)[0]


@overload
def loss(
    targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    weights: npt.ArrayLike | None = ..., reduction: Literal["none"] = ..., out: None = ...,
    **options: Unpack[Keywords],
) -> _Array: ...  # fmt: skip
@overload
def loss(
    targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    weights: npt.ArrayLike | None = ..., reduction: _Reducing, out: None = ...,
    **options: Unpack[Keywords],
) -> _Number: ...  # fmt: skip
@overload
def loss(
    targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    weights: npt.ArrayLike | None = ..., reduction: Reduction = ..., out: _Out,
    **options: Unpack[Keywords],
) -> _Out: ...  # fmt: skip
def loss(
    targets: npt.ArrayLike,
    logits: npt.ArrayLike,
    pos_weight: PositiveWeight = 1.0,
    *,
    weights: npt.ArrayLike | None = None,
    reduction: Reduction = "none",
    out: Any = None,
    axis: int | None = None,
    label_smoothing: float = 0.0,
    threads: int | None = None,
    name: str | None = None,
) -> Any:
    """The loss of each element, or its sum or mean.

    With `x = logits`, `z = targets`, `q = pos_weight`, `w = weights` and
    `softplus(x) = max(x, 0) + log(1 + exp(-|x|))`::

        w ((1 - z) softplus(x) + q z softplus(-x))

    The result has the type of the floating-point arguments, if they have one: float32, float64,
    float16 or ml_dtypes' bfloat16. Otherwise they are promoted, float16 and bfloat16 to float32.
    Without one it is float64. Integers and booleans take the type of the other arguments. 16-bit
    numbers are computed in float32, and each result is rounded once.

    Arrays of these types that are contiguous are not copied, whatever the order of their axes, if
    all arrays of the call have the same order. Other arrays are copied once. Calls on 512 elements
    or more release the interpreter lock.

    Logits of another library with `__dlpack__`, such as PyTorch or JAX, give results of that
    library; a Series or DataFrame of pandas gives one with its labels.

    Arrays in the memory of an NVIDIA GPU, of a library such as PyTorch or CuPy, are computed there.
    They have one type. Results are arrays of that library too, and the call does not wait for them.
    The values on the GPU are not checked, and an overflow is not reported.

    Args:
        targets: z, of the shape of `logits`, usually in [0, 1]. The formula holds for other values.
        logits: x, of any shape. Infinite logits give the limits.
        pos_weight: q, finite and at least 0: a number, or one for each class along `axis`.
        weights: w, of the shape of `logits`, at least 0. An element with weight 0 is masked: its
            loss is exactly 0, even if x or z is NaN.
        reduction: "none"; "sum"; "mean", the sum divided by the number of elements, masked ones
            included; or "weighted_mean", the sum divided by the sum of the weights.
        out: The array to write to, of the shape of the result, which is then returned. It may be an
            input or overlap one. Its own elements must not overlap.
        axis: The class axis of `logits`, required for an array of positive weights; -1 is the last.
        label_smoothing: s in [0, 1]: a target z counts as z (1 - s) + s / 2.
        threads: The maximum number of threads, at least 1; None is the number of processors.
        name: The name of the operation in messages; None is "logistic_loss" in errors and the name
            of the function in warnings.

    Returns:
        An array of the shape of `logits`; its axes have the order in memory of contiguous logits. A
        NumPy scalar for a reduction, and if the inputs have no axes. The sum has the same bits for
        any number of threads.

    Raises:
        ValueError: The shapes differ; a number is out of its range; the mean is of no elements;
            `out` is read-only, has another shape, or has elements that overlap each other; or
            labels of pandas differ.
        TypeError: An argument holds no real numbers, or `out` cannot hold them.
        numpy.exceptions.AxisError: The logits have no such axis.
        FloatingPointError: A number overflowed under `numpy.errstate(over="raise")`; `out` holds
            the result.
        RuntimeError: The CUDA driver failed, or there is none.

    Warns:
        RuntimeWarning: A finite number overflowed to infinity ("overflow encountered in loss").
            `numpy.errstate(over=...)` controls the warning.
    """
    operation = _native.LOSS if reduction == "none" else _native.VALUE
    options = options_of(reduction, axis, label_smoothing, threads, name)
    return evaluate(operation, "loss", options, targets, logits, pos_weight, weights, out)[0]


@overload
def value_with_gradient(
    targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    weights: npt.ArrayLike | None = ..., reduction: _Reducing = ..., out: _Out | None = ...,
    **options: Unpack[Keywords],
) -> tuple[_Number, _Out]: ...  # fmt: skip
@overload
def value_with_gradient(
    targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = ..., *,
    weights: npt.ArrayLike | None = ..., reduction: Literal["none"],
    out: tuple[_LossOut, _Out] | None = ...,
    **options: Unpack[Keywords],
) -> tuple[_LossOut, _Out]: ...  # fmt: skip
def value_with_gradient(
    targets: npt.ArrayLike,
    logits: npt.ArrayLike,
    pos_weight: PositiveWeight = 1.0,
    *,
    weights: npt.ArrayLike | None = None,
    reduction: Reduction = "mean",
    out: Any = None,
    axis: int | None = None,
    label_smoothing: float = 0.0,
    threads: int | None = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The loss and its gradient in one pass over memory: the results of `loss` and `gradient`.

    Arguments, types, errors and warnings are those of `loss`, except that the default reduction is
    the mean and `out` is the array for the gradient. With `reduction="none"`, `out` is a tuple of
    two arrays, for the losses and for the gradient, which must not overlap.
    """
    operation, function = _native.VALUE_WITH_GRADIENT, "value_with_gradient"
    options = options_of(reduction, axis, label_smoothing, threads, name)
    losses = None
    if reduction == "none":
        operation = _native.LOSS_WITH_GRADIENT
        if out is not None:
            losses, out = _pair(out, options.label)
    return evaluate(operation, function, options, targets, logits, pos_weight, weights, losses, out)


def gradient(
    targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = 1.0, *,
    weights: npt.ArrayLike | None = None, reduction: Reduction = "none", out: _Out | None = None,
    axis: int | None = None, label_smoothing: float = 0.0, threads: int | None = None,
    name: str | None = None,
) -> _Out:  # fmt: skip
    """The derivative of the loss in each logit.

    With the logistic function sigma::

        w ((1 - z) sigma(x) - q z sigma(-x))

    Arguments, types, errors and warnings are those of `loss`. The result has the shape of `logits`.
    With a reduction it is the derivative of the sum or of the mean.
    """
    operation, function = _native.GRADIENT, "gradient"
    options = options_of(reduction, axis, label_smoothing, threads, name)
    return evaluate(operation, function, options, targets, logits, pos_weight, weights, out)[0]


def second_derivative(
    targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = 1.0, *,
    weights: npt.ArrayLike | None = None, reduction: Reduction = "none", out: _Out | None = None,
    axis: int | None = None, label_smoothing: float = 0.0, threads: int | None = None,
    name: str | None = None,
) -> _Out:  # fmt: skip
    """The second derivative of the loss in each logit: the diagonal of the Hessian.

    All other entries of the Hessian are zero. With the logistic function sigma::

        w ((1 - z) + q z) sigma(x) sigma(-x)

    Arguments, types, errors and warnings are those of `gradient`.
    """
    operation, function = _native.SECOND_DERIVATIVE, "second_derivative"
    options = options_of(reduction, axis, label_smoothing, threads, name)
    return evaluate(operation, function, options, targets, logits, pos_weight, weights, out)[0]


def target_derivative(
    targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = 1.0, *,
    weights: npt.ArrayLike | None = None, reduction: Reduction = "none", out: _Out | None = None,
    axis: int | None = None, label_smoothing: float = 0.0, threads: int | None = None,
    name: str | None = None,
) -> _Out:  # fmt: skip
    """The derivative of the loss in each target.

    It does not depend on the target. With the label smoothing s::

        w (1 - s) (q softplus(-x) - softplus(x))

    Arguments, types, errors and warnings are those of `gradient`.
    """
    operation, function = _native.TARGET_DERIVATIVE, "target_derivative"
    options = options_of(reduction, axis, label_smoothing, threads, name)
    return evaluate(operation, function, options, targets, logits, pos_weight, weights, out)[0]


def positive_weight_derivative(
    targets: npt.ArrayLike, logits: npt.ArrayLike, pos_weight: PositiveWeight = 1.0, *,
    weights: npt.ArrayLike | None = None, reduction: Reduction = "none", out: _Out | None = None,
    axis: int | None = None, label_smoothing: float = 0.0, threads: int | None = None,
    name: str | None = None,
) -> _Out:  # fmt: skip
    """The derivative of each element's loss in its positive weight.

    It does not depend on the weight. For a weight that elements share, sum their derivatives::

        w z softplus(-x)

    Arguments, types, errors and warnings are those of `gradient`.
    """
    operation, function = _native.POSITIVE_WEIGHT_DERIVATIVE, "positive_weight_derivative"
    options = options_of(reduction, axis, label_smoothing, threads, name)
    return evaluate(operation, function, options, targets, logits, pos_weight, weights, out)[0]


def _pair(out: Any, label: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The two arrays of `out`."""
    if not isinstance(out, tuple) or len(out) != 2:
        raise TypeError(
            f"{label}: out must be a tuple of an array for the losses and one for the gradient"
        )
    return out
