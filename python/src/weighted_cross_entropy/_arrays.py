# SPDX-License-Identifier: Apache-2.0
"""How arguments become arrays of one floating-point type, which the library uses where they lie if their elements lie in a row."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float64]

FLOAT32 = np.dtype(np.float32)
FLOAT64 = np.dtype(np.float64)

_ARRAY = np.ndarray

# Python's own numbers take the type of the arrays beside them, as in NumPy's operations.
_WEAK = (bool, int, float)


def inputs(
    labels: npt.ArrayLike, logits: npt.ArrayLike, weights: npt.ArrayLike | None, name: str
) -> tuple[FloatArray, FloatArray, FloatArray | None, np.dtype[Any], tuple[int, ...]]:
    """The inputs as arrays of the type in which to compute, themselves where they are that already; that type; and their shape.

    Raises:
        ValueError: The shapes differ.
        TypeError: An input holds no real numbers, or numbers wider than float64.
    """
    z: Any = labels if type(labels) is _ARRAY else plain_array(labels, "labels")
    x: Any = logits if type(logits) is _ARRAY else plain_array(logits, "logits")
    w: Any = weights if weights is None or type(weights) is _ARRAY else plain_array(weights, "weights")
    shape, dtype = x.shape, x.dtype
    if z.shape != shape:
        raise ValueError(f"{name}: logits and labels must have the same shape, received {shape} and {z.shape}")
    if w is not None and w.shape != shape:
        raise ValueError(f"{name}: logits and weights must have the same shape, received {shape} and {w.shape}")
    # The usual case is decided by the identity of the types alone: it is what a call on one element costs.
    if (dtype is not FLOAT32 and dtype is not FLOAT64) or z.dtype is not dtype or (w is not None and w.dtype is not dtype):
        dtype = computing_type(("labels", labels, z), ("logits", logits, x), ("weights", weights, w))
        z, x, w = np.asarray(z, dtype), np.asarray(x, dtype), None if w is None else np.asarray(w, dtype)
    return z, x, w, dtype, shape


def plain_array(argument: Any, name: str) -> npt.NDArray[Any]:
    """An argument as an array without a subclass; one whose mask would be lost is a `TypeError`."""
    if isinstance(argument, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array: pass its data; weights of 0 mask elements")
    if argument is None:
        raise TypeError(f"{name} must hold real numbers, received None")
    return np.asarray(argument)


def computing_type(*arguments: tuple[str, Any, npt.NDArray[Any] | None]) -> np.dtype[Any]:
    """float32 or float64: what NumPy makes of the floating-point types among the arguments.

    Labels and weights are often integers or booleans; those take the type of the others, where NumPy's own promotion would
    make float64 of float32 logits and int64 labels. float16 is computed in float32. float64 where no type is floating-point.
    """
    floating: list[np.dtype[Any]] = []
    for name, original, array in arguments:
        if array is None:
            continue
        kind = array.dtype.kind
        if kind == "f":
            if type(original) not in _WEAK:
                floating.append(array.dtype)
        elif kind not in "biu":
            raise TypeError(f"{name} must hold real numbers, received {array.dtype}")
    if not floating:
        return FLOAT64
    promoted = np.result_type(*floating)
    if promoted.itemsize < 4:
        return FLOAT32
    if promoted.itemsize > 8:
        raise TypeError(f"{promoted} is not supported, convert to float64 or float32")
    return FLOAT32 if promoted.itemsize == 4 else FLOAT64


def axis_order(array: npt.NDArray[Any]) -> tuple[int, ...]:
    """The axes in the order in which the elements lie in a row, as in column-major arrays; as they are where there is none."""
    order = tuple(sorted(range(array.ndim), key=lambda axis: -array.strides[axis]))
    return order if array.transpose(order).flags.c_contiguous else tuple(range(array.ndim))


def in_a_row(array: npt.NDArray[Any], order: tuple[int, ...] | None = None) -> Any:
    """The array with its axes in an order, contiguous and aligned: its own memory where that is so, else a copy."""
    if order is not None:
        array = array.transpose(order)
    # NumPy takes arrays of nothing for aligned.
    return np.require(array, requirements=["C", "A"]) if array.size else array.copy()


def seen_in_a_row(out: npt.NDArray[Any] | None, order: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any] | None:
    """A view of an output with its axes in an order, if the library can write into that."""
    if out is None or out.dtype != dtype:
        return None
    view = out.transpose(order)
    return view if view.flags.c_contiguous and view.flags.aligned else None


def output(out: Any, shape: tuple[int, ...], dtype: np.dtype[Any], name: str) -> FloatArray:
    """Where to compute a result: `out` itself where it has the type of the computation, else new memory.

    Raises:
        TypeError: `out` is no array, or its type does not hold the result.
        ValueError: `out` has another shape, is read-only, or has elements that lie on each other.
    """
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{name}: out must be a NumPy array, received {type(out).__name__}")
    if out.shape != shape:
        raise ValueError(f"{name}: out must have the shape {shape}, received {out.shape}")
    if not out.flags.writeable:
        raise ValueError(f"{name}: out is read-only")
    if not out.flags.c_contiguous and _overlaps_itself(out):
        raise ValueError(f"{name}: elements of out overlap each other")
    if out.dtype == dtype:
        return out
    if not np.can_cast(dtype, out.dtype, "same_kind"):
        raise TypeError(f"{name}: cannot write {dtype} into out of type {out.dtype}")
    return np.empty(shape, dtype)


def _overlaps_itself(array: npt.NDArray[Any]) -> bool:
    """Whether two elements share memory, as those of broadcast arrays do."""
    axes = sorted((abs(stride), length) for stride, length in zip(array.strides, array.shape, strict=True) if length > 1)
    extent = array.itemsize
    for stride, length in axes:
        if stride < extent:
            break
        extent += stride * (length - 1)
    else:
        # Each step goes beyond all that the shorter steps reach.
        return False
    if array.size == 0:
        return False
    if axes[0][0] == 0:
        return True
    addresses = np.zeros((), np.intp)
    for stride, length in axes:
        addresses = np.add.outer(addresses, stride * np.arange(length))
    return bool(np.any(np.diff(np.sort(addresses, axis=None)) < array.itemsize))


def result(computed: FloatArray, out: npt.NDArray[Any] | None) -> tuple[Any, bool]:
    """What to return: `out` holding the result; without it an array, or a NumPy scalar where there are no axes.

    And whether a number that was finite is infinite in the type of `out`.
    """
    if out is None:
        return computed if computed.ndim else computed[()], False
    if computed is out:
        return out, False
    overflows: list[object] = []
    with np.errstate(all="ignore", over="call", call=lambda *_: overflows.append(True)):
        np.copyto(out, computed, casting="same_kind")
    return out, bool(overflows)
