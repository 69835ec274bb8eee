# SPDX-License-Identifier: Apache-2.0
"""The loss for PyTorch: `BCEWithLogitsLoss` with its arguments and broadcasting.

    >>> import torch
    >>> import weighted_cross_entropy.torch as wce
    >>> logits = torch.tensor([1.5, -0.1, -10.0], requires_grad=True)
    >>> loss = wce.BCEWithLogitsLoss(pos_weight=torch.tensor(1.5))
    >>> loss(logits, torch.tensor([1.0, 0.5, 0.0])).backward()
    >>> logits.grad
    tensor([-9.1213e-02, -5.2075e-02,  1.5133e-05])

Tensors must be on the CPU. Contiguous tensors are not copied, nor are tensors of another memory
format, such as `torch.channels_last`, if all tensors of a call have it. If the logits require a
gradient, the forward pass computes it beside the loss, in the same pass over memory. First and
second derivatives in the logits and the targets work in reverse mode, in forward mode
(`torch.autograd.forward_ad`), and in either over the other.

Unlike PyTorch's own loss, this one rejects the mean of no elements and a positive weight that is
negative or not finite. Infinite logits give the limits, and confident correct predictions keep all
their digits. A loss that overflows is infinite without a warning, as PyTorch's is. The transforms
of `torch.func` (`grad`, `vmap`) raise PyTorch's error.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from torch.autograd import forward_ad
from torch.autograd.function import once_differentiable

from . import _call, _native
from ._options import Broadcast, Options

__all__ = ["BCEWithLogitsLoss", "binary_cross_entropy_with_logits"]

_Reduction: TypeAlias = Literal["none", "mean", "sum"]


class BCEWithLogitsLoss(torch.nn.Module):
    """`torch.nn.BCEWithLogitsLoss` with an option for label smoothing.

    Args:
        weight: The weight of each element, broadcast to the shape of the input. The mean divides by
            the number of elements, whatever the weights.
        size_average: Deprecated in PyTorch: False is the reduction "sum", with a warning.
        reduce: Deprecated in PyTorch: False is the reduction "none", with a warning.
        reduction: "none", "mean" or "sum".
        pos_weight: The positive weight, broadcast to the shape of the input. With the shape
            `(classes,)` it has one weight for each class along the last axis.
        label_smoothing: s in [0, 1]: a target z counts as z (1 - s) + s / 2.
        threads: The maximum number of threads; None is `torch.get_num_threads()` at each call.
    """

    def __init__(
        self,
        weight: torch.Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: _Reduction = "mean",
        pos_weight: torch.Tensor | None = None,
        *,
        label_smoothing: float = 0.0,
        threads: int | None = None,
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)
        self.weight: torch.Tensor | None
        self.pos_weight: torch.Tensor | None
        self.reduction = _reduction(size_average, reduce, reduction)
        self.label_smoothing = label_smoothing
        self.threads = threads

    def forward(self, input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The loss of logits `input` against `target`, of the same shape."""
        return binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight,
            label_smoothing=self.label_smoothing, threads=self.threads,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return f"reduction={self.reduction!r}, label_smoothing={self.label_smoothing}"


def binary_cross_entropy_with_logits(
    input: torch.Tensor,
    target: torch.Tensor,
    weight: torch.Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: _Reduction = "mean",
    pos_weight: torch.Tensor | float | None = None,
    *,
    label_smoothing: float = 0.0,
    threads: int | None = None,
) -> torch.Tensor:
    """`torch.nn.functional.binary_cross_entropy_with_logits`.

    The arguments are those of `BCEWithLogitsLoss`.

    float16 and bfloat16 are computed in float32. The result is rounded to the type of the input,
    except under `torch.autocast("cpu")`. Integer and boolean targets take the type of the input.

    Raises:
        ValueError: The sizes differ; the reduction is unknown; the positive weight is negative, not
            finite, or does not broadcast to the input; or the mean is of no elements.
        TypeError: The input is not of a floating-point type.
        RuntimeError: A tensor is not on the CPU, `weight` does not broadcast to the input, or a
            weight requires a gradient.
    """
    if target.shape != input.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )
    for tensor in (input, target, weight, pos_weight):
        if isinstance(tensor, torch.Tensor) and tensor.device.type != "cpu":
            raise RuntimeError(
                f"tensors must be on the CPU, received one on {tensor.device}: "
                "move it with Tensor.cpu()"
            )
    reduction = _reduction(size_average, reduce, reduction)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be one of 'none', 'mean', 'sum', received {reduction!r}")
    if not input.is_floating_point():
        raise TypeError(f"the input must be of a floating-point type, received {input.dtype}")
    dtype = input.dtype
    if target.is_floating_point():
        dtype = torch.promote_types(dtype, target.dtype)
    computing = torch.float32 if dtype in (torch.float16, torch.bfloat16) else dtype
    factor = 1.0
    if isinstance(pos_weight, float):
        # Not made a tensor, whose type would round it.
        factor, pos_weight = pos_weight, None
    options = Options(
        reduction=reduction,
        axis=Broadcast,
        label_smoothing=label_smoothing,
        threads=torch.get_num_threads() if threads is None else threads,
        name="binary_cross_entropy_with_logits",
    )
    weight, pos_weight = _constant(weight, "weight"), _constant(pos_weight, "pos_weight")
    weight = None if weight is None else weight.to(computing)
    loss: torch.Tensor = _Loss.apply(
        input.to(computing), target.to(computing), weight, pos_weight, _Call(options, factor)
    )
    # Under autocast PyTorch computes its loss in float32.
    return loss if torch.is_autocast_enabled("cpu") else loss.to(dtype)


@dataclass(frozen=True)
class _Call:
    """The part of a call that is not a tensor. Tensors of positive weights replace `pos_weight`."""

    options: Options
    pos_weight: float

    def evaluate(
        self, operation: int, logits: Any, target: Any, weight: Any, pos_weight: Any
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Computes an operation over the memory of the tensors."""
        value, gradient = _call.evaluate(
            operation,
            None,
            self.options,
            _array(target),
            _array(logits),
            self.pos_weight if pos_weight is None else _array(pos_weight),
            None if weight is None else _array(weight.expand(logits.shape)),
        )
        return _tensor(value), None if gradient is None else _tensor(gradient)

    def mixed(
        self, logits: torch.Tensor, target: torch.Tensor, *weights: torch.Tensor | None
    ) -> torch.Tensor:
        """The derivative in target and logit: a difference, as the gradient is affine in target."""
        at_one, _ = self.evaluate(_native.GRADIENT, logits, torch.ones_like(target), *weights)
        at_zero, _ = self.evaluate(_native.GRADIENT, logits, torch.zeros_like(target), *weights)
        return at_one.sub_(at_zero)


class _Loss(torch.autograd.Function):
    """The loss, reduced or not."""

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> torch.Tensor:
        *tensors, call = arguments
        is_reduced = call.options.reduction != "none"
        if ctx.needs_input_grad[0]:
            operation = _native.VALUE_WITH_GRADIENT if is_reduced else _native.LOSS_WITH_GRADIENT
        else:
            operation = _native.VALUE if is_reduced else _native.LOSS
        loss, gradient = call.evaluate(operation, *tensors)
        # Saved, so that checkpoints and hooks on saved tensors govern it too.
        _save(ctx, [*tensors, gradient], call)
        return loss

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (*saved, gradient), call = ctx.saved_tensors, ctx.call
        # A tensor with a tangent is differentiated in forward mode over this pass.
        is_differentiated = torch.is_grad_enabled() or any(
            forward_ad.unpack_dual(tensor).tangent is not None for tensor in saved[:2]
        )
        in_logits = in_target = None
        if ctx.needs_input_grad[0]:
            if is_differentiated:
                in_logits = upstream * _Derivative.apply(*saved, call, _native.GRADIENT)
            else:
                # An upstream gradient of 1, the usual case, needs no pass over memory: the leaf
                # takes the saved tensor.
                in_logits = gradient if _is_one(upstream) else upstream * gradient
        if ctx.needs_input_grad[1]:
            if is_differentiated:
                in_target = upstream * _Derivative.apply(*saved, call, _native.TARGET_DERIVATIVE)
            else:
                in_target = upstream * call.evaluate(_native.TARGET_DERIVATIVE, *saved)[0]
        return in_logits, in_target, None, None, None

    @staticmethod
    def jvp(ctx: Any, in_logits: Any, in_target: Any, *_: Any) -> torch.Tensor:
        *saved, _ = _primals(ctx.saved_tensors)
        call = ctx.call
        change = _sum(
            tangent * _Derivative.apply(*saved, call, variable)
            for variable, tangent in zip(_VARIABLES, (in_logits, in_target), strict=True)
            if tangent is not None
        )
        return change if call.options.reduction == "none" else change.sum()


class _Derivative(torch.autograd.Function):
    """The derivative of the loss in each logit (`GRADIENT`) or target (`TARGET_DERIVATIVE`)."""

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> torch.Tensor:
        *tensors, call, ctx.operation = arguments
        _save(ctx, tensors, call)
        return call.evaluate(ctx.operation, *tensors)[0]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        saved = ctx.saved_tensors
        in_logits, in_target = (
            upstream * _second_derivative(ctx, saved, variable) if is_needed else None
            for variable, is_needed in zip(_VARIABLES, ctx.needs_input_grad, strict=False)
        )
        return in_logits, in_target, None, None, None, None

    @staticmethod
    def jvp(ctx: Any, in_logits: Any, in_target: Any, *_: Any) -> torch.Tensor:
        saved = _primals(ctx.saved_tensors)
        return _sum(
            tangent * _second_derivative(ctx, saved, variable)
            for variable, tangent in zip(_VARIABLES, (in_logits, in_target), strict=True)
            if tangent is not None
        )


# What the loss is differentiated in, as the operations of the first derivatives.
_VARIABLES = (_native.GRADIENT, _native.TARGET_DERIVATIVE)


def _second_derivative(ctx: Any, saved: Any, variable: int) -> torch.Tensor:
    """The derivative, in one of `_VARIABLES`, of the derivative that `ctx` belongs to."""
    if variable != ctx.operation:
        return ctx.call.mixed(*saved)
    if variable == _native.GRADIENT:
        return ctx.call.evaluate(_native.SECOND_DERIVATIVE, *saved)[0]
    return torch.zeros_like(saved[1])


def _is_one(upstream: torch.Tensor) -> bool:
    try:
        return upstream.ndim == 0 and upstream.item() == 1
    except RuntimeError:  # A batch of upstream gradients (`is_grads_batched`).
        return False


def _sum(terms: Iterator[torch.Tensor]) -> torch.Tensor:
    return sum(terms, next(terms))


def _save(ctx: Any, tensors: list[torch.Tensor | None], call: _Call) -> None:
    """Keeps the arguments for the derivatives.

    PyTorch checks that nobody writes to saved tensors between the passes. The weights, though they
    are constants, are saved for that check.
    """
    ctx.call = call
    ctx.save_for_backward(*tensors)
    ctx.save_for_forward(*tensors)


def _primals(tensors: Any) -> list[Any]:
    """Tensors without the tangents of forward mode."""
    return [None if tensor is None else forward_ad.unpack_dual(tensor).primal for tensor in tensors]


def _reduction(size_average: bool | None, reduce: bool | None, reduction: _Reduction) -> _Reduction:
    """The name of the reduction. The deprecated arguments override it, with PyTorch's warning."""
    if size_average is None and reduce is None:
        return reduction
    is_mean, is_reduced = (True if a is None else a for a in (size_average, reduce))
    reduction = "none" if not is_reduced else "mean" if is_mean else "sum"
    warnings.warn(
        "size_average and reduce args will be deprecated, "
        f"please use reduction={reduction!r} instead.",
        UserWarning,
        stacklevel=3,
    )
    return reduction


def _constant(weight: Any, name: str) -> torch.Tensor | None:
    """A weight as a tensor of a type that NumPy has. As in PyTorch, it has no derivative."""
    if weight is None:
        return None
    if not isinstance(weight, torch.Tensor):
        return torch.from_numpy(np.array(weight))
    if weight.requires_grad and torch.is_grad_enabled():
        raise RuntimeError(
            f"the loss is not differentiable in {name}, which must not require a gradient"
        )
    weight = weight.detach()
    return weight.float() if weight.dtype is torch.bfloat16 else weight


def _array(tensor: torch.Tensor) -> Any:
    # By force: a view of an imaginary part may store its sign as a flag, which NumPy lacks.
    return tensor.numpy(force=True)


def _tensor(value: Any) -> torch.Tensor:
    return torch.from_numpy(np.asarray(value))
