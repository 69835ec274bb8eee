#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the bindings for JAX, PyTorch and TensorFlow against the loss of each framework.

    pip install ./python && pip install -r python/frameworks.txt
    python3 Benchmarks/peers/compare_bindings.py [--sizes 1 1024 ...] [--rounds 21] [--json FILE]

A binding is compared with its framework's own route of the same kind: compiled with compiled,
eager with eager. In the rows of XLA only TensorFlow's own loss is compiled by it, since ours is an
operation of the graph. Everything runs in float32 on one thread, pinned to one processor. The times
are those of the processor, which other programs disturb little. Every contender runs once a round.
The table gives medians over the rounds, and the binding's time in those of the framework's own.

The floor is the time of an operation on the same route that computes nothing: it takes the logits
and returns them or one of them. No binding can be faster.
"""

import argparse
import json
import os
import statistics
import sys
import time
from functools import partial
from pathlib import Path

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402

Q = 3.0
SECONDS_A_ROUND = 0.01
WHO = "own", "ours", "floor"


def medians(calls, rounds):
    """Microseconds of each call."""
    times = {name: [] for name in calls}
    repetitions = {}
    for name, call in calls.items():
        call(), call()
        start = time.process_time()
        call()
        repetitions[name] = max(1, int(SECONDS_A_ROUND / (time.process_time() - start)))
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.process_time()
            for _ in range(repetitions[name]):
                call()
            times[name].append((time.process_time() - start) / repetitions[name] * 1e6)
    return {name: statistics.median(samples) for name, samples in times.items()}


def of_jax(x, z):
    """The mean of the losses, and the mean with its gradient, under jit."""
    import jax
    import jax.numpy as jnp

    import weighted_cross_entropy.jax as binding

    x, z = jnp.asarray(x), jnp.asarray(z)

    def own(x):
        return jnp.mean((1 - z) * jax.nn.softplus(x) + Q * z * jax.nn.softplus(-x))

    def ours(x):
        return binding.loss(z, x, Q, reduction="mean")

    def floor(x):
        return x[0]

    for row, transform in (("mean", lambda f: f), ("value and gradient", jax.value_and_grad)):
        calls = [jax.jit(transform(f)) for f in (own, ours, floor)]
        yield f"JAX jit, {row}", *(lambda f=f: jax.block_until_ready(f(x)) for f in calls)


def of_torch(x, z):
    """The mean of the losses, and a training step of it, eager and compiled."""
    import torch

    import weighted_cross_entropy.torch as binding

    torch.set_num_threads(1)
    torch._dynamo.reset()
    x, z, q = torch.from_numpy(x), torch.from_numpy(z), torch.tensor(Q)
    leaf = x.clone().requires_grad_()

    def step(function):
        def run():
            leaf.grad = None
            function(leaf, z, pos_weight=q).backward()
        return run

    own = torch.nn.functional.binary_cross_entropy_with_logits
    ours = binding.binary_cross_entropy_with_logits
    floor = lambda x, z, pos_weight: x[0]
    for kind in ("eager", "compiled"):
        if kind == "compiled":
            own, ours, floor = (
                torch.compile(
                    lambda x, z, pos_weight, f=f: f(x, z, pos_weight=pos_weight), fullgraph=True,
                    dynamic=False)
                for f in (own, ours, floor))
        yield f"PyTorch {kind}, forward", *(
            lambda f=f: f(x, z, pos_weight=q) for f in (own, ours, floor))
        yield f"PyTorch {kind}, with backward", *map(step, (own, ours, floor))


def of_tensorflow(x, z):
    """The losses, and the mean with its gradient, eager and in graphs; graphs also against XLA."""
    import tensorflow as tf

    import weighted_cross_entropy.tensorflow as binding

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    x, z = tf.constant(x), tf.constant(z)

    def own(x):
        return tf.nn.weighted_cross_entropy_with_logits(z, x, Q)

    def ours(x):
        return binding.weighted_cross_entropy_with_logits(z, x, Q)

    def step(mean):
        def run(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = mean(x)
            return value, tape.gradient(value, x)
        return run

    own_step = step(lambda x: tf.reduce_mean(own(x)))
    our_step = step(lambda x: binding.loss(z, x, Q, reduction="mean"))
    graph = partial(tf.function, autograph=False)
    one = tf.constant(1.0)
    rows = {
        "loss": (own, ours, tf.identity),
        "value and gradient": (own_step, our_step, lambda x: (tf.identity(one), tf.identity(x)))}
    for row, (first, *others) in rows.items():
        calls = {
            "eager": (first, *others), "graph": (graph(first), *map(graph, others)),
            "XLA": (graph(first, jit_compile=True), *map(graph, others))}
        for kind, functions in calls.items():
            yield f"TensorFlow {kind}, {row}", *(lambda f=f: f(x) for f in functions)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1, 1024, 16384, 262_144, 1 << 22])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", help="write the medians here")
    arguments = parser.parse_args()
    rows = {}
    for size in arguments.sizes:
        random = np.random.default_rng(7)
        x = random.uniform(-8, 8, size).astype(np.float32)
        z = (random.random(size) < 0.5).astype(np.float32)
        for contenders in (of_jax, of_torch, of_tensorflow):
            try:
                pairs = {name: calls for name, *calls in contenders(x, z)}
            except ImportError as error:
                print(f"left out: {error}", file=sys.stderr)
                continue
            times = medians(
                {(name, who): call for name, calls in pairs.items()
                    for who, call in zip(WHO, calls, strict=True)},
                arguments.rounds)
            for name in pairs:
                rows.setdefault(name, {})[size] = [times[name, who] for who in WHO]
    title = "own, ours, floor in µs; ours/own"
    print(f"{title:<36}" + "".join(f"{size:>33,}" for size in arguments.sizes))
    for name, cells in rows.items():
        print(f"{name:<36}" + "".join(
            f"{own:>9.1f}{ours:>9.1f}{floor:>9.1f}{ours / own:>6.2f}"
            for own, ours, floor in cells.values()))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
