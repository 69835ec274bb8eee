#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the loss against TensorFlow, PyTorch and JAX in one run, on the same arrays, interleaved.

    swift build -c release --product weighted_cross_entropy
    swift build -c release --package-path Benchmarks --product kernels
    pip install -r Benchmarks/peers/requirements.txt
    python3 Benchmarks/peers/compare.py [--elements 4194304] [--rounds 21]
        [--instruction-set avx2] [--json FILE]

Every contender runs once a round, so that disturbances affect all alike. The table gives medians
over the rounds. A run on one thread is pinned to one processor. The floor is
`numpy.add(x, z, out=y)`, which reads and writes the same bytes and computes almost nothing. With
`--instruction-set avx2` no contender uses AVX-512. Results are compared with a float64 reference
before the timing. The program names each peer that is not installed and leaves it out. For one
element, a call from Python to C costs more than the work, so the `kernels` program times the call
in Swift, before and after the peers. Run the program on an idle machine, after
`sync; echo 3 > /proc/sys/vm/drop_caches` (see Benchmarks/NOTES.md).
"""
import argparse
import ctypes
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KERNELS = ROOT / "Benchmarks/.build/release/kernels"
Q = 3.0
REDUCTION_MEAN = 2


class Options(ctypes.Structure):
    """wce_options of weighted_cross_entropy.h."""

    _fields_ = [
        ("struct_size", ctypes.c_int64), ("positive_weight", ctypes.c_double),
        ("label_smoothing", ctypes.c_double),
        ("class_weights", ctypes.c_void_p), ("class_count", ctypes.c_int64),
        ("axis", ctypes.c_int64),
        ("shape", ctypes.c_void_p), ("rank", ctypes.c_int64), ("threads", ctypes.c_int64),
        ("name", ctypes.c_char_p),
    ]


class Library:
    """The C library with one instruction set: a copy of the file, which chooses the set once."""

    def __init__(self, path, instruction_set, folder, threads):
        copy = Path(folder) / f"libwce-{instruction_set}.so"
        shutil.copy(path, copy)
        os.environ["WCE_INSTRUCTION_SET"] = instruction_set
        self.library = ctypes.CDLL(str(copy))
        self.library.wce_instruction_set.restype = ctypes.c_char_p
        chosen = self.library.wce_instruction_set()
        self.is_available = chosen is not None and chosen.decode() == instruction_set
        del os.environ["WCE_INSTRUCTION_SET"]
        self.options = Options(ctypes.sizeof(Options), Q, 0, None, 0, -1, None, 0, threads, None)

    def calls(self, x, z, y):
        """One call without arguments for each quantity."""
        suffix = {4: "f32", 8: "f64"}[x.itemsize]
        scalar = {4: ctypes.c_float, 8: ctypes.c_double}[x.itemsize]
        value = scalar()
        count = ctypes.c_int64(x.size)
        px, pz, py = (ctypes.c_void_p(a.ctypes.data) for a in (x, z, y))
        options, out = ctypes.byref(self.options), ctypes.byref(value)
        zero, mean = ctypes.c_int64(0), ctypes.c_int(REDUCTION_MEAN)
        loss = getattr(self.library, f"wce_loss_{suffix}")
        value_of = getattr(self.library, f"wce_value_{suffix}")
        both = getattr(self.library, f"wce_value_with_gradient_{suffix}")

        def check(status):
            assert status == 0, status

        def run_loss():
            check(loss(count, px, pz, None, options, py, None, zero))
            return y

        def run_mean():
            check(value_of(count, px, pz, None, mean, options, out, None, zero))
            return value.value

        def run_both():
            check(both(count, px, pz, None, mean, options, out, py, None, zero))
            return value.value, y

        return {"loss": run_loss, "mean": run_mean, "mean+gradient": run_both}


# How each peer is told to go no further than AVX2.
AVX2_ONLY = {
    "ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2", "WCE_COMPARE_SIMD_BITS": "256",
}


def torch_calls(x, z, threads):
    import torch

    if bits := os.environ.get("WCE_COMPARE_SIMD_BITS"):
        import torch._inductor.config

        torch._inductor.config.cpp.simdlen = int(bits)

    torch.set_num_threads(threads)
    tx, tz = torch.from_numpy(x), torch.from_numpy(z)
    weight = torch.tensor(Q, dtype=tx.dtype)
    f = torch.nn.functional.binary_cross_entropy_with_logits

    def both_of(mean):
        leaf = tx.clone().requires_grad_(True)

        def run():
            leaf.grad = None
            value = mean(leaf, tz)
            value.backward()
            return value.item(), leaf.grad.numpy()

        return run

    def contender(loss, mean):
        def run_loss():
            with torch.no_grad():
                return loss(tx, tz).numpy()

        def run_mean():
            with torch.no_grad():
                return mean(tx, tz).item()

        return {"loss": run_loss, "mean": run_mean, "mean+gradient": both_of(mean)}

    loss = lambda a, b: f(a, b, pos_weight=weight, reduction="none")
    mean = lambda a, b: f(a, b, pos_weight=weight)
    yield f"PyTorch {torch.__version__.split('+')[0]}", contender(loss, mean)
    compiled = contender(torch.compile(loss), torch.compile(mean))
    # Compiled here, before TensorFlow is loaded, and for the shape that is timed.
    for call in compiled.values():
        call()
    yield "torch.compile", compiled


def tensorflow_calls(x, z, threads):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tx, tz = tf.constant(x), tf.constant(z)
    loss = lambda: tf.nn.weighted_cross_entropy_with_logits(tz, tx, Q)
    mean = lambda: tf.reduce_mean(loss())

    def both():
        with tf.GradientTape() as tape:
            tape.watch(tx)
            value = mean()
        return value, tape.gradient(value, tx)

    for name, wrap in (
        (f"TF {tf.__version__}", lambda g: g), ("TF graph", tf.function),
        ("TF XLA", lambda g: tf.function(g, jit_compile=True)),
    ):

        run_mean, wrapped = wrap(mean), wrap(both)

        def run_both(both=wrapped):
            value, gradient = both()
            return float(value), gradient

        # Not `.numpy()`, which would copy the result.
        yield name, {
            "loss": wrap(loss),
            "mean": lambda mean=run_mean: float(mean()),
            "mean+gradient": run_both,
        }


def jax_calls(x, z, threads):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_platforms", "cpu")
    if x.itemsize == 8:
        jax.config.update("jax_enable_x64", True)
    jx, jz = jnp.asarray(x), jnp.asarray(z)

    # The stable form, as Optax writes it, with the positive weight.
    def loss(a, b):
        return (1 - b) * a + (1 + (Q - 1) * b) * (
            jnp.log1p(jnp.exp(-jnp.abs(a))) + jnp.maximum(-a, 0))

    compiled = jax.jit(loss)
    mean = jax.jit(lambda a, b: loss(a, b).mean())
    both = jax.jit(jax.value_and_grad(lambda a, b: loss(a, b).mean()))
    import numpy as np

    def run_both():
        value, gradient = both(jx, jz)
        return float(value), np.asarray(gradient.block_until_ready())

    yield f"JAX {jax.__version__} jit", {
        "loss": lambda: np.asarray(compiled(jx, jz).block_until_ready()),
        "mean": lambda: float(mean(jx, jz)),
        "mean+gradient": run_both,
    }


def measure(arguments):
    """One process: one element type, one number of threads, one size."""
    import numpy as np

    n, threads, dtype = arguments.elements, arguments.threads, np.dtype(arguments.dtype)
    random = np.random.default_rng(7)
    x = random.normal(0, 4, n).astype(dtype)
    z = (random.random(n) < 0.1).astype(dtype)
    y = np.zeros_like(x)
    wide = x.astype(np.float64)
    exact = (1 - z) * (np.maximum(wide, 0) + np.log1p(np.exp(-np.abs(wide))))
    exact += Q * z * (np.maximum(-wide, 0) + np.log1p(np.exp(-np.abs(wide))))
    sigma = 1 / (1 + np.exp(-wide))
    exact_gradient = ((1 - z) * sigma - Q * z * (1 - sigma)) / n

    contenders = {
        "floor (x + z)": {"loss": lambda: np.add(x, z, out=y), "mean": None, "mean+gradient": None}}
    with tempfile.TemporaryDirectory() as folder:
        sets = ("baseline", "avx2", "avx512")
        for instruction_set in sets[:sets.index(arguments.instruction_set) + 1]:
            library = Library(arguments.library, instruction_set, folder, threads)
            if library.is_available:
                contenders[f"this library, {instruction_set}"] = library.calls(x, z, y)
        # TensorFlow last: PyTorch's compiler brings an LLVM that does not load after TensorFlow's.
        for peer in (torch_calls, jax_calls, tensorflow_calls):
            try:
                contenders.update(peer(x, z, threads))
            except ImportError as error:
                print(f"left out: {error}", file=sys.stderr)

    # All contenders compute the same thing. The table shows the error of the mean: a sum of float32
    # one after another is off by 1e-4 at 4 million elements.
    errors = {}
    exact_mean = math.fsum(exact) / n
    for name, calls in contenders.items():
        if name.startswith("floor"):
            continue
        np.testing.assert_allclose(
            np.asarray(calls["loss"]()), exact, rtol=1e-3, atol=1e-5, err_msg=name)
        value, gradient = calls["mean+gradient"]()
        np.testing.assert_allclose([value, calls["mean"]()], exact_mean, rtol=1e-3, err_msg=name)
        np.testing.assert_allclose(
            np.asarray(gradient), exact_gradient, rtol=1e-3, atol=1e-5 / n, err_msg=name)
        errors[name] = abs(calls["mean"]() - exact_mean) / exact_mean

    repetitions = max(1, 20_000 // n)
    times = {}
    for _ in range(arguments.rounds):
        for name, calls in contenders.items():
            for quantity, call in calls.items():
                if call is None:
                    continue
                start = time.perf_counter()
                for _ in range(repetitions):
                    call()
                elapsed = (time.perf_counter() - start) / repetitions
                times.setdefault(quantity, {}).setdefault(name, []).append(elapsed)
    medians = {
        q: {name: statistics.median(t) * 1e9 / n for name, t in rows.items()} for q,
        rows in times.items()}
    json.dump({"medians": medians, "errors": errors}, sys.stdout)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elements", type=int, default=1 << 22)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument(
        "--instruction-set", choices=("avx2", "avx512"), default="avx512",
        help="the widest to use, peers too")
    parser.add_argument("--json", help="write the medians here")
    parser.add_argument(
        "--library", default=str(ROOT / ".build/release/libweighted_cross_entropy.so"))
    parser.add_argument("--dtype", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.dtype:
        return measure(arguments)

    results = []
    processors = sorted(os.sched_getaffinity(0))
    cases = [(d, t, arguments.elements) for d in ("float32", "float64")
        for t in sorted({1, len(processors)})]
    for dtype, threads, elements in cases + [("float32", 1, 1)]:
        command = [
            sys.executable, __file__, "--dtype", dtype, "--threads", str(threads), "--elements",
            str(elements),
                   "--rounds", str(arguments.rounds if elements > 1 else 5), "--library",
                   arguments.library,
                   "--instruction-set", arguments.instruction_set]
        pin = lambda t=threads: os.sched_setaffinity(0, processors[:t])
        environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
        environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
        if arguments.instruction_set == "avx2":
            environment.update(AVX2_ONLY)
        before = single_call(pin) if elements == 1 else None
        run = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, preexec_fn=pin, env=environment, check=True)
        report = json.loads(run.stdout)
        medians, errors = report["medians"], report["errors"]
        results.append(
            {"dtype": dtype, "threads": threads, "elements": elements, "ns_per_element": medians,
                        "relative_error_of_mean": errors,
                        "instruction_set": arguments.instruction_set})
        show(dtype, threads, elements, medians, errors)
        if before:
            call = {kind: (before[kind] + after) / 2 for kind, after in single_call(pin).items()}
            results[-1]["ns_of_a_call_in_swift"] = call
            fastest = min(
                time for name, time in medians["loss"].items()
                if not name.startswith(("this library", "floor")))
            for kind, time in call.items():
                print(
                    f"a call in Swift, {kind}: {time:.1f} ns, "
                    f"{fastest / time:.0f} times as fast as the fastest peer")
    summarize(results)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n")


def single_call(pin):
    """Nanoseconds of the loss of one float32 element in Swift: over an array, and in a chain.

    In a chain, each call needs the result of the previous one.
    """
    if not KERNELS.exists():
        print(f"left out: {KERNELS} is not built", file=sys.stderr)
        return None
    table = subprocess.run(
        [KERNELS, "single"], stdout=subprocess.PIPE, text=True, preexec_fn=pin, check=True).stdout
    row = next(
        line.split() for line in table.splitlines() if line.split()[:2] == ["Float", "value"])
    return {"over an array": float(row[2]), "in a chain": float(row[3])}


def summarize(results):
    """The table of the README: the widest instruction set and SSE2, against the fastest peer."""
    print(
        "\nns an element | this library | fastest peer | times as fast | baseline, times as fast\n"
        "|---|---|---|---|---|")
    for result in results:
        if result["elements"] == 1:
            continue
        threads = result["threads"]
        for quantity, rows in result["ns_per_element"].items():
            ours = {name: time for name, time in rows.items() if name.startswith("this library")}
            peers = {
                name: time for name, time in rows.items() if name not in ours
                and not name.startswith("floor")}
            baseline, *_, best = ours.values() if len(ours) > 1 else [*ours.values()] * 2
            peer = min(peers, key=peers.get)
            floor = next(
                (f", {best / time:.2f} × the floor"
                for name, time in rows.items() if name.startswith("floor")), "")
            print(
                f"| {result['dtype']} {quantity}, {threads} thread{'s' if threads > 1 else ''} | "
                f"{best:.3g}{floor} | {peers[peer]:.3g} {peer} | {peers[peer] / best:.1f} | "
                f"{peers[peer] / baseline:.2f} |")


def show(dtype, threads, elements, medians, errors):
    print(
        f"\n{dtype}, {threads} thread{'s' if threads > 1 else ''}, "
        f"{elements:,} element{'s' if elements > 1 else ''}: "
          "ns an element, median; in brackets how many times the fastest peer's")
    names = list(medians["loss"])
    ours = [n for n in names if n.startswith("this library")]
    peers = [n for n in names if n not in ours and not n.startswith("floor")]
    print("| | " + " | ".join(medians) + " | error of the mean |")
    print("|---|" + "---|" * (len(medians) + 1))
    for name in names:
        cells = []
        for rows in medians.values():
            if name not in rows:
                cells.append("")
                continue
            fastest = min((rows[p] for p in peers), default=None)
            ratio = f" ({fastest / rows[name]:.2f}x)" if name in ours and fastest else ""
            cells.append(
                f"{rows[name]:.3g}{ratio}" if elements > 1 else f"{rows[name]:,.0f}{ratio}")
        cells.append(f"{errors[name]:.1e}" if name in errors else "")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
