# SPDX-License-Identifier: Apache-2.0
"""The loss as operators of PyTorch, which compiled programs call, and as the formula."""

from __future__ import annotations

import ctypes
import math
from functools import partial
from pathlib import Path
from typing import Any

import torch

from . import _frameworks, _native

# The tensors are contiguous and of one type, float32 or float64. The weights have the shape of the
# logits. The positive weights have no axes, or as many as the logits, and vary along one of them at
# most. Without either, any tensor takes its place, and the positive weight is `factor`.
_ARGUMENTS = (
    "(Tensor logits, Tensor target, Tensor weight, Tensor pos_weight, bool has_weight, "
    "bool has_pos_weight, float factor, float smoothing, int reduction, int threads)"
)
_library = torch.library.Library("weighted_cross_entropy", "DEF")
_library.define(f"loss{_ARGUMENTS} -> Tensor")
_library.define(f"loss_with_gradient{_ARGUMENTS} -> (Tensor, Tensor)")
loss = torch.ops.weighted_cross_entropy.loss.default
loss_with_gradient = torch.ops.weighted_cross_entropy.loss_with_gradient.default

CODES = {"none": 0, "sum": 1, "mean": 2}

# The types in memory, on the CPU the first two.
TYPES = {torch.float32: 0, torch.float64: 1, torch.float16: 2, torch.bfloat16: 3}

# By whether the loss is reduced, and whether its gradient is computed too.
_OPERATIONS = (
    (_native.LOSS, _native.LOSS_WITH_GRADIENT),
    (_native.VALUE, _native.VALUE_WITH_GRADIENT),
)


def formula(
    x: torch.Tensor,
    z: torch.Tensor,
    weight: torch.Tensor | None,
    pos_weight: torch.Tensor | None,
    factor: float,
    smoothing: float,
    reduction: str,
) -> torch.Tensor:
    """The loss in PyTorch's operations, which TorchScript compiles.

    Its derivatives of every order are exact at 0 too, where those of |x| and max(x, 0) are not.
    """
    if smoothing != 0:
        z = z * (1 - smoothing) + smoothing / 2
    if weight is not None:
        is_masked = weight == 0
        x, z = x.masked_fill(is_masked, 0.0), z.masked_fill(is_masked, 0.0)
    negative = 1 - z
    positive = z * factor if pos_weight is None else z * pos_weight
    # e^-|x|. At 0 its derivative is the one from the right, and so is that of the slope.
    is_below = x < 0
    exponent = torch.where(is_below, x, -x)
    e = torch.exp(exponent)
    slope = torch.where(is_below, -positive, negative)
    # An infinite logit costs nothing if its coefficient is 0.
    finite = x.masked_fill((slope == 0) & (exponent == -math.inf), 0.0)
    losses = slope * finite + (negative + positive) * torch.log1p(e)
    if weight is not None:
        losses = losses * weight
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()


def compute(
    x: torch.Tensor,
    z: torch.Tensor,
    weight: torch.Tensor | None,
    pos_weight: torch.Tensor | None,
    factor: float,
    smoothing: float,
    reduction: int,
    threads: int,
    with_gradient: bool,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Calls the library with the memory of contiguous tensors: of the CPU, or of one GPU."""
    value = torch.empty_like(x) if reduction == 0 else x.new_empty(())
    gradient = torch.empty_like(x) if with_gradient else None
    arguments = (
        TYPES[x.dtype],
        reduction,
        x.shape,
        z.data_ptr(),
        x.data_ptr(),
        0 if weight is None else weight.data_ptr(),
        factor if pos_weight is None else pos_weight.data_ptr(),
        None if pos_weight is None else () if pos_weight.numel() == 1 else pos_weight.shape,
        smoothing,
        threads,
        value.data_ptr(),
        0 if gradient is None else gradient.data_ptr(),
    )
    if x.is_cuda:
        operation = _OPERATIONS[reduction != 0][with_gradient]
        _frameworks.compute_cuda(
            *arguments, operation, current_stream(x.get_device()), "weighted_cross_entropy"
        )
    else:
        _frameworks.compute(*arguments)
    return value, gradient


def current_stream(device: int) -> int:
    """The handle of the stream on which PyTorch queues its work."""
    return torch._C._cuda_getCurrentRawStream(device)


def _kernel(*arguments: Any, with_gradient: bool) -> Any:
    x, z, weight, pos_weight, has_weight, has_pos_weight, factor, smoothing, code, _ = arguments
    threads = arguments[-1] or torch.get_num_threads()
    value, gradient = compute(
        x, z, weight if has_weight else None, pos_weight if has_pos_weight else None, factor,
        smoothing, code, threads, with_gradient,
    )  # fmt: skip
    return (value, gradient) if with_gradient else value


def _fake(x: Any, *arguments: Any, with_gradient: bool) -> Any:
    value = torch.empty_like(x) if arguments[-2] == 0 else x.new_empty(())
    return (value, torch.empty_like(x)) if with_gradient else value


def _save(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(output[1])


def _backward(ctx: Any, upstream: torch.Tensor, _: Any) -> tuple[torch.Tensor | None, ...]:
    (gradient,) = ctx.saved_tensors
    return upstream * gradient, *(None,) * 9


def _register() -> None:
    for name, with_gradient in (("loss", False), ("loss_with_gradient", True)):
        torch.library.register_fake(
            f"weighted_cross_entropy::{name}", partial(_fake, with_gradient=with_gradient)
        )
    torch.library.register_autograd(
        "weighted_cross_entropy::loss_with_gradient", _backward, setup_context=_save
    )
    try:
        # PyTorch's stable interface for C, from version 2.10. The kernels need no interpreter.
        torch_cpu = ctypes.CDLL(str(next(Path(torch.__file__).parent.glob("lib/libtorch_cpu.*"))))
        functions = [getattr(torch_cpu, name) for name in _frameworks.TORCH_FUNCTIONS]
    except (AttributeError, OSError, StopIteration):
        _library.impl("loss", partial(_kernel, with_gradient=False), "CPU")
        _library.impl("loss_with_gradient", partial(_kernel, with_gradient=True), "CPU")
    else:
        _frameworks.register_torch_kernels(
            *(ctypes.cast(function, ctypes.c_void_p).value for function in functions)
        )


_register()
