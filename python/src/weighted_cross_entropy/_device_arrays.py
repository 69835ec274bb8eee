# SPDX-License-Identifier: Apache-2.0
"""Calls on arrays in the memory of a GPU, such as those of PyTorch, CuPy and Numba.

The arrays have DLPack's methods or `__cuda_array_interface__`. Results are arrays of the library of
the logits. The work is queued on its stream, and nothing waits for it.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _frameworks, _native
from ._arrays import FLOAT32, FLOAT64, different_shapes
from ._options import Options
from ._positive_weight import class_layout, positive_weight

# Arguments of these types are on the host.
HOST = frozenset({np.ndarray, list, tuple, float, int, bool, type(None)})

# DLPack's devices kDLCUDA and kDLCUDAManaged, and its names of types.
_CUDA_DEVICES = frozenset({2, 13})
KINDS = {0: "int", 1: "uint", 2: "float", 4: "bfloat", 5: "complex", 6: "bool"}

# The types that the extension module knows.
_TYPES = {"float32": 0, "float64": 1, "float16": 2, "bfloat16": 3}

# The default stream, as both protocols call it.
_DEFAULT_STREAM = 1


def is_on_gpu(argument: Any) -> bool:
    """Whether the argument is an array in the memory of a GPU, of a library with arrays to return.

    Others, such as TensorFlow's tensors, are copied to the host by NumPy.
    """
    if type(argument) in HOST:
        return False
    library = _library(argument)
    if library is None and not hasattr(argument, "__array_namespace__"):
        return False
    if library == "jaxlib" and len(argument.devices()) > 1:
        return False
    if hasattr(argument, "__dlpack_device__"):
        return argument.__dlpack_device__()[0] in _CUDA_DEVICES
    return hasattr(argument, "__cuda_array_interface__")


def library_of(array: Any, *libraries: str) -> str | None:
    """The one of the libraries that defines the type of an array or a type that it derives from."""
    modules = (kind.__module__.partition(".")[0] for kind in type(array).__mro__)
    return next((name for name in modules if name in libraries), None)


def _library(array: Any) -> str | None:
    """The library of an array, if its arrays are allocated in a way of its own."""
    return library_of(array, "cupy", "jaxlib", "numba", "torch")


def exported(array: Any, is_output: bool = False, **options: Any) -> tuple[Any, ...]:
    """A capsule that keeps the memory of an array with `__dlpack__`, and what the memory holds.

    That is the address, the shape, the strides in elements or None, the name of the type, and
    whether nothing may be written.
    """
    if _library(array) == "torch" and array.is_neg():
        # PyTorch exports the numbers before it has negated them.
        if is_output:
            raise ValueError("a tensor that PyTorch has yet to negate cannot be written")
        array = array.resolve_neg()
    newer = {"max_version": (1, 0)} | ({"copy": False} if is_output else {})
    try:
        capsule = array.__dlpack__(**options, **newer)
    except TypeError:
        # Before the version 2023.12 of the standard, or not exportable: then it is raised again.
        capsule = array.__dlpack__(**options)
    address, shape, strides, (kind, bits), is_read_only = _frameworks.dlpack(capsule)
    name = "bool" if kind == 6 else f"{KINDS.get(kind, 'unknown')}{bits}"
    return capsule, address, shape, strides, name, is_read_only


def evaluate(
    operation: int,
    options: Options,
    targets: Any,
    logits: Any,
    pos_weight: Any,
    weights: Any = None,
    out: Any = None,
    gradient_out: Any = None,
    target_name: str = "targets",
) -> tuple[Any, Any]:
    """Queues an operation of `_native` on a GPU. The arguments are those of `_call.evaluate`.

    Raises:
        TypeError: An array is on the host, or has another type than the logits.
        ValueError: Shapes differ, an array is not contiguous, or a number is out of its range.
        RuntimeError: The CUDA driver failed, or there is none.
    """
    label = options.label
    arrays = {"logits": logits, target_name: targets, "weights": weights, "out": out}
    arrays |= {"out for the gradient": gradient_out}
    if is_on_gpu(pos_weight):
        arrays["pos_weight"] = pos_weight
    arrays = {name: array for name, array in arrays.items() if array is not None}
    places = {name: is_on_gpu(array) for name, array in arrays.items()}
    if not all(places.values()):
        host, gpu = (next(n for n in places if places[n] is on_gpu) for on_gpu in (False, True))
        raise TypeError(f"{label}: {gpu} is in the memory of a GPU, {host} in that of the host")
    reader = _Reader(list(arrays.values()), label)
    if reader.is_jax and any(_library(array) != "jaxlib" for array in arrays.values()):
        raise TypeError(f"{label}: JAX computes with its own arrays only")
    x = reader.read(logits, "logits")
    if x.type not in _TYPES:
        raise TypeError(f"{label}: logits on a GPU must be floating-point, received {x.type}")
    z = reader.read_like(x, targets, target_name)
    w = None if weights is None else reader.read_like(x, weights, "weights")
    q, q_shape, q_owner = _positive_weight(pos_weight, options, x, reader)
    # With a positive weight for each element, all elements lie along one axis.
    shape = q_shape if q_shape and len(q_shape) != len(x.shape) else x.shape
    if reader.is_jax:
        if out is not None or gradient_out is not None:
            raise TypeError(f"{label}: out must not be an array of JAX, which nothing may change")
        return _evaluate_in_jax(
            operation, options, z, x, w, q if q_owner is None else q_owner, q_shape, shape
        )
    value_shape = () if operation >= _native.VALUE_WITH_GRADIENT else x.shape
    result = _empty(logits, value_shape) if out is None else out
    value = reader.read_output(x, result, value_shape)
    gradient = slope = None
    if operation in (_native.LOSS_WITH_GRADIENT, _native.VALUE_WITH_GRADIENT):
        gradient = _empty(logits, x.shape) if gradient_out is None else gradient_out
        slope = reader.read_output(x, gradient, x.shape)
    code, smoothing, _, name = options.settings
    stream = 0 if reader.stream == _DEFAULT_STREAM else reader.stream
    _frameworks.compute_cuda(
        _TYPES[x.type], code, shape, z.address, x.address, 0 if w is None else w.address, q,
        q_shape, smoothing, 0, value.address, 0 if slope is None else slope.address, operation,
        stream, name or "",
    )  # fmt: skip
    del q_owner
    return result, gradient


@dataclass(slots=True)
class _Memory:
    """The memory of an array. It exists as long as `owner`."""

    address: int
    shape: tuple[int, ...]
    type: str
    is_row_major: bool
    is_read_only: bool
    owner: Any


class _Reader:
    """Reads where arrays lie, ordered with the stream that the call runs on."""

    def __init__(self, arrays: list[Any], label: str) -> None:
        self.label = label
        self.is_jax = any(_library(array) == "jaxlib" for array in arrays)
        streams = [stream for array in arrays if (stream := _stream(array)) is not None]
        self.stream = streams[0] if streams else _DEFAULT_STREAM

    def read(self, array: Any, name: str, is_output: bool = False) -> _Memory:
        """The memory of an array; that of a copy if it is an input that is not row-major."""
        memory = self._memory(array, is_output)
        if memory.is_row_major:
            return memory
        copy = None if is_output else _contiguous(array)
        if copy is None:
            raise ValueError(f"{self.label}: {name} must be contiguous in row-major order")
        memory = self._memory(copy)
        memory.owner = copy, memory.owner
        return memory

    def read_like(self, x: _Memory, array: Any, name: str) -> _Memory:
        """The memory of an array with the shape and the type of the logits."""
        memory = self.read(array, name)
        if memory.shape != x.shape:
            raise ValueError(different_shapes(self.label, name, x, memory))
        self.check_type(memory, x.type, name)
        return memory

    def read_output(self, x: _Memory, array: Any, shape: tuple[int, ...]) -> _Memory:
        """The memory of an output of a shape and the type of the logits."""
        memory = self.read(array, "out", is_output=True)
        if memory.shape != shape:
            raise ValueError(
                f"{self.label}: out must have the shape {shape}, received {memory.shape}"
            )
        if memory.is_read_only:
            raise ValueError(f"{self.label}: out is read-only")
        self.check_type(memory, x.type, "out")
        return memory

    def check_type(self, memory: _Memory, expected: str, name: str) -> None:
        if memory.type != expected:
            raise TypeError(
                f"{self.label}: {name} on a GPU must be {expected}, as the logits require, "
                f"received {memory.type}"
            )

    def _memory(self, array: Any, is_output: bool = False) -> _Memory:
        if self.is_jax:
            # XLA reads it, not this module.
            return _Memory(0, array.shape, array.dtype.name, True, True, array)
        if hasattr(array, "__dlpack__"):
            # The library of the array orders its own work before that of the stream.
            capsule, address, shape, strides, name, is_read_only = exported(
                array, is_output, stream=self.stream
            )
            is_row_major = _is_row_major(shape, strides, 1)
            return _Memory(address, shape, name, is_row_major, is_read_only, capsule)
        interface = array.__cuda_array_interface__
        if interface.get("mask") is not None:
            raise TypeError(f"{self.label}: masked arrays are not supported")
        if (other := interface.get("stream")) not in (None, self.stream):
            _wait_for(other)
        dtype, shape = np.dtype(interface["typestr"]), tuple(interface["shape"])
        address, is_read_only = interface["data"]
        name = dtype.name if dtype.isnative else dtype.str
        is_row_major = _is_row_major(shape, interface.get("strides"), dtype.itemsize)
        return _Memory(address or 0, shape, name, is_row_major, is_read_only, array)


def _is_row_major(shape: tuple[int, ...], strides: tuple[int, ...] | None, unit: int) -> bool:
    if strides is None or 0 in shape:
        return True
    for length, stride in zip(reversed(shape), reversed(strides), strict=True):
        if length != 1:
            if stride != unit:
                return False
            unit *= length
    return True


def _positive_weight(
    pos_weight: Any, options: Options, x: _Memory, reader: _Reader
) -> tuple[Any, tuple[int, ...] | None, Any]:
    """The weight and its shape as the extension module takes them, and what keeps its memory."""
    if not is_on_gpu(pos_weight):
        # The library copies an array, so it must only exist during the call.
        q, axis = positive_weight(pos_weight, options, x.shape, _arithmetic(x))
        if isinstance(q, float):
            return q, None, None
        q = np.ascontiguousarray(q)
        return q.ctypes.data, _class_shape(q.shape, axis, x.shape), q
    memory = reader.read(pos_weight, "pos_weight")
    reader.check_type(memory, _arithmetic(x).name, "pos_weight")
    shape, axis = class_layout(memory.shape, options, x.shape)
    if len(shape) > 1 and memory.shape != x.shape:
        raise ValueError(
            f"{reader.label}: pos_weight on a GPU must vary along one axis or have the shape of "
            f"the logits {x.shape}, received the shape {memory.shape}"
        )
    return memory.address, _class_shape(shape, axis, x.shape), memory.owner


def _evaluate_in_jax(
    operation: int,
    options: Options,
    z: _Memory,
    x: _Memory,
    w: _Memory | None,
    q: Any,
    q_shape: tuple[int, ...] | None,
    shape: tuple[int, ...],
) -> tuple[Any, Any]:
    """An operation as a program of JAX, whose arrays only JAX may write."""
    from . import jax
    from ._call import evaluate as evaluate_on_host

    # A program raises errors too late. A call on the host has the same.
    ones = np.ones([min(length, 1) for length in x.shape], _arithmetic(x))
    weights = None if w is None else ones
    number = q if isinstance(q, float) else 1.0
    evaluate_on_host(operation, None, options, ones, ones, number, weights)
    if isinstance(q, np.ndarray):
        options.check(q, x.type == "float64")
    arrays = [memory.owner for memory in (z, x, w) if memory is not None]
    return jax.evaluate_on_gpu(operation, options, arrays, q, q_shape or (1,) * len(shape), shape)


def _arithmetic(x: _Memory) -> np.dtype[Any]:
    """The type in which elements are computed, which positive weights have."""
    return FLOAT64 if x.type == "float64" else FLOAT32


def _class_shape(q: tuple[int, ...], axis: int, x: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of positive weights with the axes of the logits; one axis if it is theirs."""
    if len(q) == 0:
        return ()
    if len(q) > 1:
        return (math.prod(x),)
    return tuple(q[0] if i == axis % len(x) else 1 for i in range(len(x)))


def _stream(array: Any) -> int | None:
    """The handle of the stream on which the library of an array queues its work, if it tells."""
    if _library(array) == "torch":
        import torch

        return torch.cuda.current_stream(array.device).cuda_stream or _DEFAULT_STREAM
    interface = getattr(array, "__cuda_array_interface__", None)
    return None if interface is None else interface.get("stream")


def _wait_for(stream: int) -> None:
    """Waits for the work on a stream, as the interface asks where it is not that of the call."""
    if status := ctypes.CDLL("libcuda.so.1").cuStreamSynchronize(ctypes.c_void_p(stream)):
        raise RuntimeError(f"cuStreamSynchronize: error {status} of the CUDA driver")


def _empty(like: Any, shape: tuple[int, ...]) -> Any:
    """A new array of the library, the type and the GPU of another."""
    library = _library(like)
    if library == "torch":
        return like.new_empty(shape)
    if library == "cupy":
        import cupy

        with like.device:
            return cupy.empty(shape, like.dtype)
    if library == "numba":
        from numba import cuda

        return cuda.device_array(shape, like.dtype)
    return like.__array_namespace__().empty(shape, dtype=like.dtype, device=like.device)


def _contiguous(array: Any) -> Any:
    """A row-major copy of an array, if its library has a function for it, else None."""
    library = _library(array)
    if library == "torch":
        return array.contiguous()
    if library == "cupy":
        import cupy

        with array.device:
            return cupy.ascontiguousarray(array)
    return None
