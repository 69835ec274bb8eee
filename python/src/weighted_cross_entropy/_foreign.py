# SPDX-License-Identifier: Apache-2.0
"""Arrays on the host that are not plainly NumPy's: as NumPy's on the same memory, and back.

These are arrays of ml_dtypes' bfloat16, which NumPy's buffers do not have; those of other libraries
with `__dlpack__`, such as PyTorch's and JAX's; and the Series and DataFrames of pandas.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from . import _frameworks
from ._arrays import BFLOAT16, converted
from ._device_arrays import HOST, KINDS
from ._options import Broadcast, Options

# DLPack's devices kDLCPU and kDLCUDAHost, whose memory the host reads.
_HOST_DEVICES = frozenset({1, 3})


def is_foreign(argument: Any) -> bool:
    """Whether the argument is such an array."""
    kind = type(argument)
    if kind is np.ndarray or issubclass(kind, np.generic):
        return bool(argument.dtype.kind == "V" and argument.dtype.name == "bfloat16")
    return kind not in HOST and (
        _is_pandas(argument)
        or (hasattr(kind, "__dlpack__") and not isinstance(argument, np.ndarray)
            and _namespace(argument) is not None)
    )  # fmt: skip


def adopted(argument: Any, is_output: bool = False) -> Any:
    """The argument as an array of NumPy on the same memory, if it is foreign."""
    if not is_foreign(argument):
        return argument
    if isinstance(argument, (np.ndarray, np.generic)):
        return np.asarray(argument).view(BFLOAT16)
    if _is_pandas(argument):
        return argument if is_output else adopted(np.asarray(argument))
    try:
        if argument.__dlpack_device__()[0] not in _HOST_DEVICES:
            raise BufferError("the array is not in the memory of the host")
        capsule = argument.__dlpack__()
        address, shape, strides, (kind, bits) = _frameworks.dlpack(capsule)
        name = "bool" if kind == 6 else f"{KINDS[kind]}{bits}"
        dtype = BFLOAT16 if name == "bfloat16" else np.dtype(name)
    except Exception:
        if is_output:
            raise
        # The library knows another way, or says better what is wrong.
        return adopted(np.asarray(argument))
    if 0 in shape:
        return np.empty(shape, dtype)
    if strides is not None:
        strides = tuple(stride * dtype.itemsize for stride in strides)
    return np.asarray(_Memory(capsule, address, shape, strides, dtype)).view(dtype)


def adopted_output(out: Any, label: str) -> Any:
    """An output as an array of NumPy on the same memory, if it is foreign."""
    if type(out).__module__.partition(".")[0] == "jaxlib":
        raise TypeError(f"{label}: out must not be an array of JAX, which nothing may change")
    return adopted(out, is_output=True)


def adopted_weight(pos_weight: Any) -> Any:
    """A positive weight, of which NumPy has the type."""
    array = adopted(pos_weight)
    is_bfloat16 = isinstance(array, np.ndarray) and array.dtype is BFLOAT16
    return converted(array, np.dtype(np.float32)) if is_bfloat16 else array


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
        if result.ndim == 0:
            return returned(result, None)
        if result.ndim == 1:
            return pandas.Series(result, index=logits.index, name=logits.name, copy=False)
        return pandas.DataFrame(result, logits.index, logits.columns, copy=False)
    namespace = _namespace(logits)
    array = np.asarray(result)
    if is_bfloat16:
        return namespace.from_dlpack(array.view(np.int16)).view(namespace.bfloat16)
    return namespace.from_dlpack(array)


def labelled(weights: Any, labels: Any, axis: int) -> Any:
    """The weights of classes along an axis with the names that pandas has for these."""
    if not _is_pandas(labels):
        return weights
    return sys.modules["pandas"].Series(weights, index=labels.axes[axis], copy=False)


def check_labels(options: Options, arrays: dict[str, Any], logits: Any, pos_weight: Any) -> None:
    """Checks that all arrays of pandas have the same labels, and positive weights those of classes.

    Raises:
        ValueError: Labels differ.
    """
    tables = {name: array for name, array in arrays.items() if _is_pandas(array)}
    axis = -1 if options.axis is Broadcast else options.axis
    for first, second in zip(tables, list(tables)[1:], strict=False):
        a, b = tables[first], tables[second]
        if a.shape == b.shape:
            for mine, other, of in zip(a.axes, b.axes, ("index", "columns"), strict=False):
                _check(options, mine, other, first, second, of)
    if _is_pandas(pos_weight) and _is_pandas(logits) and isinstance(axis, int):
        classes = logits.axes[axis] if -logits.ndim <= axis < logits.ndim else ()
        if pos_weight.ndim == 1 and len(pos_weight) == len(classes):
            of = ("index", "columns")[axis % logits.ndim]
            _check(options, classes, pos_weight.index, f"the {of} of logits", "pos_weight", "index")


def _check(options: Options, mine: Any, other: Any, first: str, second: str, of: str) -> None:
    if not mine.equals(other):
        raise ValueError(
            f"{options.label}: {first} and {second} must have the same labels, but their {of} "
            "differ: align them with reindex, or pass to_numpy() to match by position"
        )


class _Memory:
    """The memory of a capsule as NumPy reads it."""

    def __init__(
        self, capsule: Any, address: int, shape: Any, strides: Any, dtype: np.dtype[Any]
    ) -> None:
        self.capsule = capsule
        self.__array_interface__ = {
            "version": 3, "data": (address, False), "shape": shape, "strides": strides,
            "typestr": dtype.str,
        }  # fmt: skip


def _is_pandas(argument: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(argument, (pandas.Series, pandas.DataFrame))


def _namespace(argument: Any) -> Any:
    """The namespace of an array, whose `from_dlpack` makes arrays of this kind; else None."""
    if hasattr(argument, "__array_namespace__"):
        namespace = argument.__array_namespace__()
    else:
        namespace = sys.modules.get(type(argument).__module__.partition(".")[0])
    return namespace if hasattr(namespace, "from_dlpack") else None
