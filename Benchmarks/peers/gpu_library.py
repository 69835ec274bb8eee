# SPDX-License-Identifier: Apache-2.0
"""The C library through ctypes, on PyTorch's tensors: for the checks and benchmarks on a GPU."""

import ctypes
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
NONE, SUM, MEAN, WEIGHTED_MEAN = range(4)
TYPES = {torch.float32: 0, torch.float64: 1, torch.float16: 2, torch.bfloat16: 3}
DERIVATIVES = ["gradient", "second_derivative", "target_derivative", "positive_weight_derivative"]


class Options(ctypes.Structure):
    """`wce_options`."""

    _fields_ = [
        ("struct_size", ctypes.c_int64), ("positive_weight", ctypes.c_double),
        ("label_smoothing", ctypes.c_double), ("class_weights", ctypes.c_void_p),
        ("class_count", ctypes.c_int64), ("axis", ctypes.c_int64), ("shape", ctypes.c_void_p),
        ("rank", ctypes.c_int64), ("threads", ctypes.c_int64), ("name", ctypes.c_char_p),
    ]  # fmt: skip

    def __init__(self, positive_weight=1.0, smoothing=0.0, classes=None, shape=None, axis=-1):
        super().__init__(ctypes.sizeof(Options), positive_weight, smoothing, axis=axis)
        self.kept = classes, shape
        if classes is not None:
            self.class_weights, self.class_count = classes.data_ptr(), classes.numel()
        if shape is not None:
            self.kept_shape = (ctypes.c_int64 * len(shape))(*shape)
            self.shape, self.rank = ctypes.addressof(self.kept_shape), len(shape)


class Library:
    """Calls on tensors: those of a GPU where they lie on one, on its current stream."""

    def __init__(self, path=None):
        self.path = Path(path or ROOT / ".build/release/libweighted_cross_entropy.so").resolve()
        self.library = ctypes.CDLL(str(self.path))
        self.message = ctypes.create_string_buffer(500)

    def instruction_set(self):
        self.library.wce_instruction_set.restype = ctypes.c_char_p
        return self.library.wce_instruction_set().decode()

    def prepared(self, name, x, z, outputs, *, options, weights=None, reduction=None):
        """A function without arguments that makes the call."""
        is_device = x.is_cuda
        suffix = "" if is_device else "_f64" if x.dtype is torch.float64 else "_f32"
        function = getattr(self.library, ("wce_cuda_" if is_device else "wce_") + name + suffix)

        def address(tensor):
            return ctypes.c_void_p(None if tensor is None else tensor.data_ptr())

        arguments = [ctypes.c_int(TYPES[x.dtype])] if is_device else []
        arguments += [ctypes.c_int64(x.numel()), address(x), address(z), address(weights)]
        if name not in ("loss", "loss_with_gradient"):
            arguments.append(ctypes.c_int(reduction or NONE))
        arguments.append(ctypes.byref(options))
        if is_device:
            arguments.append(ctypes.c_void_p(torch.cuda.current_stream().cuda_stream))
        arguments += [address(tensor) for tensor in outputs]
        arguments += [self.message, ctypes.c_int64(500)]
        kept = x, z, weights, outputs, options

        def call():
            if function(*arguments) != 0:
                raise RuntimeError(f"{name}: {self.message.value.decode()}")
            return kept[3]

        return call

    def call(self, name, x, z, outputs, **keywords):
        return self.prepared(name, x, z, outputs, **keywords)()
