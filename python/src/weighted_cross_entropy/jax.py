# SPDX-License-Identifier: Apache-2.0
"""The loss for JAX, through a callback into the library.

    >>> import jax, jax.numpy as jnp
    >>> import weighted_cross_entropy.jax as wce
    >>> labels, logits = jnp.array([1.0, 0.5, 0.0]), jnp.array([1.5, -0.1, -10.0])
    >>> mean = lambda x: wce.loss(labels, x, pos_weight=1.5).mean()
    >>> jax.grad(mean)(logits)[:2].round(6)
    Array([-0.091213, -0.052075], dtype=float32)

What it costs: `jax.pure_callback` leaves the compiled program, waits for Python's interpreter, and copies arguments and results:
some 60 µs a call (JAX's own operations take 5) and a few passes over memory, and XLA cannot fuse the loss with what is around it. On small arrays, and on an
accelerator, whose memory it copies to the processor and back, JAX's own operations are faster. What it gives is the library's
accuracy, inside `jit`, `grad`, `vmap` and `hessian`. The forward pass of a gradient computes loss and derivative in one callback, in one
pass over memory; the backward pass is a product.

It is a `jax.custom_vjp`. Derivatives of the first order are those of reverse mode (`grad`, `vjp`, `jacrev`), of the second order
reverse or forward mode over it (`grad` of `grad`, `hessian`). Forward mode of the loss itself (`jvp`, `jacfwd`) is JAX's
`TypeError`, "can't apply forward-mode autodiff (jvp) to a custom_vjp function", and a third derivative its `ValueError`. A loss that
overflows is infinite without a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from . import _call
from ._positive_weight import positive_weight

__all__ = ["loss"]


def loss(
    labels: jax.typing.ArrayLike,
    logits: jax.typing.ArrayLike,
    pos_weight: Any = 1.0,
    *,
    weights: jax.typing.ArrayLike | None = None,
    axis: int | None = None,
    label_smoothing: float = 0.0,
    threads: int | None = None,
) -> jax.Array:
    """The loss of each element: `w ((1 - z) softplus(x) + q z softplus(-x))`, as `weighted_cross_entropy.loss` computes it.

    Args:
        labels: z, of the shape of `logits`.
        logits: x, float32 or float64 (JAX's default, or with `jax_enable_x64`).
        pos_weight: q, finite and at least 0: a number, or NumPy array with one for each class along `axis`; not traced.
        weights: w, of the shape of `logits`, or None; a constant for differentiation.
        axis: The class axis, which an array of positive weights needs.
        label_smoothing: s in [0, 1]; a Python number.
        threads: The most threads to use; None is as many as there are processors.

    Returns:
        An array of the shape and type of `logits`. It has derivatives of two orders in `logits` and `labels`, the first in reverse
        mode.

    Raises:
        ValueError: The shapes differ, or a number is out of its range.
        TypeError: The logits are not float32 or float64, or `pos_weight` is traced.
    """
    x = jnp.asarray(logits)
    if x.dtype not in (jnp.float32, jnp.float64):
        raise TypeError(f"logits must be float32 or float64, received {x.dtype}")
    z = jnp.asarray(labels, x.dtype)
    w = None if weights is None else jnp.asarray(weights, x.dtype)
    for name, array in (("labels", z), ("weights", w)):
        if array is not None and array.shape != x.shape:
            raise ValueError(f"logits and {name} must have the same shape, received {x.shape} and {array.shape}")
    if isinstance(pos_weight, jax.core.Tracer):
        raise TypeError("pos_weight must be a number or a NumPy array, not traced")
    options = _options(np.asarray(pos_weight), axis, label_smoothing, threads, x.shape, x.dtype)
    result: jax.Array = _loss(options, z, x, w if w is None else jax.lax.stop_gradient(w))
    return result


class _Options(NamedTuple):
    """What does not change from call to call, hashable as a compiled program's key is."""

    pos_weight: float | tuple[float, ...]
    axis: int | None
    label_smoothing: float
    threads: int | None


@dataclass(frozen=True)
class _Operation:
    """What a callback computes. Two that are equal are one to JAX, which then compiles the callback once outside `jit` too."""

    code: int
    options: _Options

    def __call__(self, labels: Any, logits: Any, weights: Any) -> Any:
        options = self.options
        values, gradient = _call.call(
            self.code, np.asarray(labels), np.asarray(logits), options.pos_weight,
            None if weights is None else np.asarray(weights), options.axis, options.label_smoothing, "none",
            options.threads, None,
        )  # fmt: skip
        return values if gradient is None else (values, gradient)


def _options(
    pos_weight: Any, axis: int | None, label_smoothing: float, threads: int | None, shape: tuple[int, ...], dtype: Any
) -> _Options:
    """The options, checked before anything is traced: an error in a callback would lose its type."""
    positive_weight(pos_weight, axis, shape, dtype, _call.DEFAULT_NAME)
    # Counted from the end, as vmap puts its axes at the front.
    from_end = axis - len(shape) if axis is not None and axis >= 0 else axis
    options = _Options(
        tuple(pos_weight.tolist()) if pos_weight.ndim else float(pos_weight), from_end, label_smoothing, threads
    )
    # The ranges of the numbers, by a call on one element of each class.
    row = np.zeros(pos_weight.size, dtype)
    _Operation(_call.LOSS, options._replace(axis=-1 if pos_weight.ndim else None))(row, row, None)
    return options


def _callback(options: _Options, operation: int, labels: Any, logits: Any, weights: Any) -> Any:
    """The result of an operation, as a value of a JAX program; a tuple where it has a gradient beside it."""
    array = jax.ShapeDtypeStruct(logits.shape, logits.dtype)
    results = (array, array) if operation == _call.LOSS_WITH_GRADIENT else array
    return jax.pure_callback(
        _Operation(operation, options), results, labels, logits, weights, vmap_method="broadcast_all"
    )


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _loss(options: _Options, labels: Any, logits: Any, weights: Any) -> Any:
    return _callback(options, _call.LOSS, labels, logits, weights)


def _forward(options: _Options, labels: Any, logits: Any, weights: Any) -> tuple[Any, Any]:
    """The loss, and what the backward pass multiplies by: each derivative that is asked for, else None."""
    inputs = labels.value, logits.value, None if weights is None else weights.value
    in_labels = _label_gradient(options, *inputs) if labels.perturbed else None
    if not logits.perturbed:
        return _callback(options, _call.LOSS, *inputs), (in_labels, None)
    values, in_logits = _loss_with_gradient(options, *inputs)
    return values, (in_labels, in_logits)


def _backward(options: _Options, derivatives: Any, upstream: Any) -> tuple[Any, Any, None]:
    in_labels, in_logits = (None if derivative is None else upstream * derivative for derivative in derivatives)
    return in_labels, in_logits, None


_loss.defvjp(_forward, _backward, symbolic_zeros=True)


# What the rules above compute has rules of forward mode, linear in the tangents, so that JAX differentiates the gradient in either
# mode: `hessian` is forward over reverse, `grad` of `grad` reverse over reverse.


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _loss_with_gradient(options: _Options, labels: Any, logits: Any, weights: Any) -> Any:
    return _callback(options, _call.LOSS_WITH_GRADIENT, labels, logits, weights)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _label_gradient(options: _Options, labels: Any, logits: Any, weights: Any) -> Any:
    return _callback(options, _call.LABEL_GRADIENT, labels, logits, weights)


def _loss_with_gradient_rule(options: _Options, primals: Any, tangents: Any) -> Any:
    labels, logits, weights = primals
    in_labels, in_logits, _ = tangents
    values, gradient = _loss_with_gradient(options, labels, logits, weights)
    of_values, of_gradient = jnp.zeros_like(values), jnp.zeros_like(values)
    if not _is_zero(in_logits):
        of_values += gradient * in_logits
        of_gradient += _callback(options, _call.HESSIAN, labels, logits, weights) * in_logits
    if not _is_zero(in_labels):
        of_values += _label_gradient(options, labels, logits, weights) * in_labels
        of_gradient += _mixed(options, labels, logits, weights) * in_labels
    return (values, gradient), (of_values, of_gradient)


def _label_gradient_rule(options: _Options, primals: Any, tangents: Any) -> Any:
    in_logits = tangents[1]
    derivative = _label_gradient(options, *primals)
    # The loss is affine in the label.
    return derivative, jnp.zeros_like(derivative) if _is_zero(in_logits) else _mixed(options, *primals) * in_logits


def _mixed(options: _Options, labels: Any, logits: Any, weights: Any) -> Any:
    """The derivative in label and logit: as the gradient is affine in the label, its difference between label 1 and label 0."""
    at_one = _callback(options, _call.GRADIENT, jnp.ones_like(labels), logits, weights)
    return at_one - _callback(options, _call.GRADIENT, jnp.zeros_like(labels), logits, weights)


def _is_zero(tangent: Any) -> bool:
    return isinstance(tangent, jax.custom_derivatives.SymbolicZero)


_loss_with_gradient.defjvp(_loss_with_gradient_rule, symbolic_zeros=True)
_label_gradient.defjvp(_label_gradient_rule, symbolic_zeros=True)
