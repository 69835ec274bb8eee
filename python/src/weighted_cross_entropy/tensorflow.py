# SPDX-License-Identifier: Apache-2.0
"""The loss for TensorFlow, with the signature of `tf.nn.weighted_cross_entropy_with_logits`.

    >>> import tensorflow as tf
    >>> from weighted_cross_entropy.tensorflow import weighted_cross_entropy_with_logits
    >>> logits = tf.constant([0.0, -20.0])
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(logits)
    ...     losses = weighted_cross_entropy_with_logits(tf.constant([1.0, 0.0]), logits, 3.0)
    >>> losses.numpy()  # tf.nn gives 0 in place of 2.061e-09
    array([2.079441...e+00, 2.0611...e-09], dtype=float32)
    >>> tape.gradient(losses, logits).numpy()  # tf.nn gives 0 in place of -1.5
    array([-1.5000000e+00,  2.0611...e-09], dtype=float32)

The library computes float32 and float64 tensors on the CPU, eagerly and in graphs, as operations
whose shapes and types TensorFlow knows; float16 and bfloat16 are computed in float32. If a tape
asks for the gradient in the logits, it is computed beside the loss, in one pass over memory. Large
tensors are divided among as many threads as TensorFlow's operations use
(`tf.config.threading.set_intra_op_parallelism_threads`).

Everywhere else the loss is the same formula in TensorFlow's operations: on other devices, with
`jit_compile=True`, for derivatives in the labels, the weights and the positive weight, and for
second derivatives. Its values are those of the library, to the precision of the type, and its
derivatives of every order are exact. TensorFlow flushes subnormal numbers to 0.

A saved model that computes the loss by the library is loaded after
`import weighted_cross_entropy.tensorflow`. Functions with `jit_compile=True` need no import.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from . import _tensorflow_operations as operations
from ._options import Reduction, options_of

__all__ = ["loss", "weighted_cross_entropy_with_logits"]

_HALF = tf.float16, tf.bfloat16


def weighted_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    pos_weight: Any = None,
    name: str | None = None,
    *,
    targets: Any = None,
) -> tf.Tensor:
    """The loss of each element, as `tf.nn.weighted_cross_entropy_with_logits` has it.

    float16 and bfloat16 are computed in float32 and rounded.

    Args:
        labels: z, usually in [0, 1], of the type and shape of the logits.
        logits: x, of a floating-point type. Infinite logits give the limits.
        pos_weight: q, broadcast to the logits. A Python number or a NumPy array must be finite and
            at least 0; the values of tensors are not checked.
        name: The name of the operation.
        targets: TensorFlow 1's name for the labels.

    Returns:
        The losses `(1 - z) softplus(x) + q z softplus(-x)`.

    Raises:
        ValueError: The shapes differ, a number is out of its range, or both labels and targets are
            given.
        TypeError, tf.errors.InvalidArgumentError: The types differ, in a graph and eagerly.
    """
    if targets is not None:
        if labels is not None:
            raise ValueError("Cannot specify both 'labels' and 'targets'")
        labels = targets
    if pos_weight is None:
        raise TypeError("weighted_cross_entropy_with_logits needs a pos_weight")
    return _loss(labels, logits, pos_weight, None, "none", 0.0, name)


def loss(
    targets: Any,
    logits: Any,
    pos_weight: Any = 1.0,
    *,
    weights: Any = None,
    reduction: Reduction = "none",
    label_smoothing: float = 0.0,
    name: str | None = None,
) -> tf.Tensor:
    """The loss of each element, or its sum or mean, as `weighted_cross_entropy.loss` has it.

    The first three arguments and the errors are those of `weighted_cross_entropy_with_logits`.

    Args:
        targets: z.
        logits: x.
        pos_weight: q, broadcast to the logits.
        weights: w, broadcast to the logits, or None. A weight of 0 masks an element, even a NaN.
        reduction: "none", "sum", "mean" or "weighted_mean", which divides by the sum of the
            weights. The mean of no elements is NaN.
        label_smoothing: s in [0, 1], a Python number: a target z counts as z (1 - s) + s / 2.
        name: The name of the operation.
    """
    return _loss(targets, logits, pos_weight, weights, reduction, label_smoothing, name)


@tf.autograph.experimental.do_not_convert
def _loss(
    labels: Any, logits: Any, pos_weight: Any, weights: Any, reduction: str, smoothing: float,
    name: str | None,
) -> tf.Tensor:  # fmt: skip
    is_known = not any(map(tf.is_tensor, tf.nest.flatten(pos_weight)))
    known = np.asarray(pos_weight if is_known else 1, np.float64)
    options = options_of(reduction, None, smoothing, None, None)
    options.check(known.ravel() if known.ndim else float(known))
    with tf.name_scope(name or "logistic_loss") as scope:
        x = tf.convert_to_tensor(logits, name="logits")
        z = tf.convert_to_tensor(labels, name="labels")
        if not z.shape.is_compatible_with(x.shape):
            raise ValueError(
                "`logits` and `labels` must have the same shape, "
                f"received ({x.shape} vs {z.shape})."
            )
        # NumPy's arrays and Python numbers take the type of the labels, as in `tf.nn`.
        q, w = (
            t if t is None or tf.is_tensor(t) else tf.convert_to_tensor(t, z.dtype)
            for t in (pos_weight, weights)
        )
        is_half = x.dtype in _HALF and all(t is None or t.dtype == x.dtype for t in (z, q, w))
        dtype = x.dtype
        if is_half:
            z, x, q, w = (None if t is None else tf.cast(t, tf.float32) for t in (z, x, q, w))
        if smoothing:
            z = z * (1 - smoothing) + smoothing / 2
        code = operations.CODES.get(reduction, operations.CODES["sum"])
        # The last operation has the name of the scope.
        is_last = not is_half and reduction != "weighted_mean"
        result = operations.compute(z, x, q, w, code, scope if is_last else None)
        if result is not None and is_last:
            return result
        if result is None:
            result = operations.formula(z, x, q, w, code)
        if reduction == "weighted_mean":
            result /= tf.reduce_sum(tf.ones_like(x) if w is None else tf.zeros_like(x) + w)
        return tf.cast(result, dtype, scope) if is_half else tf.identity(result, scope)
