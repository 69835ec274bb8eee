# SPDX-License-Identifier: Apache-2.0
"""Which tensors of PyTorch the library computes. Others are computed by the formula."""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch.autograd import forward_ad

from . import _torch_operators as operators

_VERSION = tuple(int(part) for part in torch.__version__.split(".")[:2])

# Compiled programs fuse the formula with other operations. For tensors of this size and above, the
# library is faster all the same.
LARGE = 1 << 14

HALF = frozenset({torch.float16, torch.bfloat16})
_PLAIN = frozenset({torch.Tensor, torch.nn.Parameter})


def is_eager(x: torch.Tensor, *others: torch.Tensor | None) -> bool:
    """Whether the tensors are plain memory of one device that no transform or tracer watches."""
    if (
        torch._C._are_functorch_transforms_active()
        or torch._C._len_torch_dispatch_stack() > 0
        or forward_ad._current_level >= 0
        or torch._C._get_tracing_state() is not None
    ):
        return False
    is_cpu, device = x.is_cpu, x.get_device()
    if not (is_cpu or (x.is_cuda and has_kernels(device) and x.numel() > 0)):
        return False
    for t in (x, *others):
        if t is not None and not (
            type(t) in _PLAIN
            and (t.is_cpu if is_cpu else t.is_cuda and t.get_device() == device)
            and t.layout is torch.strided
            and not t.is_neg()
            # Those that have left a transform are not memory either.
            and not torch._C._functorch.is_functorch_wrapped_tensor(t)
        ):
            return False
    return True


@functools.cache
def has_kernels(device: int) -> bool:
    """Whether the library has kernels for a GPU. Those of AMD are CUDA devices of PyTorch too."""
    return torch.version.hip is None and torch.cuda.get_device_capability(device) >= (7, 0)


def takes_half(x: Any, z: Any, w: Any, q: Any, code: int) -> bool:
    """Whether the library reads and writes the 16-bit numbers themselves.

    Not under autocast, whose result is float32. Not for a mean of float16 with a gradient: divided
    by the number of elements, the gradient would be too small for float16, and the factor of a
    `GradScaler` would come too late.
    """
    dtype = x.dtype
    if torch.compiler.is_compiling() or not x.is_cuda or dtype not in HALF:
        return False
    if z.dtype is not dtype or not (w is None or w.dtype is dtype):
        return False
    if torch.is_autocast_enabled(x.device.type):
        return False
    has_gradient = torch.is_grad_enabled() and (x.requires_grad or z.requires_grad)
    if dtype is torch.float16 and has_gradient and operators.CODES["mean"] == code:
        return False
    return is_eager(x, z, w, q)


def is_for_operator(x: Any, z: Any) -> bool:
    """Whether a compiled program calls the library. An exported one does not need it."""
    if _VERSION < (2, 7) or torch.compiler.is_exporting():
        return False
    if not x.is_cpu or z.requires_grad:
        return False
    from torch.fx.experimental.symbolic_shapes import guard_or_false

    return guard_or_false(x.numel() >= LARGE)
