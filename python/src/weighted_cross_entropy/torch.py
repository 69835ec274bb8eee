# SPDX-License-Identifier: Apache-2.0
"""The loss for PyTorch: `BCEWithLogitsLoss` with its arguments and conventions.

    >>> import torch
    >>> import weighted_cross_entropy.torch as wce
    >>> logits = torch.tensor([1.5, -0.1, -10.0], requires_grad=True)
    >>> loss = wce.BCEWithLogitsLoss(pos_weight=torch.tensor(1.5))
    >>> loss(logits, torch.tensor([1.0, 0.5, 0.0])).backward()
    >>> logits.grad
    tensor([-9.1213e-02, -5.2075e-02,  1.5133e-05])

The library computes tensors on the CPU: in eager mode, and in compiled programs for large tensors.
In eager mode it also computes those of NVIDIA's GPUs with compute capability 7.0 or higher, on the
current stream, without waiting for it. If the logits require a gradient, the forward pass computes
it beside the loss, in one pass over memory. Contiguous tensors are not copied, nor are tensors of
another memory format, such as `torch.channels_last`, if all tensors of a call have it.

Everywhere else the loss is the same formula in PyTorch's operations: on other devices, for
subclasses of tensors (DTensor), under `torch.func`, forward mode, dispatch modes, `torch.jit` and
`torch.export`, in compiled programs for small tensors and on GPUs, and for second derivatives. Its
values are those of the library, to the precision of the type, and its derivatives of every order
are exact.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.overrides import handle_torch_function, has_torch_function_variadic

from . import _torch_operators as operators
from . import _torch_routes as routes
from ._options import options_of

__all__ = ["BCEWithLogitsLoss", "binary_cross_entropy_with_logits"]


class BCEWithLogitsLoss(torch.nn.BCEWithLogitsLoss):
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
        reduction: str = "mean",
        pos_weight: torch.Tensor | None = None,
        *,
        label_smoothing: float = 0.0,
        threads: int | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction, pos_weight)
        self.label_smoothing = float(label_smoothing)
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
    reduction: str = "mean",
    pos_weight: torch.Tensor | float | None = None,
    # Not keyword-only, which TorchScript does not compile.
    label_smoothing: float = 0.0,
    threads: int | None = None,
) -> torch.Tensor:
    """`torch.nn.functional.binary_cross_entropy_with_logits`.

    The arguments are those of `BCEWithLogitsLoss`. A Python number as `pos_weight` must be finite
    and at least 0; the values of tensors are not checked. All tensors have derivatives.

    float16 and bfloat16 are computed in float32. The result is rounded to the type of the input,
    except under `torch.autocast`. Integer and boolean targets take the type of the input.

    Raises:
        ValueError: The sizes differ, or a number or the reduction is unknown or out of its range.
        TypeError: The input is not of a floating-point type.
        RuntimeError: A weight does not broadcast to the input.
    """
    if torch.jit.is_scripting():  # type: ignore[attr-defined]
        positive: torch.Tensor | None = None
        factor = 1.0
        if isinstance(pos_weight, torch.Tensor):
            positive = pos_weight
        elif pos_weight is not None:
            factor = pos_weight
        return operators.formula(
            input, target, weight, positive, factor, label_smoothing, reduction
        )
    else:  # noqa: RET505 - what follows is not compiled.
        return _dispatch(
            input, target, weight, size_average, reduce, reduction, pos_weight,
            label_smoothing=label_smoothing, threads=threads,
        )  # fmt: skip


_NAMES = {code: name for name, code in operators.CODES.items()}


def _dispatch(
    input: Any, target: Any, weight: Any, size_average: Any, reduce: Any, reduction: Any,
    pos_weight: Any, *, label_smoothing: float, threads: int | None,
) -> Any:  # fmt: skip
    """Checks and converts the arguments, and chooses what computes the loss."""
    if has_torch_function_variadic(input, target, weight, pos_weight):
        return handle_torch_function(
            binary_cross_entropy_with_logits, (input, target, weight, pos_weight), input, target,
            weight=weight, size_average=size_average, reduce=reduce, reduction=reduction,
            pos_weight=pos_weight, label_smoothing=label_smoothing, threads=threads,
        )  # fmt: skip
    if size_average is not None or reduce is not None:
        reduction = torch.nn._reduction.legacy_get_string(size_average, reduce)
    code = operators.CODES.get(reduction)
    if code is None:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    shape, dtype = input.shape, input.dtype
    if target.shape != shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )
    q, factor = pos_weight, 1.0
    if q is not None and not isinstance(q, torch.Tensor):
        q, factor = None, float(pos_weight)
    has_threads = threads is None or threads >= 1
    if not (0 <= factor < math.inf and 0 <= label_smoothing <= 1 and has_threads):
        name = "binary_cross_entropy_with_logits"
        options_of("none", None, label_smoothing, threads, name).check(factor)
    x, z, w, computing = input, target, weight, dtype
    is_constant = (w is None or not w.requires_grad) and (q is None or not q.requires_grad)
    if target.dtype is not dtype or (dtype is not torch.float32 and dtype is not torch.float64):
        if not dtype.is_floating_point:
            raise TypeError(f"the input must be of a floating-point type, received {dtype}")
        if target.dtype.is_floating_point:
            dtype = torch.promote_types(dtype, target.dtype)
        computing = torch.float32 if dtype in routes.HALF else dtype
        if not (is_constant and routes.takes_half(x, z, w, q, code)):
            x, z = x.to(computing), z.to(computing)
    if w is not None:
        w = w.to(x.dtype).expand(shape)
    if q is not None:
        if q.dtype is not computing:
            q = q.to(computing)
        # The usual cases, one weight or one for each class, need no general check.
        is_usual = q.ndim == 1 and len(shape) > 0 and q.shape[0] in (1, shape[-1])
        if q.ndim and not is_usual and torch.broadcast_shapes(q.shape, shape) != shape:
            raise RuntimeError(f"pos_weight of shape {q.shape} does not broadcast to {shape}")
    if torch.compiler.is_compiling():
        if is_constant and routes.is_for_operator(x, z):
            loss = _operator(x, z, w, q, factor, label_smoothing, code, threads)
        else:
            loss = operators.formula(x, z, w, q, factor, label_smoothing, reduction)
    elif not (is_constant and routes.is_eager(x, z, w, q)):
        loss = operators.formula(x, z, w, q, factor, label_smoothing, reduction)
    else:
        options = factor, label_smoothing, code, threads or torch.get_num_threads()
        if torch.is_grad_enabled() and (x.requires_grad or z.requires_grad):
            loss = _apply(x, z, w, q, options)
        else:
            loss, _ = _compute(x, z, w, q, options, False)
    if computing is not dtype and not torch.is_autocast_enabled(x.device.type):
        # Under autocast PyTorch computes its loss in float32.
        loss = loss.to(dtype)
    return loss


def _operator(
    x: Any, z: Any, w: Any, q: Any, factor: float, smoothing: float, code: int, threads: int | None
) -> Any:
    """The loss as an operation of a compiled program."""
    shape = x.shape
    x, z, w, q = _aligned(x, z, w, q)
    arguments = (
        x, z, z if w is None else w, z if q is None else q, w is not None, q is not None, factor,
        smoothing, code, threads or 0,
    )  # fmt: skip
    if torch.is_grad_enabled() and x.requires_grad:
        loss = operators.loss_with_gradient(*arguments)[0]
    else:
        loss = operators.loss(*arguments)
    return loss.reshape(shape) if code == 0 else loss


def _aligned(x: Any, z: Any, w: Any, q: Any) -> tuple[Any, Any, Any, Any]:
    """The tensors, contiguous, with positive weights that vary along one axis at most."""
    if q is not None and q.ndim:
        q = q.reshape((1,) * (x.ndim - q.ndim) + q.shape)
        if sum(length != 1 for length in q.shape) > 1:
            q = q.expand(x.shape)
            x, z, w, q = (None if t is None else t.reshape(-1) for t in (x, z, w, q))
        q = q.contiguous()
    return x.contiguous(), z.contiguous(), None if w is None else w.contiguous(), q


def _compute(
    x: Any, z: Any, w: Any, q: Any, options: tuple[float, float, int, int], with_gradient: bool
) -> tuple[Any, Any]:
    """Calls the library. Tensors that do not lie in memory as the logits do are copied."""
    order = None
    if (q is None or q.numel() == 1) and w is None and x.is_contiguous() and z.is_contiguous():
        return operators.compute(x, z, w, q, *options, with_gradient)
    if not x.is_contiguous():
        # The axes from the longest stride to the shortest.
        order = sorted(range(x.ndim), key=lambda axis: -x.stride(axis))
        if q is not None and q.ndim:
            q = q.reshape((1,) * (x.ndim - q.ndim) + q.shape).permute(order)
        x, z, w = (None if t is None else t.permute(order) for t in (x, z, w))
    shape = x.shape
    x, z, w, q = _aligned(x, z, w, q)
    value, gradient = operators.compute(x, z, w, q, *options, with_gradient)
    if order is None and x.shape == shape:
        return value, gradient
    inverse = sorted(range(len(shape)), key=(order or range(len(shape))).__getitem__)
    restored = lambda t: None if t is None else t.view(shape).permute(inverse)
    return restored(value) if value.ndim else value, restored(gradient)


class _Loss(torch.autograd.Function):
    """The loss of plain tensors in eager mode, with the gradient for the backward pass."""

    @staticmethod
    def forward(ctx: Any, x: Any, z: Any, w: Any, q: Any, options: Any) -> torch.Tensor:
        loss, gradient = _compute(x, z, w, q, options, ctx.needs_input_grad[0])
        ctx.save_for_backward(gradient, x, z, w, q)
        ctx.options = options
        return loss

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        needs_x, needs_z, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():
            return *_differentiated(ctx, (needs_x, needs_z), upstream), None, None, None
        # An upstream gradient of 1, the usual case, needs no pass over memory: the leaf takes the
        # saved tensor. On a GPU, to look at it would be to wait for it.
        gradient = ctx.saved_tensors[0]
        in_x = None if not needs_x else gradient if _is_one(upstream) else upstream * gradient
        in_z = _differentiated(ctx, (False, True), upstream)[1] if needs_z else None
        return in_x, in_z, None, None, None


# `_Loss.apply` without its search for transforms, as `is_eager` has found none.
_apply = super(torch.autograd.Function, _Loss).apply


def _differentiated(ctx: Any, needed: tuple[bool, bool], upstream: torch.Tensor) -> list[Any]:
    """The gradients by the formula. In a graph they have gradients themselves."""
    _, x, z, w, q = ctx.saved_tensors
    factor, smoothing, code, _ = ctx.options
    is_graph = torch.is_grad_enabled()
    with torch.enable_grad():
        # Views, as the target may be computed from the input.
        x, z = (t.view_as(t) if is_graph else t.detach().requires_grad_() for t in (x, z))
        # The 16-bit types are computed in that of the positive weights, float32.
        computing = torch.float32 if x.dtype in routes.HALF else x.dtype
        weight = None if w is None else w.to(computing)
        loss = operators.formula(
            x.to(computing), z.to(computing), weight, q, factor, smoothing, _NAMES[code]
        ).to(x.dtype)
        wanted = [t for t, is_needed in zip((x, z), needed, strict=True) if is_needed]
        found = iter(torch.autograd.grad(loss, wanted, upstream, create_graph=is_graph))
    return [next(found) if is_needed else None for is_needed in needed]


def _is_one(upstream: torch.Tensor) -> bool:
    try:
        return upstream.ndim == 0 and upstream.is_cpu and upstream.item() == 1
    except RuntimeError:  # A batch of upstream gradients (`is_grads_batched`).
        return False
