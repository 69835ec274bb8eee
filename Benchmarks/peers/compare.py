#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the loss against TensorFlow, PyTorch and JAX in one run, on the same arrays, interleaved.

    swift build -c release --product weighted_cross_entropy
    swift build -c release --package-path Benchmarks --product kernels
    pip install -r python/frameworks.txt
    python3 Benchmarks/peers/compare.py [--elements 1024 16384 262144 4194304] [--rounds 21]
        [--instruction-set avx2] [--json FILE]

Every contender runs once a round, so that disturbances affect all alike. The table gives medians
over the rounds, and each time includes the contender's cost of a call. A run on one thread is
pinned to one processor. The floor is
`numpy.add(x, z, out=y)`, which reads and writes the same bytes and computes almost nothing. With
`--instruction-set avx2` no contender uses AVX-512. Results are compared with a float64 reference
before the timing. The program names each peer that is not installed and leaves it out. For one
element, a call from Python to C costs more than the work, so the `kernels` program times the call
in Swift, before and after the peers. Run the program on an idle machine, after
`sync; echo 3 > /proc/sys/vm/drop_caches` (see Benchmarks/NOTES.md).
"""
import argparse
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from contenders import AVX2_ONLY, PEERS, Library, Q

ROOT = Path(__file__).resolve().parents[2]
KERNELS = ROOT / "Benchmarks/.build/release/kernels"


def measure(arguments):
    """One process: one element type, one number of threads, all sizes."""
    reports = [measure_size(arguments, n) for n in arguments.elements]
    json.dump(reports, sys.stdout)


def measure_size(arguments, n):
    """The medians and the errors of all contenders for one size."""
    import numpy as np

    threads, dtype = arguments.threads, np.dtype(arguments.dtype)
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
        for peer in PEERS:
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
        quantity: {name: statistics.median(t) * 1e9 / n for name, t in rows.items()}
        for quantity, rows in times.items()}
    return {"medians": medians, "errors": errors}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--elements", type=int, nargs="+", default=[1 << 10, 1 << 14, 1 << 18, 1 << 22])
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
    print(f"{processor()}, {count(len(processors), 'processor')}; {caches()}")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if arguments.instruction_set == "avx2":
        environment.update(AVX2_ONLY)
    cases = [
        (dtype, threads, arguments.elements, arguments.rounds)
        for dtype in ("float32", "float64") for threads in sorted({1, len(processors)})]
    for dtype, threads, sizes, rounds in cases + [("float32", 1, [1], 5)]:
        command = [
            sys.executable, __file__, "--dtype", dtype, "--threads", str(threads),
            "--elements", *map(str, sizes), "--rounds", str(rounds),
            "--library", arguments.library, "--instruction-set", arguments.instruction_set]
        pin = lambda t=threads: os.sched_setaffinity(0, processors[:t])
        before = single_call(pin) if sizes == [1] else None
        run = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, preexec_fn=pin, env=environment, check=True)
        for elements, report in zip(sizes, json.loads(run.stdout), strict=True):
            medians, errors = report["medians"], report["errors"]
            results.append({
                "dtype": dtype, "threads": threads, "elements": elements,
                "ns_per_element": medians, "relative_error_of_mean": errors,
                "instruction_set": arguments.instruction_set, "processor": processor()})
            show(dtype, threads, elements, medians, errors)
        if before:
            after = single_call(pin)
            times = {k: (before[k] + after[k]) / 2 for k in before}
            results[-1]["ns_of_a_call_in_swift"] = times
            fastest = fastest_peer(results[-1]["ns_per_element"]["loss"])
            for kind, time in times.items():
                print(f"a call in Swift, {kind}: {time:.1f} ns", end="")
                print(f", {fastest[1] / time:.0f} times as fast as {fastest[0]}" if fastest else "")
    summarize(results)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n")


def processor():
    """The name of the processor."""
    names = re.findall(r"(?m)^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text())
    return names[0] if names else platform.machine()


def caches():
    """The sizes of the first processor's caches, such as "L1d 48K, L2 2048K, L3 32768K"."""
    folders = sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"))
    caches = []
    for folder in folders:
        kind, level, size = (
            (folder / name).read_text().strip() for name in ("type", "level", "size"))
        if kind != "Instruction":
            caches.append(f"L{level}{'d' if kind == 'Data' else ''} {size}")
    return ", ".join(caches) or "caches unknown"


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


def fastest_peer(rows):
    """The name and the time of the fastest peer; None without peers."""
    peers = (item for item in rows.items() if not item[0].startswith(("this library", "floor")))
    return min(peers, key=lambda item: item[1], default=None)


def count(number, noun):
    return f"{number:,} {noun}{'s' if number > 1 else ''}"


def summarize(results):
    """The table of the README: the widest instruction set and SSE2, against the fastest peer."""
    print(
        "\nns an element | this library | fastest peer | times as fast | baseline, times as fast\n"
        "|---|---|---|---|---|")
    for result in results[:-1]:
        for quantity, rows in result["ns_per_element"].items():
            ours = [time for name, time in rows.items() if name.startswith("this library")]
            baseline, best = ours[0], ours[-1]
            floor = "".join(f", {best / rows[n]:.2f} × the floor" for n in rows if "floor" in n)
            name, peer = fastest_peer(rows) or ("none", math.nan)
            print(
                f"| {result['dtype']} {quantity}, {count(result['elements'], 'element')}, "
                f"{count(result['threads'], 'thread')} | "
                f"{best:.3g}{floor} | {peer:.3g} {name} | {peer / best:.1f} | "
                f"{peer / baseline:.2f} |")


def show(dtype, threads, elements, medians, errors):
    print(
        f"\n{dtype}, {count(threads, 'thread')}, {count(elements, 'element')}: "
        "ns an element, median; in brackets how many times the fastest peer's")
    print("| | " + " | ".join(medians) + " | error of the mean |")
    print("|---|" + "---|" * (len(medians) + 1))
    for name in medians["loss"]:
        cells = []
        for rows in medians.values():
            time, fastest = rows.get(name), fastest_peer(rows)
            cell = "" if time is None else f"{time:.3g}" if elements > 1 else f"{time:,.0f}"
            if time and fastest and name.startswith("this library"):
                cell += f" ({fastest[1] / time:.2f}x)"
            cells.append(cell)
        cells.append(f"{errors[name]:.1e}" if name in errors else "")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
