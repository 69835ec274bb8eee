# SPDX-License-Identifier: Apache-2.0
"""The definitions in extended precision, and the distance from them."""

import re

import numpy as np
import pytest

WIDE = np.longdouble
QUANTITIES = (
    "loss", "gradient", "second_derivative", "target_derivative", "positive_weight_derivative",
)  # fmt: skip


def arrays(dtype, count=1000, seed=1):
    """Seeded targets in [0, 1) and logits."""
    random = np.random.default_rng(seed)
    return random.random(count).astype(dtype), random.normal(0, 8, count).astype(dtype)


def raises(error, message):
    """Expects an error with a text, all of it; JAX adds a note in a line of its own."""
    return pytest.raises(error, match=rf"\A{re.escape(message)}(\n|\Z)")


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigma(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def times(coefficient, value):
    """A product in which nothing times infinity is nothing."""
    return np.where(coefficient == 0, 0, coefficient * value)


def exact(
        quantity, targets, logits, pos_weight=1.0, *, weights=1, label_smoothing=0.0,
        denominator=1):
    """A quantity of each element, from exact arguments; `pos_weight` is broadcast."""
    z, x, q, w = (np.asarray(a, WIDE) for a in (targets, logits, pos_weight, weights))
    s = WIDE(label_smoothing)
    z = z * (1 - s) + s / 2
    with np.errstate(all="ignore"):
        if quantity == "loss":
            value = times(1 - z, softplus(x)) + times(q * z, softplus(-x))
        elif quantity == "gradient":
            value = times(1 - z, sigma(x)) - times(q * z, sigma(-x))
        elif quantity == "second_derivative":
            value = (1 - z + q * z) * sigma(x) * sigma(-x)
        elif quantity == "target_derivative":
            value = times(1 - s, times(q, softplus(-x)) - softplus(x))
        else:
            value = times(z, softplus(-x))
        return np.where(w == 0, 0, w * value) / denominator


def assert_close(actual, expected, dtype, scale=0.0):
    """Within a few units in the last place; `scale` is the size of terms that may cancel."""
    actual, expected = np.asarray(actual, WIDE), np.asarray(expected, WIDE)
    info = np.finfo(dtype)
    finite = np.isfinite(expected) & (np.abs(expected) <= info.max)
    tolerance = 16 * info.eps * (np.where(finite, np.abs(expected), 0) + scale) + 4 * WIDE(
        info.smallest_subnormal)
    assert np.array_equal(
        actual[~finite].astype(dtype), expected[~finite].astype(dtype), equal_nan=True)
    difference = np.abs(actual[finite] - expected[finite])
    assert np.all(difference <= tolerance[finite]), (actual[finite], expected[finite])


def dtype_of(name):
    return pytest.importorskip("ml_dtypes").bfloat16 if name == "bfloat16" else np.dtype(name)


def same(a, b):
    return np.array_equal(np.asarray(a, np.float64), np.asarray(b, np.float64), equal_nan=True)
