# SPDX-License-Identifier: Apache-2.0
"""The loss for Keras 3, on its TensorFlow, JAX and PyTorch back ends.

    >>> import numpy as np
    >>> from weighted_cross_entropy.keras import WeightedBinaryCrossentropy
    >>> loss = WeightedBinaryCrossentropy(pos_weight=3.0)
    >>> float(loss(np.float32([[1], [0]]), np.float32([[0], [-20]])))  # log(8) / 2
    1.0397...

The loss is that of `weighted_cross_entropy.jax`, `weighted_cross_entropy.torch` or
`weighted_cross_entropy.tensorflow`, which call the library where they can, as in `model.fit`. On
TensorFlow they cannot in models that XLA compiles (`jit_compile=True`).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from ._options import options_of

__all__ = ["WeightedBinaryCrossentropy"]


@keras.saving.register_keras_serializable(package="weighted_cross_entropy")
class WeightedBinaryCrossentropy(keras.losses.Loss):
    """`keras.losses.BinaryCrossentropy` with a positive weight, of logits by default.

    Sample weights, masks, types and the axis of the mean are as in that loss.

    Args:
        pos_weight: q, finite and at least 0: a number, or an array that is broadcast to the
            predictions, as one weight for each class along the last axis.
        from_logits: Whether the predictions are logits. If False they are probabilities, which
            Keras's own loss clips to [epsilon, 1 - epsilon], and so does this one. Logits are more
            accurate and are computed by the library.
        label_smoothing: s in [0, 1]: a label z counts as z (1 - s) + s / 2.
        axis: The axis, or the axes, of the mean for each sample.
        reduction: "sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none" or None.
        name: The name of the loss.
        dtype: The type of the computation; None is Keras's `floatx`.

    Raises:
        ValueError: A number or the reduction is out of its range; when called, the shapes differ.
    """

    def __init__(
        self,
        pos_weight: Any = 1.0,
        from_logits: bool = True,
        label_smoothing: float = 0.0,
        axis: Any = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "weighted_binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        weight = np.asarray(pos_weight, np.float64)
        options = options_of("none", None, label_smoothing, None, name)
        options.check(float(weight) if weight.ndim == 0 else weight.ravel())
        # As the configuration has it: numbers and lists.
        self.pos_weight = weight.tolist()
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean loss of each sample along the axis."""
        z, x = _of_one_rank(y_true, y_pred)
        lengths = zip(z.shape, x.shape, strict=False)
        if len(z.shape) != len(x.shape) or any(
            None not in pair and pair[0] != pair[1] for pair in lengths
        ):
            raise ValueError(
                "y_true and y_pred must have the same shape, received "
                f"{tuple(z.shape)} and {tuple(x.shape)}"
            )
        if self.from_logits:
            losses = self._of_logits(z, x)
        else:
            epsilon = keras.backend.epsilon()
            p = keras.ops.clip(x, epsilon, 1 - epsilon)
            z = z * (1 - self.label_smoothing) + self.label_smoothing / 2
            q = keras.ops.convert_to_tensor(self.pos_weight, p.dtype)
            losses = -(q * z * keras.ops.log(p) + (1 - z) * keras.ops.log(1 - p))
        return keras.ops.mean(losses, axis=self.axis)

    def _of_logits(self, z: Any, x: Any) -> Any:
        backend = keras.backend.backend()
        smoothing = self.label_smoothing
        if backend == "torch":
            from .torch import binary_cross_entropy_with_logits

            q = self.pos_weight
            q = q if isinstance(q, float) else keras.ops.convert_to_tensor(q, x.dtype)
            return binary_cross_entropy_with_logits(
                x, z, reduction="none", pos_weight=q, label_smoothing=smoothing
            )
        q = np.asarray(self.pos_weight)
        if backend == "jax":
            from .jax import loss

            return loss(z, x, q.astype(x.dtype), label_smoothing=smoothing)
        if backend == "tensorflow":
            from .tensorflow import loss as operations

            return operations(z, x, q, label_smoothing=smoothing)
        from . import weighted_cross_entropy_with_logits as functions

        z = z * (1 - smoothing) + smoothing / 2
        return keras.ops.convert_to_tensor(functions(np.asarray(z), np.asarray(x), q), x.dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        names = "pos_weight", "from_logits", "label_smoothing", "axis"
        config = super().get_config() | {name: getattr(self, name) for name in names}
        return config | {"dtype": self.dtype}


def _of_one_rank(z: Any, x: Any) -> tuple[Any, Any]:
    """Labels and predictions of one rank, where Keras's own losses make it one.

    A last axis of length 1 is removed or, beside an array of one axis, added.
    """
    short, long = sorted((z, x), key=lambda a: len(a.shape))
    rank = len(short.shape)
    if rank + 1 == len(long.shape) and long.shape[-1] == 1:
        change = keras.ops.expand_dims if rank == 1 else keras.ops.squeeze
        changed = change(short if rank == 1 else long, -1)
        return (changed, x) if (z is short) == (rank == 1) else (z, changed)
    return z, x
