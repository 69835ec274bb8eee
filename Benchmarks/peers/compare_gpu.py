#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the loss on a GPU against PyTorch, torch.compile, JAX, and a copy of the same bytes.

    swift build -c release
    python3 Benchmarks/peers/compare_gpu.py [--library FILE] [--peers torch jax] [--json FILE]

Needs PyTorch and, for its column, JAX, each for CUDA. Every row is one operation on one type and
size. GB/s count each input that is read once and each output that is written once. The floor is
PyTorch's addition of two arrays, copy or sum that moves the same bytes. Times are medians of rounds
of calls, queued one after another between two events of the GPU. Calls take turns between sets of
arrays, so that none finds its arrays in the cache.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Q = 3.0
MI = 1 << 20
SIZES = {"f32": [16 * MI, 64 * MI, 256 * MI], "f64": [16 * MI, 64 * MI], "f16": [64 * MI],
         "bf16": [64 * MI]}
# The words of an element that are read and written.
WORDS = {"loss": 3, "gradient": 3, "loss+gradient": 4, "mean": 2, "mean+gradient": 3}
WIDTH = {"f32": 4, "f64": 8, "f16": 2, "bf16": 2}


def timed(body, sets, rounds=7, milliseconds=10):
    """The median milliseconds of a call of `body` with the number of a set of arrays."""
    import torch

    def events():
        return [torch.cuda.Event(enable_timing=True) for _ in range(2)]

    def run(count, start, end):
        start.record()
        for i in range(count):
            body(i % sets)
        end.record()
        torch.cuda.synchronize()
        return start.elapsed_time(end) / count

    run(max(3, sets), *events())
    count = max(3, min(400, int(milliseconds / max(run(3, *events()), 1e-4))))
    return statistics.median(run(count, *events()) for _ in range(rounds))


def set_count(size):
    """Enough arrays that a call finds nothing of an earlier one in the cache."""
    return max(2, math.ceil(300e6 / size))


def of_torch(library_path, emit):
    """Our calls, the floor, and PyTorch's own, eager and compiled."""
    import torch
    from gpu_library import MEAN, Library, Options

    library = Library(library_path)
    emit("device", torch.cuda.get_device_name(0))
    torch._dynamo.config.recompile_limit = 64
    types = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16,
             "bf16": torch.bfloat16}
    own = torch.nn.functional.binary_cross_entropy_with_logits

    for name, dtype in types.items():
        q = torch.tensor(Q, dtype=dtype, device="cuda")

        def loss(x, z, q=q):
            return own(x, z, pos_weight=q, reduction="none")

        def mean(x, z, q=q):
            return own(x, z, pos_weight=q)

        for count in SIZES[name]:
            sets = set_count(3 * WIDTH[name] * count)
            torch.manual_seed(count)

            def array(dtype=dtype, count=count):
                return torch.randn(count, device="cuda", dtype=dtype) * 4

            xs = [array() for _ in range(sets)]
            zs = [(torch.rand(count, device="cuda") < 0.25).to(dtype) for _ in range(sets)]
            outs, seconds = ([torch.empty_like(x) for x in xs] for _ in range(2))
            value = torch.empty((), device="cuda", dtype=dtype)
            options = Options(Q)

            def row(operation, who, body, name=name, count=count, sets=sets):
                emit("time", operation, name, count, who, timed(body, sets))

            def ours(operation, function, outputs, reduction=None, xs=xs, zs=zs, options=options):
                calls = [library.prepared(function, x, z, outputs(i), options=options,
                                          reduction=reduction)
                         for i, (x, z) in enumerate(zip(xs, zs, strict=True))]
                row(operation, "ours", lambda i: calls[i]())

            def compiled(function, count=count):
                return torch.compile(function, fullgraph=True, dynamic=False)

            def add(i, xs=xs, zs=zs, outs=outs):
                torch.add(xs[i], zs[i], out=outs[i])

            for operation in ("loss", "gradient"):
                row(operation, "floor", add)
                ours(operation, operation, lambda i, outs=outs: [outs[i]])
            row("loss", "eager", lambda i, xs=xs, zs=zs: loss(xs[i], zs[i]))
            fused = compiled(loss)
            row("loss", "compiled", lambda i, f=fused, xs=xs, zs=zs: f(xs[i], zs[i]))

            wide = [torch.empty(2 * count, device="cuda", dtype=dtype) for _ in range(2)]
            row("loss+gradient", "floor", lambda i, wide=wide: wide[1].copy_(wide[0]))
            ours("loss+gradient", "loss_with_gradient",
                 lambda i, outs=outs, seconds=seconds: [outs[i], seconds[i]])
            del wide

            flat = [torch.randn(2 * count, device="cuda", dtype=dtype) for _ in range(sets)]
            row("mean", "floor", lambda i, flat=flat: torch.sum(flat[i]))
            del flat
            ours("mean", "value", lambda i, value=value: [value], MEAN)
            row("mean", "eager", lambda i, xs=xs, zs=zs: mean(xs[i], zs[i]))
            fused_mean = compiled(mean)
            row("mean", "compiled", lambda i, f=fused_mean, xs=xs, zs=zs: f(xs[i], zs[i]))

            row("mean+gradient", "floor", add)
            ours("mean+gradient", "value_with_gradient",
                 lambda i, outs=outs, value=value: [value, outs[i]], MEAN)
            leaves = [x.requires_grad_() for x in xs]

            def step(function, leaves=leaves, zs=zs):
                def run(i):
                    leaves[i].grad = None
                    function(leaves[i], zs[i]).backward()
                return run

            row("mean+gradient", "eager", step(mean))
            row("mean+gradient", "compiled", step(fused_mean))
            graph = compiled(torch.func.grad_and_value(mean))
            detached = [x.detach() for x in xs]
            row("mean+gradient", "one graph",
                lambda i, f=graph, xs=detached, zs=zs: f(xs[i], zs[i]))
            del xs, zs, outs, seconds, leaves, detached
            torch.cuda.empty_cache()
    small(torch, library, emit)


def small(torch, library, emit, count=1024, calls=2000):
    """Microseconds of the processor for calls on few elements, queued one after another."""
    for operation, time_of_call in zip(("loss", "mean+gradient"), of_c(library), strict=True):
        emit("small", operation, "ours, C", time_of_call)
    x = torch.randn(count, device="cuda").requires_grad_()
    z = (torch.rand(count, device="cuda") < 0.25).float()
    q = torch.tensor(Q, device="cuda")

    def step(function):
        def run():
            x.grad = None
            function(x, z, pos_weight=q).backward()
        return run

    bodies = {
        ("forward and backward", "eager"): step(
            torch.nn.functional.binary_cross_entropy_with_logits),
    }
    try:
        import weighted_cross_entropy.torch as binding
    except ImportError as error:
        emit("left out", f"weighted_cross_entropy.torch: {error}")
    else:
        bodies["forward and backward", "ours, torch"] = step(
            binding.binary_cross_entropy_with_logits)
    for (operation, who), body in bodies.items():
        times = []
        for _ in range(7):
            torch.cuda.synchronize()
            start = time.perf_counter()
            for _ in range(calls // 7):
                body()
            torch.cuda.synchronize()
            times.append((time.perf_counter() - start) / (calls // 7) * 1e6)
        emit("small", operation, who, statistics.median(times))


def of_c(library):
    """Microseconds until a call from C is queued."""
    folder, name = library.path.parent, library.path.name
    include = ROOT / "Sources/WeightedCrossEntropyCInterface/include"
    with tempfile.TemporaryDirectory() as temporary:
        program = Path(temporary) / "queue"
        subprocess.run(
            ["cc", "-O2", Path(__file__).with_name("queue_gpu.c"), "-o", program, "-I", include,
             "-L", folder, f"-l:{name}", "-ldl", f"-Wl,-rpath,{folder.resolve()}"], check=True)
        output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return [float(line) for line in output.split()]


def of_jax(_, emit):
    """JAX under jit."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    def loss(x, z, q):
        return q * z * jax.nn.softplus(-x) + (1 - z) * jax.nn.softplus(x)

    def mean(x, z, q):
        return loss(x, z, q).mean()

    types = {"f32": jnp.float32, "f64": jnp.float64, "f16": jnp.float16, "bf16": jnp.bfloat16}
    operations = {"loss": loss, "mean": mean, "mean+gradient": jax.value_and_grad(mean)}
    for name, dtype in types.items():
        for count in SIZES[name]:
            sets = set_count(3 * WIDTH[name] * count)
            keys = jax.random.split(jax.random.PRNGKey(count), sets)
            xs = [jax.random.normal(key, (count,), dtype) * 4 for key in keys]
            zs = [(jax.random.uniform(key, (count,)) < 0.25).astype(dtype) for key in keys]
            q = jnp.asarray(Q, dtype)
            for operation, function in operations.items():
                jitted = jax.jit(function)
                size = WORDS[operation] * WIDTH[name] * count
                calls = max(6, min(400, int(8e9 / size)))

                def run(calls, jitted=jitted, xs=xs, zs=zs, q=q, sets=sets):
                    for i in range(calls):
                        result = jitted(xs[i % sets], zs[i % sets], q)
                    jax.block_until_ready(result)

                run(sets)
                times = []
                for _ in range(5):
                    start = time.perf_counter()
                    run(calls)
                    times.append((time.perf_counter() - start) / calls * 1e3)
                emit("time", operation, name, count, "jax", statistics.median(times))
            del xs, zs


def table(rows):
    """GB/s of each contender, and the ratios."""
    times = {tuple(row[1:5]): row[5] for row in rows if row[0] == "time"}
    contenders = ["floor", "ours", "eager", "compiled", "one graph", "jax"]
    yield f"{'GB/s':<15}{'type':<5}{'elements':>9}" + "".join(f"{c:>10}" for c in contenders) + (
        f"{'ours of floor':>15}{'of best peer':>14}{'of eager':>10}")
    for operation, words in WORDS.items():
        for name, sizes in SIZES.items():
            for count in sizes:
                of = {c: times.get((operation, name, count, c)) for c in contenders}
                if of["ours"] is None:
                    continue
                size = words * WIDTH[name] * count
                cells = "".join(f"{size / t / 1e6:>10.0f}" if t else f"{'':>10}"
                                for t in of.values())
                peers = [of[c] for c in contenders[2:] if of[c]]
                ratios = [of["floor"], min(peers, default=None), of["eager"]]
                cells += "".join(
                    f"{ratio / of['ours']:>{width}.3f}" if ratio else f"{'':>{width}}"
                    for ratio, width in zip(ratios, (15, 14, 10), strict=True))
                yield f"{operation:<15}{name:<5}{count // MI:>6} Mi{cells}"
    for row in rows:
        if row[0] == "small":
            yield f"1,024 elements, {row[1]}, {row[2]}: {row[3]:.1f} µs"
        elif row[0] != "time":
            yield f"{row[0]}: {row[1]}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", help="libweighted_cross_entropy.so; .build/release by default")
    parser.add_argument("--peers", nargs="+", choices=["torch", "jax"], default=["torch", "jax"])
    parser.add_argument("--json", help="write the times here")
    parser.add_argument("--part", choices=["torch", "jax"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        {"torch": of_torch, "jax": of_jax}[arguments.part](
            arguments.library, lambda *row: print(json.dumps(row), flush=True))
        return
    rows = []
    # Each peer has a process of its own, so that none keeps memory of the GPU from another.
    for peer in arguments.peers:
        command = [sys.executable, __file__, "--part", peer]
        command += ["--library", arguments.library] if arguments.library else []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                rows.append(json.loads(line))
        if process.returncode != 0:
            rows.append(["left out", f"{peer}: exit code {process.returncode}"])
    print("\n".join(table(rows)))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(rows) + "\n")


if __name__ == "__main__":
    main()
