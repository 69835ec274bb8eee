# SPDX-License-Identifier: Apache-2.0
"""Arrays on the host that are not plainly NumPy's: as NumPy's on the same memory, and back.

These are arrays of ml_dtypes' bfloat16, which NumPy's buffers do not have; those of other libraries
with `__dlpack__`, such as PyTorch's and JAX's; and the Series and DataFrames of pandas.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import numpy as np

from ._arrays import BFLOAT16, FLOAT32, converted
from ._device_arrays import HOST, exported
from ._options import Broadcast, Options

# DLPack's devices kDLCPU and kDLCUDAHost, whose memory the host reads.
_HOST_DEVICES = frozenset({1, 3})


def is_foreign(argument: Any) -> bool:
    """Whether the argument is such an array."""
    if isinstance(argument, (np.ndarray, np.generic)):
        # The mask of a masked array would be lost.
        return _is_bfloat16(argument) and not isinstance(argument, np.ma.MaskedArray)
    return type(argument) not in HOST and (
        _is_pandas(argument) or hasattr(type(argument), "__dlpack__") or _is_bfloat16(argument)
    )


def adopted(argument: Any, is_output: bool = False) -> Any:
    """The argument as an array of NumPy on the same memory, if it is foreign."""
    if not is_foreign(argument):
        return argument
    if isinstance(argument, (np.ndarray, np.generic)):
        return np.asarray(argument).view(BFLOAT16)
    if _is_pandas(argument):
        return argument if is_output else _values(argument)
    try:
        if argument.__dlpack_device__()[0] not in _HOST_DEVICES:
            raise BufferError("the array is not in the memory of the host")
        capsule, address, shape, strides, name, is_read_only = exported(argument, is_output)
        dtype = BFLOAT16 if name == "bfloat16" else np.dtype(name)
        if 0 in shape:
            return np.empty(shape, dtype)
        if address == 0:
            raise BufferError("the array has no memory")
    except Exception:
        if is_output:
            raise
        # The library knows another way, or says better what is wrong.
        return adopted(np.asarray(argument))
    if strides is not None:
        strides = tuple(stride * dtype.itemsize for stride in strides)
    memory = _Memory(capsule, (address, is_read_only), shape, strides, dtype)
    return np.asarray(memory).view(dtype)


def adopted_output(out: Any, label: str) -> Any:
    """An output as an array of NumPy on the same memory, if it is foreign."""
    if type(out).__module__.partition(".")[0] == "jaxlib":
        raise TypeError(f"{label}: out must not be an array of JAX, which nothing may change")
    return adopted(out, is_output=True)


def adopted_weight(pos_weight: Any) -> Any:
    """A positive weight, of which NumPy has the type."""
    array = adopted(pos_weight)
    is_bfloat16 = isinstance(array, np.ndarray) and array.dtype is BFLOAT16
    return converted(array, FLOAT32) if is_bfloat16 else array


def returned(result: Any, logits: Any) -> Any:
    """A result as an array of the type of the logits."""
    if result is None:
        return None
    is_bfloat16 = result.dtype is BFLOAT16
    if isinstance(logits, (np.ndarray, np.generic)) or not is_foreign(logits):
        if is_bfloat16:
            from ml_dtypes import bfloat16

            result = result.view(bfloat16)
        return result if result.ndim else result[()]
    if _is_pandas(logits):
        pandas: Any = sys.modules["pandas"]
        # pandas has no bfloat16.
        result = converted(result, FLOAT32) if is_bfloat16 else result
        if result.ndim == 0:
            return returned(result, None)
        if result.ndim == 1:
            return pandas.Series(result, index=logits.index, name=logits.name, copy=False)
        return pandas.DataFrame(result, logits.index, logits.columns, copy=False)
    namespace = _namespace(logits)
    if namespace is None or (is_bfloat16 and not hasattr(namespace, "bfloat16")):
        return returned(result, None)
    array = np.asarray(result)
    if is_bfloat16:
        array = namespace.from_dlpack(array.view(np.int16)).view(namespace.bfloat16)
    else:
        array = namespace.from_dlpack(array)
    device = getattr(logits, "device", None)
    return array if device in (None, array.device) else array.to_device(device)


def labelled(weights: Any, labels: Any, axis: int) -> Any:
    """The weights of classes along an axis with the names that pandas has for these."""
    if not _is_pandas(labels):
        return weights
    return sys.modules["pandas"].Series(weights, index=labels.axes[axis], copy=False)


def check_labels(options: Options, arrays: dict[str, Any], pos_weight: Any) -> None:
    """Checks that all arrays of pandas have the same labels, and positive weights those of classes.

    Raises:
        ValueError: Labels differ.
    """
    tables = [item for item in arrays.items() if _is_pandas(item[1])]
    for (first, a), (second, b) in pairwise(tables):
        # Other shapes are an error of their own.
        if a.shape == b.shape:
            for axis in range(a.ndim):
                _check(options, (first, a, axis), (second, b, axis))
    if not tables or not _is_pandas(pos_weight):
        return
    name, table = tables[0]
    # Pairs of an axis of the table and one of the weights, which broadcasting aligns at the end.
    pairs = [(-1 - i, -1 - i) for i in range(min(table.ndim, pos_weight.ndim))]
    if options.axis is not Broadcast:
        classes: Any = options.axis
        is_known = isinstance(classes, (int, np.integer)) and -table.ndim <= classes < table.ndim
        pairs = [(classes, 0)] if is_known and pos_weight.ndim == 1 else []
    for axis, other in pairs:
        if table.shape[axis] == pos_weight.shape[other]:
            _check(options, (name, table, axis), ("pos_weight", pos_weight, other))


def _check(options: Options, first: tuple[str, Any, int], second: tuple[str, Any, int]) -> None:
    """Checks that an axis of an array of pandas has the labels of one of another."""
    (name, table, axis), (other_name, other, other_axis) = first, second
    if not table.axes[axis].equals(other.axes[other_axis]):
        of, other_of = (
            ("index", "columns")[i % array.ndim]
            for array, i in ((table, axis), (other, other_axis))
        )
        raise ValueError(
            f"{options.label}: the {of} of {name} and the {other_of} of {other_name} differ: align "
            "them with reindex, or pass to_numpy() to match by position"
        )


def _values(table: Any) -> Any:
    """The numbers of a Series or DataFrame; missing ones are NaN."""
    array = np.asarray(table)
    dtypes = list(table.dtypes) if table.ndim == 2 else [table.dtype]
    is_numeric = sys.modules["pandas"].api.types.is_numeric_dtype
    if array.dtype.kind != "O" or not all(map(is_numeric, dtypes)):
        return array
    # Columns of booleans and numbers, or of the types that know missing values.
    dtype = np.result_type(*(dtype.type for dtype in dtypes))
    if not table.isna().any(axis=None):
        return table.to_numpy(dtype)
    return table.to_numpy(dtype if dtype.kind == "f" else np.float64, na_value=np.nan)


class _Memory:
    """The memory of a capsule as NumPy reads it."""

    def __init__(
        self, capsule: Any, data: tuple[int, bool], shape: Any, strides: Any, dtype: np.dtype[Any]
    ) -> None:
        self.capsule = capsule
        self.__array_interface__ = {
            "version": 3, "data": data, "shape": shape, "strides": strides, "typestr": dtype.str,
        }  # fmt: skip


def _is_bfloat16(argument: Any) -> bool:
    """Whether it is an array of ml_dtypes' bfloat16, or of a library that converts to one."""
    return getattr(getattr(argument, "dtype", None), "name", None) == "bfloat16"


def _is_pandas(argument: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(argument, (pandas.Series, pandas.DataFrame))


def _namespace(argument: Any) -> Any:
    """The namespace of an array, whose `from_dlpack` makes arrays of this kind; else None."""
    if hasattr(argument, "__array_namespace__"):
        known = [argument.__array_namespace__()]
    else:
        names = (kind.__module__.partition(".")[0] for kind in type(argument).__mro__)
        known = [sys.modules.get(name) for name in names]
    return next((module for module in known if hasattr(module, "from_dlpack")), None)
