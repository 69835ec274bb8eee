"""How arguments become arrays that the library can use where they lie: contiguous, and of one floating-point type."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float64]

FLOAT32 = np.dtype(np.float32)
FLOAT64 = np.dtype(np.float64)

# Python's own numbers take the type of the arrays beside them, as in NumPy's operations.
_WEAK = (bool, int, float)


def inputs(
    labels: npt.ArrayLike, logits: npt.ArrayLike, weights: npt.ArrayLike | None, name: str
) -> tuple[FloatArray, FloatArray, FloatArray | None, np.dtype[Any]]:
    """The inputs as contiguous arrays of the type in which to compute; themselves where they are that already.

    Raises:
        ValueError: The shapes differ.
        TypeError: An input holds no real numbers, or numbers wider than float64.
    """
    z, x = plain_array(labels, "labels"), plain_array(logits, "logits")
    dtype = x.dtype
    if z.shape != x.shape:
        raise ValueError(f"{name}: logits and labels must have the same shape, received {x.shape} and {z.shape}")
    if weights is None:
        # The usual case, decided by the identity of the types alone: it is what a call on one element costs.
        if z.dtype is not dtype or (dtype is not FLOAT32 and dtype is not FLOAT64):
            dtype = computing_type(("labels", labels, z), ("logits", logits, x))
        return np.asarray(z, dtype, order="C"), np.asarray(x, dtype, order="C"), None, dtype
    w = plain_array(weights, "weights")
    if w.shape != x.shape:
        raise ValueError(f"{name}: logits and weights must have the same shape, received {x.shape} and {w.shape}")
    dtype = computing_type(("labels", labels, z), ("logits", logits, x), ("weights", weights, w))
    return (
        np.asarray(z, dtype, order="C"), np.asarray(x, dtype, order="C"), np.asarray(w, dtype, order="C"), dtype,
    )  # fmt: skip


def plain_array(argument: Any, name: str) -> npt.NDArray[Any]:
    """An argument as an array without a subclass; one whose mask would be lost is a `TypeError`."""
    if type(argument) is np.ndarray:
        return argument
    if isinstance(argument, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array: pass its data; weights of 0 mask elements")
    return np.asarray(argument)


def computing_type(*arguments: tuple[str, Any, npt.NDArray[Any]]) -> np.dtype[Any]:
    """float32 or float64: what NumPy makes of the floating-point types among the arguments.

    Labels and weights are often integers or booleans; those take the type of the others, where NumPy's own promotion would
    make float64 of float32 logits and int64 labels. float16 is computed in float32. float64 where no type is floating-point.
    """
    floating: list[np.dtype[Any]] = []
    for name, original, array in arguments:
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


def output(out: Any, shape: tuple[int, ...], dtype: np.dtype[Any], name: str) -> FloatArray:
    """Where to compute a result: `out` itself where the library can write into it, else new memory.

    Raises:
        TypeError: `out` is no array, or its type does not hold the result.
        ValueError: `out` has another shape or is read-only.
    """
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{name}: out must be a NumPy array, received {type(out).__name__}")
    if out.shape != shape:
        raise ValueError(f"{name}: out must have the shape {shape}, received {out.shape}")
    flags = out.flags
    if not flags.writeable:
        raise ValueError(f"{name}: out is read-only")
    if out.dtype == dtype and flags.c_contiguous and flags.aligned:
        return out
    if not np.can_cast(dtype, out.dtype, "same_kind"):
        raise TypeError(f"{name}: cannot write {dtype} into out of type {out.dtype}")
    return np.empty(shape, dtype)


def result(computed: FloatArray, out: npt.NDArray[Any] | None) -> Any:
    """What to return: `out` holding the result; without it an array, or a NumPy scalar where there are no axes."""
    if out is None:
        return computed if computed.ndim else computed[()]
    if computed is not out:
        np.copyto(out, computed, casting="same_kind")
    return out
