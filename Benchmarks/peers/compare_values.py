#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the peers' results where the published form of the loss fails: a table in Markdown.

    pip install -r python/frameworks.txt "mlx[cpu]==0.32.4"
    python3 Benchmarks/peers/compare_values.py

The computation is in float32 on the processor. The table includes the exact values. A peer that is
not installed is left out. Optax and MLX have no positive weight, so their cells are empty unless
q = 1.
"""
import math
import os

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

INF = math.inf
# quantity, x, z, q
CASES = [
    ("loss", -12, 0, 1), ("loss", -20, 0, 1), ("loss", -100, 0, 1), ("loss", 0, 1, 1e-8),
    ("loss", 20, 1, 1),
    ("loss", INF, 1, 1), ("loss", -INF, 0, 1), ("loss", -INF, 1, 1),
    ("gradient", 0, 1, 1), ("gradient", 0, 1, 3), ("gradient", 0, 0, 3), ("gradient", 12, 1, 1),
    ("gradient", 20, 1, 3),
    ("gradient", -20, 0, 1), ("gradient", -90, 0, 1),
]


def exact(quantity, x, z, q):
    """In double precision, by the form that does not cancel; infinite logits by their limits."""
    if math.isinf(x):
        return 0.0 if (x > 0) == (z == 1) else INF
    t = math.exp(-abs(x))
    if quantity == "loss":
        return (1 - z) * (max(x, 0) + math.log1p(t)) + q * z * (max(-x, 0) + math.log1p(t))
    big, small = 1 / (1 + t), t / (1 + t)
    return (1 - z) * (big if x >= 0 else small) - q * z * (small if x >= 0 else big)


def tensorflow():
    import tensorflow as tf

    def run(x, z, q):
        logit = tf.constant([x], tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(logit)
            loss = tf.nn.weighted_cross_entropy_with_logits(
                tf.constant([z], tf.float32), logit, np.float32(q))
        return float(loss[0]), float(tape.gradient(loss, logit)[0])

    return f"TensorFlow {tf.__version__}", run


def pytorch():
    import torch

    def run(x, z, q):
        logit = torch.tensor([x], dtype=torch.float32, requires_grad=True)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            logit, torch.tensor([z], dtype=torch.float32),
            pos_weight=torch.tensor(q, dtype=torch.float32), reduction="sum")
        loss.backward()
        return loss.item(), logit.grad.item()

    return f"PyTorch {torch.__version__.split('+')[0]}", run


def optax():
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_platforms", "cpu")

    def run(x, z, q):
        if q != 1:
            return None
        loss = lambda logit: optax.losses.sigmoid_binary_cross_entropy(logit, jnp.float32(z))
        value, slope = jax.value_and_grad(loss)(jnp.float32(x))
        return float(value), float(slope)

    return f"Optax {optax.__version__}", run


def mlx():
    import mlx.core as mx
    import mlx.nn as nn

    mx.set_default_device(mx.cpu)

    def run(x, z, q):
        if q != 1:
            return None
        target = mx.array([z], dtype=mx.float32)
        loss = lambda logit: nn.losses.binary_cross_entropy(logit, target, reduction="sum")
        value, slope = mx.value_and_grad(loss)(mx.array([x], dtype=mx.float32))
        return value.item(), slope.item()

    return f"MLX {mx.__version__}", run


def show(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.8g}".replace("e-0", "e-")


def main():
    peers = []
    for peer in (tensorflow, pytorch, optax, mlx):
        try:
            peers.append(peer())
        except ImportError as error:
            print(f"left out: {error}")
    print("| | x | z | q | exact | " + " | ".join(name for name, _ in peers) + " |")
    print("|" + "---|" * (5 + len(peers)))
    for quantity, x, z, q in CASES:
        cells = [quantity, show(x), show(z), show(q), show(exact(quantity, x, z, q))]
        for _, run in peers:
            result = run(x, z, q)
            cells.append("" if result is None else show(result[0 if quantity == "loss" else 1]))
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
