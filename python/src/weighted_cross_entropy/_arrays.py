# SPDX-License-Identifier: Apache-2.0
"""Arguments as arrays of one floating-point type, and outputs that hold it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FLOAT32 = np.dtype(np.float32)
FLOAT64 = np.dtype(np.float64)
FLOAT16 = np.dtype(np.float16)

# bfloat16, which NumPy does not have: its bits. The metadata tell it from other integers, so it is
# compared with `is`.
BFLOAT16 = np.dtype(np.uint16, metadata={"bfloat16": True})

_COMPUTED = FLOAT32, FLOAT64, FLOAT16

# Python's own numbers take the type of the other arguments, as in NumPy's operations.
_WEAK = (bool, int, float)


def inputs(
    targets: npt.ArrayLike,
    logits: npt.ArrayLike,
    weights: npt.ArrayLike | None,
    label: str,
    target_name: str,
) -> tuple[Any, Any, Any]:
    """The inputs as arrays of one type that is computed. An array of that type is not copied.

    Raises:
        ValueError: The shapes differ.
        TypeError: An input holds no real numbers, or numbers wider than float64.
    """
    z: Any = targets if type(targets) is np.ndarray else plain_array(targets, target_name)
    x: Any = logits if type(logits) is np.ndarray else plain_array(logits, "logits")
    w: Any = None if weights is None else plain_array(weights, "weights")
    dtype = x.dtype
    if z.shape != x.shape:
        raise ValueError(different_shapes(label, target_name, x, z))
    if w is not None and w.shape != x.shape:
        raise ValueError(different_shapes(label, "weights", x, w))
    is_float = dtype is BFLOAT16 or any(dtype is computed for computed in _COMPUTED)
    if not is_float or z.dtype is not dtype or (w is not None and w.dtype is not dtype):
        arguments = (target_name, targets, z), ("logits", logits, x), ("weights", weights, w)
        dtype = computing_type(*arguments)
        z, x = converted(z, dtype), converted(x, dtype)
        w = None if w is None else converted(w, dtype)
    return z, x, w


def different_shapes(label: str, name: str, logits: Any, other: Any) -> str:
    """The message for an input whose shape is not that of the logits."""
    return (
        f"{label}: logits and {name} must have the same shape, "
        f"received {logits.shape} and {other.shape}"
    )


def plain_array(argument: Any, name: str) -> npt.NDArray[Any]:
    """The argument as a plain array. A masked array is an error: its mask would be lost."""
    if type(argument) is np.ndarray:
        return argument
    if isinstance(argument, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array: pass its data; weights of 0 mask elements")
    if argument is None:
        raise TypeError(f"{name} must hold real numbers, received None")
    return np.asarray(argument)


def computing_type(*arguments: tuple[str, Any, npt.NDArray[Any] | None]) -> np.dtype[Any]:
    """The type to compute in: NumPy's promotion of the floating-point types among the arguments.

    Integers and booleans take the type of the other arguments: NumPy would promote float32 logits
    and int64 targets to float64. float16 and bfloat16 together are computed in float32. If no type
    is floating-point, the result is float64.
    """
    floating: list[np.dtype[Any]] = []
    for name, original, array in arguments:
        if array is None:
            continue
        kind = array.dtype.kind
        if kind == "f" or array.dtype is BFLOAT16:
            if type(original) not in _WEAK:
                floating.append(array.dtype)
        elif kind not in "biu":
            raise TypeError(f"{name} must hold real numbers, received {array.dtype}")
    if not floating:
        return FLOAT64
    if all(dtype is BFLOAT16 for dtype in floating):
        return BFLOAT16
    promoted = np.result_type(*(FLOAT32 if dtype is BFLOAT16 else dtype for dtype in floating))
    if promoted.itemsize > FLOAT64.itemsize:
        raise TypeError(f"{promoted} is not supported, convert to float64 or float32")
    return next(dtype for dtype in _COMPUTED if dtype.itemsize == promoted.itemsize)


def converted(array: Any, dtype: np.dtype[Any]) -> Any:
    """The array in a type. An array of that type is not copied."""
    if array.dtype is BFLOAT16 and dtype is not BFLOAT16:
        # Without axes, operations return scalars.
        array = np.asarray(np.left_shift(array, 16, dtype=np.uint32)).view(np.float32)
    if dtype is not BFLOAT16:
        return np.asarray(array, dtype)
    if array.dtype is BFLOAT16:
        return array
    with np.errstate(all="ignore"):
        numbers = np.asarray(array, np.float32)
    bits = numbers.view(np.uint32)
    # Half a last place, less one bit, plus the last bit that is kept: ties are rounded to even.
    rounded = (bits + (0x7FFF + (bits >> 16 & 1))) >> 16
    return np.asarray(np.where(np.isnan(numbers), 0x7FC0, rounded), np.uint16).view(BFLOAT16)


def half(bits: Any, dtype: np.dtype[Any]) -> Any:
    """The number of a 16-bit type with these bits: a scalar of float16, or an array of BFLOAT16."""
    number = np.array(bits, np.uint16).view(dtype)
    return number if dtype is BFLOAT16 else number[()]


def is_finite(array: Any) -> bool:
    """Whether all elements are."""
    bits = array.dtype is BFLOAT16
    return bool(np.all(array & 0x7F80 != 0x7F80 if bits else np.isfinite(array)))


def check_output(out: Any, shape: tuple[int, ...], dtype: np.dtype[Any], label: str) -> None:
    """Checks that `out` can hold a result of a shape and a type.

    Raises:
        TypeError: `out` is not an array, or its type cannot hold the result.
        ValueError: `out` has another shape, is read-only, or has elements that overlap each other.
    """
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{label}: out must be a NumPy array, received {type(out).__name__}")
    if out.shape != shape:
        raise ValueError(f"{label}: out must have the shape {shape}, received {out.shape}")
    if not out.flags.writeable:
        raise ValueError(f"{label}: out is read-only")
    if not out.flags.c_contiguous and _overlaps_itself(out):
        raise ValueError(f"{label}: elements of out overlap each other")
    if dtype is BFLOAT16 or out.dtype is BFLOAT16:
        fits = all(d is BFLOAT16 or d.kind == "f" for d in (dtype, out.dtype))
    else:
        fits = out.dtype == dtype or np.can_cast(dtype, out.dtype, "same_kind")
    if not fits:
        names = ("bfloat16" if d is BFLOAT16 else d for d in (dtype, out.dtype))
        raise TypeError("{}: cannot write {} into out of type {}".format(label, *names))


def _overlaps_itself(array: npt.NDArray[Any]) -> bool:
    """Whether two elements share memory, as those of broadcast arrays do."""
    axes = sorted(
        (abs(stride), length)
        for stride, length in zip(array.strides, array.shape, strict=True)
        if length > 1
    )
    extent = array.itemsize
    for stride, length in axes:
        if stride < extent:
            break
        extent += stride * (length - 1)
    else:
        # Each stride is longer than the extent of the shorter ones.
        return False
    if array.size == 0:
        return False
    if axes[0][0] == 0:
        return True
    addresses = np.zeros((), np.intp)
    for stride, length in axes:
        addresses = np.add.outer(addresses, stride * np.arange(length))
    return bool(np.any(np.diff(np.sort(addresses, axis=None)) < array.itemsize))


def check_apart(losses: Any, gradient: Any, label: str) -> None:
    """Checks that two outputs share no element, or have few axes with odd strides, to tell."""
    if not isinstance(losses, np.ndarray) or not isinstance(gradient, np.ndarray):
        return
    # NumPy's types know only the special values of the limit.
    limit: Any = 10_000
    try:
        overlap = np.shares_memory(losses, gradient, max_work=limit)
    except np.exceptions.TooHardError:
        overlap = True
    if overlap:
        raise ValueError(f"{label}: the two arrays of out overlap")


def store(computed: Any, out: npt.NDArray[Any]) -> bool:
    """Copies a result to `out`. Returns whether a finite number overflowed in the type of `out`."""
    overflows: list[object] = []
    with np.errstate(all="ignore", over="call", call=lambda *_: overflows.append(True)):
        if computed.dtype is BFLOAT16 or out.dtype is BFLOAT16:
            was_finite = is_finite(computed)
            computed = converted(computed, out.dtype)
            if was_finite and out.dtype is BFLOAT16 and not is_finite(computed):
                overflows.append(True)
        np.copyto(out, computed, casting="same_kind")
    return bool(overflows)
