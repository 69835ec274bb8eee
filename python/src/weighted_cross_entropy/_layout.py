# SPDX-License-Identifier: Apache-2.0
"""Where the arrays of a call lie in memory, and which of them must be copied.

The extension module takes aligned, row-major arrays. Arrays that are contiguous in another order of
their axes (column-major, transposed, channels last) become row-major when their axes are permuted,
which copies nothing.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ._arrays import check_output

# The axes of the logits from the longest stride to the shortest; None if nothing is to permute.
Order: TypeAlias = tuple[int, ...] | None


def is_row_major(array: Any) -> bool:
    """Whether the extension module takes an array as it is."""
    flags = array.flags
    return flags.c_contiguous and flags.aligned  # type: ignore[no-any-return]


def axis_order(array: npt.NDArray[Any]) -> tuple[int, ...]:
    """The order of the axes in which an array is contiguous; without one, the order that it has."""
    order = tuple(sorted(range(array.ndim), key=lambda axis: -array.strides[axis]))
    return order if array.transpose(order).flags.c_contiguous else tuple(range(array.ndim))


def row_major(array: Any, order: Order = None) -> Any:
    """The array with its axes in an order, row-major and aligned. Copied only if it is not."""
    permuted = array if order is None else array.transpose(order)
    return permuted if is_row_major(permuted) else permuted.copy()


def arranged(z: Any, x: Any, w: Any, q: Any, axis: int) -> tuple[Order, Any, Any, Any, Any, int]:
    """The order of the axes, and the arguments arranged in it: copies of those that need it.

    The order is that of the logits, so that results lie in memory as the logits do.
    """
    if is_row_major(x):
        order = None
    else:
        order = axis_order(x)
        if isinstance(q, np.ndarray) and q.ndim == 1:
            axis = order.index(axis % x.ndim)
    if isinstance(q, np.ndarray):
        q = row_major(q, None if q.ndim == 1 else order)
    z, x, w = (None if array is None else row_major(array, order) for array in (z, x, w))
    return order, z, x, w, q, axis


def output(
    out: Any, shape: tuple[int, ...], dtype: np.dtype[Any], order: Order, label: str
) -> tuple[Any, Any]:
    """The memory that a result is written to, row-major, and the same memory as the result.

    The memory is that of `out` if `out` has the type and the order of the result.
    """
    if out is not None:
        # The usual case; the last flag is that of row-major, aligned and writeable arrays.
        is_plain = type(out) is np.ndarray and out.dtype is dtype and out.shape == shape
        if is_plain and order is None and out.flags.carray:
            return out, out
        check_output(out, shape, dtype, label)
        view = out if order is None else out.transpose(order)
        if out.dtype == dtype and is_row_major(view):
            return view, out
    if order is None:
        memory = np.empty(shape, dtype)
        return memory, memory
    memory = np.empty([shape[axis] for axis in order], dtype)
    return memory, memory.transpose(np.argsort(order))
