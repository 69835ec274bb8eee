# SPDX-License-Identifier: Apache-2.0
"""TensorFlow's weighted cross entropy with logits over NumPy arrays, accurate to the last bits.

    >>> import weighted_cross_entropy as wce
    >>> wce.loss([0.0, 1.0], [-20.0, 2.0], pos_weight=3.0).round(12)
    array([2.06100000e-09, 3.80784033e-01])

The adapters `weighted_cross_entropy.torch`, `.jax`, `.tensorflow`, `.keras` and `.boosting` are not
imported with the package.
"""

from ._class_weights import Rule, positive_weight
from ._functions import (
    gradient,
    loss,
    positive_weight_derivative,
    second_derivative,
    target_derivative,
    value_with_gradient,
    weighted_cross_entropy_with_logits,
)
from ._native import instruction_set
from ._options import Reduction

__all__ = [
    "Reduction",
    "Rule",
    "gradient",
    "instruction_set",
    "loss",
    "positive_weight",
    "positive_weight_derivative",
    "second_derivative",
    "target_derivative",
    "value_with_gradient",
    "weighted_cross_entropy_with_logits",
]
