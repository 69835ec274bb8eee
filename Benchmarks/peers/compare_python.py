#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the Python package: one element, NumPy arrays, and training through the PyTorch adapter.

    pip install ./python && pip install -r python/frameworks.txt
    swift build -c release --package-path Benchmarks --product kernels
    python3 Benchmarks/peers/compare_python.py [--elements 4194304] [--rounds 21] [--json FILE]

Everything runs on one thread, pinned to one processor. Every contender runs once a round, and the
table gives medians over the rounds. The Swift benchmark is a separate program that runs before and
after the rounds; the table gives both results. It repeats one operation on the same arrays, which
stay in the caches as far as they fit, so the loss that is compared with it is repeated alone too.
The program names each peer that is not installed and leaves it out.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402

import weighted_cross_entropy as wce  # noqa: E402

KERNELS = Path(__file__).resolve().parents[1] / ".build/release/kernels"
Q = 3.0
OURS = "this package's module"
ALONE = "loss, out=, repeated alone"


def medians(calls, rounds, repetitions=1):
    """Nanoseconds of each call."""
    times = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter_ns()
            for _ in range(repetitions):
                call()
            times[name].append((time.perf_counter_ns() - start) / repetitions)
    return {name: statistics.median(samples) for name, samples in times.items()}


def installed(name):
    try:
        return __import__(name)
    except ImportError as error:
        print(f"left out: {error}", file=sys.stderr)
        return None


def one_element(rounds):
    """Calls on one float32 element."""
    x, z, out = np.ones((3, 1), np.float32)
    calls = {
        "loss": lambda: wce.loss(z, x, Q),
        "loss, out=": lambda: wce.loss(z, x, Q, out=out),
        "loss, weights=": lambda: wce.loss(z, x, Q, weights=z),
        "TensorFlow's call": lambda: wce.weighted_cross_entropy_with_logits(z, x, Q),
        "mean with gradient": lambda: wce.value_with_gradient(z, x, Q),
    }
    # TensorFlow last: PyTorch's compiler brings an LLVM that does not load after TensorFlow's.
    if torch := installed("torch"):
        tx, tz, tq = torch.ones(1), torch.ones(1), torch.tensor(Q)
        function = torch.nn.functional.binary_cross_entropy_with_logits
        calls["PyTorch"] = lambda: function(tx, tz, pos_weight=tq, reduction="none")
    if jax := installed("jax"):
        jnp = jax.numpy
        jx = jnp.ones(1)
        formula = jax.jit(
            lambda z, x: (1 - z) * x + (1 + (Q - 1) * z)
            * (jnp.log1p(jnp.exp(-jnp.abs(x))) + jnp.maximum(-x, 0)))
        calls["JAX jit"] = lambda: formula(jx, jx).block_until_ready()
    if tf := installed("tensorflow"):
        fx = tf.ones(1)
        calls["TensorFlow"] = lambda: tf.nn.weighted_cross_entropy_with_logits(fx, fx, Q)
    return medians(calls, rounds, repetitions=1000)


def swift_benchmark(elements):
    """Nanoseconds an element of the Swift benchmark's float32 loss, fastest set, one thread."""
    if not KERNELS.exists():
        print(f"left out: {KERNELS} is not built", file=sys.stderr)
        return None
    table = subprocess.run([KERNELS, "loss"], stdout=subprocess.PIPE, text=True, check=True).stdout
    columns = re.search(r"operation +([\d ]+)\n", table).group(1).split()
    if str(elements) not in columns:
        return None
    rows = re.findall(
        rf"^ +{wce.instruction_set()} +Float +1 +loss +([\d. ]+)$", table, re.MULTILINE)
    return float(rows[0].split()[columns.index(str(elements))])


def arrays(elements):
    random = np.random.default_rng(7)
    return random.uniform(-8, 8, elements).astype(np.float32), (
        random.random(elements) < 0.5).astype(np.float32)


def numpy_arrays(elements, rounds):
    x, z = arrays(elements)
    out = np.zeros_like(x)
    calls = {
        "floor: numpy.add(x, z, out=)": lambda: np.add(x, z, out=out),
        "loss, out=": lambda: wce.loss(z, x, Q, out=out, threads=1),
        "loss": lambda: wce.loss(z, x, Q, threads=1),
        "mean": lambda: wce.loss(z, x, Q, reduction="mean", threads=1),
        "mean with gradient, out=": lambda: wce.value_with_gradient(z, x, Q, out=out, threads=1),
    }
    before = swift_benchmark(elements)
    times = medians(calls, rounds) | medians({ALONE: calls["loss, out="]}, rounds)
    result = {name: time / elements for name, time in times.items()}
    if before is not None:
        result |= {
            "Swift benchmark, before": before, "Swift benchmark, after": swift_benchmark(elements)}
    return result


def training(elements, rounds):
    """The mean and its gradient in a leaf."""
    if (torch := installed("torch")) is None:
        return {}
    import weighted_cross_entropy.torch as adapter

    torch.set_num_threads(1)
    x, z = (torch.from_numpy(a) for a in arrays(elements))
    leaf, weight = x.clone().requires_grad_(True), torch.tensor(Q)

    def both(module):
        def run():
            leaf.grad = None
            value = module(leaf, z)
            value.backward()
            return value.item(), leaf.grad

        return run

    theirs = torch.nn.BCEWithLogitsLoss(pos_weight=weight)
    calls = {
        OURS: both(adapter.BCEWithLogitsLoss(pos_weight=weight)),
        "PyTorch": both(theirs), "torch.compile": both(torch.compile(theirs)),
    }  # fmt: skip
    expected_value, expected = calls["PyTorch"]()
    for name, call in calls.items():
        value, gradient = call()
        np.testing.assert_allclose(value, expected_value, rtol=1e-4, err_msg=name)
        np.testing.assert_allclose(
            gradient, expected, rtol=1e-3, atol=1e-5 / elements, err_msg=name)
    return {name: time / elements for name, time in medians(calls, rounds).items()}


def show(title, rows, unit):
    print(f"\n{title}\n")
    for name, value in rows.items():
        print(f"  {name:<30} {value:10.3f} {unit}" if unit == "ns an element"
            else f"  {name:<30} {value / 1000:10.2f} µs")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elements", type=int, default=1 << 22)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", help="write the medians here")
    arguments = parser.parse_args()
    n, rounds = arguments.elements, arguments.rounds
    results = {
        "numpy": numpy_arrays(n, rounds),
        "torch": training(n, rounds),
        "one element": one_element(min(rounds, 9)),
    }
    show(f"NumPy float32, {n:,} elements", results["numpy"], "ns an element")
    swift = [value for name, value in results["numpy"].items() if name.startswith("Swift")]
    if swift:
        print(
            "  the loss with out=, repeated alone, takes "
            f"{results['numpy'][ALONE] / statistics.mean(swift):.3f} of the Swift benchmark's time")
    if rows := results["torch"]:
        show(f"Mean with gradient through PyTorch, float32, {n:,} elements", rows, "ns an element")
        print(f"  torch.compile takes {rows['torch.compile'] / rows[OURS]:.2f} times as long")
    show("A call on one element", results["one element"], "µs")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
