# SPDX-License-Identifier: Apache-2.0
"""Arrays on a GPU: of two classes of the tests, and of the libraries that are installed."""

import ctypes
from types import SimpleNamespace

import numpy as np
import pytest


class Array:
    """An array on a GPU. NumPy sees its memory as `host`; bfloat16 as its bits."""

    driver = None

    def __init__(self, values, device=0, stream=None):
        values = np.asarray(values)
        self.buffer = self.driver.allocate(values.size * values.itemsize, device)
        self.host = np.frombuffer(self.buffer, values.dtype)[: values.size].reshape(values.shape)
        self.host[...] = values
        self.device, self.stream, self.is_bfloat16 = device, stream, False

    @property
    def dtype(self):
        return "bfloat16" if self.is_bfloat16 else self.host.dtype

    @property
    def address(self):
        return self.host.__array_interface__["data"][0]

    def viewed(self, view):
        """The array with another view of its memory."""
        other = type(self).__new__(type(self))
        other.__dict__ |= self.__dict__ | {"host": view(self.host)}
        return other

    def __array__(self, *_, **__):
        raise TypeError("not implicitly")

    def __array_namespace__(self, **_):
        def empty(shape, *, dtype, device):
            is_bfloat16 = dtype == "bfloat16"
            array = type(self)(np.empty(shape, np.uint16 if is_bfloat16 else dtype), device)
            array.is_bfloat16 = is_bfloat16
            return array

        return SimpleNamespace(empty=empty)


class InterfaceArray(Array):
    """With `__cuda_array_interface__`, as CuPy's and Numba's."""

    @property
    def __cuda_array_interface__(self):
        known = self.host.__array_interface__
        strides = None if self.host.flags.c_contiguous else self.host.strides
        return {
            "shape": known["shape"], "typestr": known["typestr"], "data": known["data"],
            "version": 3, "strides": strides, "stream": self.stream}  # fmt: skip


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p), ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32), ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16), ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p),
        ("byte_offset", ctypes.c_uint64),
    ]  # fmt: skip


new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype = ctypes.py_object
new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


class DLPackArray(Array):
    """With DLPack's methods, as JAX's and PyTorch's."""

    device_type, streams = 2, ()

    def __dlpack_device__(self):
        return self.device_type, self.device

    def __dlpack__(self, *, stream):
        DLPackArray.streams = (*DLPackArray.streams, stream)
        host, integers = self.host, ctypes.c_int64 * self.host.ndim
        shape = integers(*host.shape)
        strides = integers(*(stride // host.itemsize for stride in host.strides))
        code = 4 if self.is_bfloat16 else {"i": 0, "u": 1, "f": 2, "c": 5, "b": 6}[host.dtype.kind]
        tensor = DLTensor(
            self.address - 2, self.device_type, self.device, host.ndim, code, 8 * host.itemsize, 1,
            ctypes.addressof(shape),
            None if host.flags.c_contiguous else ctypes.addressof(strides), 2)
        self.kept = shape, strides, tensor
        return new_capsule(ctypes.addressof(tensor), b"dltensor", None)


def libraries():
    """For each library, how to move NumPy's arrays to the GPU and back."""

    def from_torch():
        torch = pytest.importorskip("torch")
        return (lambda a: torch.from_numpy(np.array(a)).cuda()), lambda t: t.cpu().numpy()

    def from_cupy():
        cupy = pytest.importorskip("cupy")
        return cupy.asarray, cupy.asnumpy

    def from_numba():
        numba_cuda = pytest.importorskip("numba.cuda")
        return (lambda a: numba_cuda.to_device(np.array(a))), lambda a: a.copy_to_host()

    def from_jax():
        jax = pytest.importorskip("jax")
        if jax.default_backend() != "gpu":
            pytest.skip("JAX has no GPU")
        return jax.numpy.asarray, np.asarray

    return {"torch": from_torch, "cupy": from_cupy, "numba": from_numba, "jax": from_jax}
