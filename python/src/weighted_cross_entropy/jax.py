"""The loss for JAX, through a callback into the library.

    >>> import jax, jax.numpy as jnp
    >>> import weighted_cross_entropy.jax as wce
    >>> labels, logits = jnp.array([1.0, 0.5, 0.0]), jnp.array([1.5, -0.1, -10.0])
    >>> mean = lambda x: wce.loss(labels, x, pos_weight=1.5).mean()
    >>> jax.grad(mean)(logits)[:2].round(6)
    Array([-0.091213, -0.052075], dtype=float32)

What it costs: `jax.pure_callback` leaves the compiled program, waits for Python's interpreter, and copies arguments and results:
some 100 µs a call and a few passes over memory, and XLA cannot fuse the loss with what is around it. On small arrays, and on an
accelerator, whose memory it copies to the processor and back, JAX's own operations are faster. What it gives is the library's
accuracy, with derivatives of the first and second order, inside `jit`, `grad`, `vmap` and `jacfwd`, and a gradient that comes
from the same pass over memory as the loss.
"""

from __future__ import annotations

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
        An array of the shape and type of `logits`. It has derivatives in `logits` (forward and reverse mode, two orders) and in
        `labels` (one order).

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

    def evaluate(self, operation: int, labels: Any, logits: Any, weights: Any) -> tuple[Any, Any]:
        """Computes an operation on the arrays of a callback."""
        return _call.call(
            operation, np.asarray(labels), np.asarray(logits), self.pos_weight,
            None if weights is None else np.asarray(weights), self.axis, self.label_smoothing, "none", self.threads, None,
        )  # fmt: skip


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
    options._replace(axis=-1 if pos_weight.ndim else None).evaluate(_call.LOSS, row, row, None)
    return options


def _callback(options: _Options, operation: int, labels: Any, logits: Any, weights: Any) -> Any:
    """The result of an operation, as a value of a JAX program; a tuple where it has a gradient beside it."""
    array = jax.ShapeDtypeStruct(logits.shape, logits.dtype)
    has_gradient = operation == _call.LOSS_WITH_GRADIENT

    def compute(*arrays: Any) -> Any:
        results = options.evaluate(operation, *arrays)
        return results if has_gradient else results[0]

    return jax.pure_callback(
        compute, (array, array) if has_gradient else array, labels, logits, weights, vmap_method="broadcast_all"
    )


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _loss(options: _Options, labels: Any, logits: Any, weights: Any) -> Any:
    return _callback(options, _call.LOSS, labels, logits, weights)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _loss_with_gradient(options: _Options, labels: Any, logits: Any, weights: Any) -> Any:
    return _callback(options, _call.LOSS_WITH_GRADIENT, labels, logits, weights)


# Rules of forward mode, which are linear in the tangents: JAX transposes them for reverse mode, so that `grad`, `jacfwd` and
# `hessian` all work; with `custom_vjp`, forward mode would be an error.


def _loss_rule(options: _Options, primals: Any, tangents: Any) -> Any:
    labels, logits, weights = primals
    in_labels, in_logits, _ = tangents
    values, gradient = _loss_with_gradient(options, labels, logits, weights)
    tangent = jnp.zeros_like(values)
    if not _is_zero(in_logits):
        tangent += gradient * in_logits
    if not _is_zero(in_labels):
        tangent += _callback(options, _call.LABEL_GRADIENT, labels, logits, weights) * in_labels
    return values, tangent


def _loss_with_gradient_rule(options: _Options, primals: Any, tangents: Any) -> Any:
    labels, logits, weights = primals
    in_labels, in_logits, _ = tangents
    values, gradient = _loss_with_gradient(options, labels, logits, weights)
    of_values, of_gradient = jnp.zeros_like(values), jnp.zeros_like(values)
    if not _is_zero(in_logits):
        of_values += gradient * in_logits
        of_gradient += _callback(options, _call.HESSIAN, labels, logits, weights) * in_logits
    if not _is_zero(in_labels):
        of_values += _callback(options, _call.LABEL_GRADIENT, labels, logits, weights) * in_labels
        # The gradient is affine in the label: its derivative there is the difference between label 1 and label 0.
        at_one = _callback(options, _call.GRADIENT, jnp.ones_like(labels), logits, weights)
        of_gradient += (at_one - _callback(options, _call.GRADIENT, jnp.zeros_like(labels), logits, weights)) * in_labels
    return (values, gradient), (of_values, of_gradient)


def _is_zero(tangent: Any) -> bool:
    return isinstance(tangent, jax.custom_derivatives.SymbolicZero)


_loss.defjvp(_loss_rule, symbolic_zeros=True)
_loss_with_gradient.defjvp(_loss_with_gradient_rule, symbolic_zeros=True)
