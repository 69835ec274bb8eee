# SPDX-License-Identifier: Apache-2.0
"""The loss for JAX, through a callback into the library.

    >>> import jax, jax.numpy as jnp
    >>> import weighted_cross_entropy.jax as wce
    >>> targets, logits = jnp.array([1.0, 0.5, 0.0]), jnp.array([1.5, -0.1, -10.0])
    >>> mean = lambda x: wce.loss(targets, x, pos_weight=1.5).mean()
    >>> jax.grad(mean)(logits)[:2].round(6)
    Array([-0.091213, -0.052075], dtype=float32)

Cost: `jax.pure_callback` leaves the compiled program, waits for Python's interpreter, and copies
arguments and results. A call takes about 60 µs (JAX's own operations take 5) and a few passes over
memory, and XLA cannot fuse the loss with other operations. JAX's own operations are faster on small
arrays, and on an accelerator, where the callback copies the arrays to the processor and back.

Benefit: the library's accuracy inside `jit`, `grad`, `vmap` and `hessian`. The forward pass of a
gradient computes loss and derivative in one callback, in one pass over memory. The backward pass is
a product.

The loss is a `jax.custom_vjp`. It has first derivatives in reverse mode (`grad`, `vjp`, `jacrev`)
and second derivatives in reverse or forward mode over it (`grad` of `grad`, `hessian`). Forward
mode of the loss itself (`jvp`, `jacfwd`) raises JAX's `TypeError`, "can't apply forward-mode
autodiff (jvp) to a custom_vjp function". A third derivative raises JAX's `ValueError`. A loss that
overflows is infinite, without a warning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ._arrays import different_shapes
from ._call import evaluate
from ._native import GRADIENT, LOSS, LOSS_WITH_GRADIENT, SECOND_DERIVATIVE, TARGET_DERIVATIVE
from ._options import Options
from ._positive_weight import positive_weight

__all__ = ["loss"]


def loss(
    targets: jax.typing.ArrayLike,
    logits: jax.typing.ArrayLike,
    pos_weight: Any = 1.0,
    *,
    weights: jax.typing.ArrayLike | None = None,
    axis: int | None = None,
    label_smoothing: float = 0.0,
    threads: int | None = None,
) -> jax.Array:
    """The loss of each element, as `weighted_cross_entropy.loss` computes it.

    Args:
        targets: z, of the shape of `logits`.
        logits: x, float32 or float64 (with `jax_enable_x64`).
        pos_weight: q, finite and at least 0: a number, or a NumPy array with one for each class
            along `axis`. It must not be traced.
        weights: w, of the shape of `logits`, or None. They have no derivative.
        axis: The class axis, required for an array of positive weights.
        label_smoothing: s in [0, 1], a Python number.
        threads: The maximum number of threads; None is the number of processors.

    Returns:
        An array of the shape and type of `logits`: `w ((1 - z) softplus(x) + q z softplus(-x))`. It
        has first and second derivatives in `logits` and `targets`, the first in reverse mode.

    Raises:
        ValueError: The shapes differ, or a number is out of its range.
        TypeError: The logits are not float32 or float64, or `pos_weight` is traced.
    """
    x = jnp.asarray(logits)
    if x.dtype not in (jnp.float32, jnp.float64):
        raise TypeError(f"logits must be float32 or float64, received {x.dtype}")
    z = jnp.asarray(targets, x.dtype)
    w = None if weights is None else jnp.asarray(weights, x.dtype)
    options = Options(axis=axis, label_smoothing=label_smoothing, threads=threads)
    for name, array in (("targets", z), ("weights", w)):
        if array is not None and array.shape != x.shape:
            raise ValueError(different_shapes(options.label, name, x, array))
    if isinstance(pos_weight, jax.core.Tracer):
        raise TypeError("pos_weight must be a number or a NumPy array, not traced")
    # Checked before anything is traced: an error in a callback would lose its type.
    q, _ = positive_weight(pos_weight, options, x.shape, np.dtype(x.dtype))
    options.check(q, x.dtype == jnp.float64)
    if axis is not None and axis >= 0:
        # Counted from the end, because vmap adds axes at the front.
        options = replace(options, axis=axis - x.ndim)
    call = _Call(options, tuple(q.tolist()) if isinstance(q, np.ndarray) else q)
    result: jax.Array = _loss(call, z, x, w if w is None else jax.lax.stop_gradient(w))
    return result


@dataclass(frozen=True)
class _Call:
    """The part of a call that is not traced. Hashable, as a part of a compiled program's key."""

    options: Options
    pos_weight: float | tuple[float, ...]


@dataclass(frozen=True)
class _Callback:
    """A callback. JAX compiles equal callbacks once, outside `jit` too."""

    operation: int
    call: _Call

    def __call__(self, targets: Any, logits: Any, weights: Any) -> Any:
        z, x, call = np.asarray(targets), np.asarray(logits), self.call
        w = None if weights is None else np.asarray(weights)
        values, gradient = evaluate(self.operation, None, call.options, z, x, call.pos_weight, w)
        return values if gradient is None else (values, gradient)


def _callback(call: _Call, operation: int, targets: Any, logits: Any, weights: Any) -> Any:
    """The result of an operation, as a value of a JAX program; a tuple if it has a gradient."""
    array = jax.ShapeDtypeStruct(logits.shape, logits.dtype)
    results = (array, array) if operation == LOSS_WITH_GRADIENT else array
    callback = _Callback(operation, call)
    return jax.pure_callback(
        callback, results, targets, logits, weights, vmap_method="broadcast_all"
    )


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _loss(call: _Call, targets: Any, logits: Any, weights: Any) -> Any:
    return _callback(call, LOSS, targets, logits, weights)


def _forward(call: _Call, targets: Any, logits: Any, weights: Any) -> tuple[Any, Any]:
    """The loss, and the derivatives for the backward pass; None for one that is not needed."""
    inputs = targets.value, logits.value, None if weights is None else weights.value
    in_targets = _target_derivative(call, *inputs) if targets.perturbed else None
    if not logits.perturbed:
        return _callback(call, LOSS, *inputs), (in_targets, None)
    values, in_logits = _loss_with_gradient(call, *inputs)
    return values, (in_targets, in_logits)


def _backward(call: _Call, derivatives: Any, upstream: Any) -> tuple[Any, Any, None]:
    in_targets, in_logits = (None if d is None else upstream * d for d in derivatives)
    return in_targets, in_logits, None


_loss.defvjp(_forward, _backward, symbolic_zeros=True)


# The functions that the rules above call have rules of forward mode. They are linear in the
# tangents, so JAX differentiates the gradient in either mode: `hessian` is forward over reverse,
# `grad` of `grad` is reverse over reverse.


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _loss_with_gradient(call: _Call, targets: Any, logits: Any, weights: Any) -> Any:
    return _callback(call, LOSS_WITH_GRADIENT, targets, logits, weights)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _target_derivative(call: _Call, targets: Any, logits: Any, weights: Any) -> Any:
    return _callback(call, TARGET_DERIVATIVE, targets, logits, weights)


def _loss_with_gradient_rule(call: _Call, primals: Any, tangents: Any) -> Any:
    targets, logits, weights = primals
    in_targets, in_logits, _ = tangents
    values, gradient = _loss_with_gradient(call, targets, logits, weights)
    of_values, of_gradient = jnp.zeros_like(values), jnp.zeros_like(values)
    if not _is_zero(in_logits):
        of_values += gradient * in_logits
        of_gradient += _callback(call, SECOND_DERIVATIVE, targets, logits, weights) * in_logits
    if not _is_zero(in_targets):
        of_values += _target_derivative(call, targets, logits, weights) * in_targets
        of_gradient += _mixed(call, targets, logits, weights) * in_targets
    return (values, gradient), (of_values, of_gradient)


def _target_derivative_rule(call: _Call, primals: Any, tangents: Any) -> Any:
    in_logits = tangents[1]
    derivative = _target_derivative(call, *primals)
    # The loss is affine in the target.
    if _is_zero(in_logits):
        return derivative, jnp.zeros_like(derivative)
    return derivative, _mixed(call, *primals) * in_logits


def _mixed(call: _Call, targets: Any, logits: Any, weights: Any) -> Any:
    """The derivative in target and logit: a difference, as the gradient is affine in targets."""
    at_one = _callback(call, GRADIENT, jnp.ones_like(targets), logits, weights)
    return at_one - _callback(call, GRADIENT, jnp.zeros_like(targets), logits, weights)


def _is_zero(tangent: Any) -> bool:
    return isinstance(tangent, jax.custom_derivatives.SymbolicZero)


_loss_with_gradient.defjvp(_loss_with_gradient_rule, symbolic_zeros=True)
_target_derivative.defjvp(_target_derivative_rule, symbolic_zeros=True)
