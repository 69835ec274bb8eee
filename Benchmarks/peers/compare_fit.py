#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares fits with scikit-learn's LogisticRegression: coefficients and times.

Run `swift build -c release --package-path Benchmarks` first, and for fits of files
`swift build -c release`. `python/frameworks.txt` lists the packages.

    python3 Benchmarks/peers/compare_fit.py [--rows 284807 2000000] [--repetitions 5] [--json FILE]
    python3 Benchmarks/peers/compare_fit.py --rows 284807 --tool .build/release/wce

Without `--tool` the fits are in memory. For each table and positive weight the script prints the
median seconds of both, their ratio, and the largest difference of a coefficient from the reference,
relative to the coefficient and to the largest one. The reference is scikit-learn's newton-cholesky
solver with tol=1e-14; the competitor is its lbfgs with tol=1e-8. Times include standardisation.

With `--tool` the script compares `wce fit` with `fit_csv.py`, which uses pandas and scikit-learn,
on the same CSV, and runs `wce fit` on the matrix as .npy too. Times include the start of the
process, and the script prints the peak memory of each.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

Array = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[2]


def synthetic(
    rows: int, columns: int = 30, rate: float = 0.002, seed: int = 20130901
) -> tuple[Array, Array]:
    """Correlated normal features on scales from 1 to 1000, and a logistic target."""
    random = np.random.default_rng(seed)
    features = random.standard_normal((rows, columns))
    features[:, 1:] += 0.4 * features[:, :-1]
    coefficients = random.standard_normal(columns) * 0.5
    score = features @ coefficients
    low, high = -50.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-(score + middle)))).mean() < rate:
            low = middle
        else:
            high = middle
    targets = (random.random(rows) < 1 / (1 + np.exp(-(score + low)))).astype(float)
    features = features * 10 ** random.uniform(0, 3, columns) + random.uniform(-100, 100, columns)
    return features, targets


def digits() -> tuple[Array, Array]:
    table = np.loadtxt(ROOT / "Examples/digits.csv", delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1]


def sklearn_fit(
    features: Array, targets: Array, weight: float, **options: Any
) -> tuple[Array, int]:
    scaled = StandardScaler().fit_transform(features)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=1.0, class_weight={0: 1, 1: weight}, max_iter=10000, **options)
        model.fit(scaled, targets)
    return np.append(model.coef_[0], model.intercept_[0]), int(model.n_iter_[0])


# The peak memory of a child is at least that of its parent, so a small process starts it.
LAUNCHER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
process = subprocess.run(sys.argv[1:], capture_output=True, text=True)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
json.dump([process.returncode, process.stdout, process.stderr, seconds, peak], sys.stdout)
"""


def run(command: list[str]) -> tuple[str, float, float]:
    """The standard output, the seconds and the peak memory in MiB of a process."""
    launched = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, check=True)
    status, output, error, seconds, peak = json.loads(launched.stdout)
    if status:
        sys.exit(f"{' '.join(command)}: {error}")
    return output, seconds, peak


def compare_memory(
    name: str, features: Array, targets: Array, options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """A result for each weight."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/features.npy", f"{folder}/targets.npy"]
        np.save(paths[0], features)
        np.save(paths[1], targets)
        output, _, peak = run(
            [options.executable, *paths, str(options.repetitions), options.weights])
    print(f"{name}: {features.nbytes / 2**20:.0f} MiB of features, peak memory {peak:.0f} MiB")
    repetitions = options.repetitions if len(targets) < 1_000_000 else min(options.repetitions, 3)
    for fit in json.loads(output):
        weight = fit["positiveWeight"]
        seconds = []
        for _ in range(repetitions):
            start = time.perf_counter()
            lbfgs, iterations = sklearn_fit(features, targets, weight, solver="lbfgs", tol=1e-8)
            seconds.append(time.perf_counter() - start)
        reference, _ = sklearn_fit(features, targets, weight, solver="newton-cholesky", tol=1e-14)
        ours = np.array(fit["coefficients"] + [fit["intercept"]])
        swift, sklearn = statistics.median(fit["seconds"]), statistics.median(seconds)
        result = {
            "table": name, "positiveWeight": weight, "swiftSeconds": swift,
            "sklearnSeconds": sklearn, "ratio": sklearn / swift,
            "swiftIterations": fit["certificate"]["iterations"], "sklearnIterations": iterations,
            "gradientNorm": fit["certificate"]["gradientNorm"], "peakMiB": peak,
            "relativeDifference": relative(ours, reference),
            "differenceOfLargest": float(
                np.max(np.abs(ours - reference)) / np.max(np.abs(reference))),
            "sklearnLBFGSRelativeDifference": relative(lbfgs, reference)}
        print(
            f"{name:<24}{weight:>7g}{swift:>10.4f}{sklearn:>11.4f}{result['ratio']:>7.1f}"
            f"{result['swiftIterations']:>4}/{iterations:<5}{result['relativeDifference']:>11.1e}"
            f"{result['differenceOfLargest']:>11.1e}"
            f"{result['sklearnLBFGSRelativeDifference']:>11.1e}", flush=True)
        yield result


def relative(values: Array, reference: Array) -> float:
    varying = reference != 0
    return float(np.max(np.abs(values - reference)[varying] / np.abs(reference[varying])))


def compare_files(
    name: str, features: Array, targets: Array, weight: float, options: argparse.Namespace
) -> dict[str, Any]:
    """The result of the tool and the script on one CSV, and of the tool on one .npy."""
    with tempfile.TemporaryDirectory() as folder:
        csv, npy, labels, model, other = (
            f"{folder}/{file}"
            for file in ("data.csv", "data.npy", "targets.npy", "model.json", "other.json"))
        header = [f"x{column}" for column in range(features.shape[1])] + ["target"]
        table = pd.DataFrame(np.column_stack([features, targets]), columns=header)
        table.astype({"target": int}).to_csv(csv, index=False)
        np.save(npy, features)
        np.save(labels, targets)
        fit = ["--pos-weight", f"{weight:g}", "--model", model]
        script = str(Path(__file__).resolve().with_name("fit_csv.py"))
        commands = {
            "wce fit data.csv": [options.tool, "fit", csv, "--target", "target", *fit],
            "fit_csv.py data.csv": [sys.executable, script, csv, "target", f"{weight:g}", other],
            "wce fit data.npy": [options.tool, "fit", npy, "--targets", labels, *fit],
        }
        seconds: dict[str, list[float]] = {command: [] for command in commands}
        peak = dict.fromkeys(commands, 0.0)
        for _ in range(options.repetitions):
            for command, arguments in commands.items():
                _, elapsed, memory = run(arguments)
                seconds[command].append(elapsed)
                peak[command] = max(peak[command], memory)
        features_of_model = json.loads(Path(model).read_text())["features"]
        ours = [feature["coefficient"] for feature in features_of_model]
        theirs = json.loads(Path(other).read_text())["coefficients"]
        difference = float(np.abs(np.array(ours) - theirs).max())
        size = Path(csv).stat().st_size / 2**20
    print(f"{name}, q = {weight:g}; CSV {size:.0f} MiB; largest difference {difference:.1e}")
    medians = {command: statistics.median(values) for command, values in seconds.items()}
    for command in commands:
        print(f"  {command:<24}{medians[command]:>8.2f} s{peak[command]:>8.0f} MiB", flush=True)
    print(f"  ratio {medians['fit_csv.py data.csv'] / medians['wce fit data.csv']:.1f}")
    return {
        "table": name, "positiveWeight": weight, "seconds": medians, "peakMiB": peak,
        "difference": difference}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[284_807, 2_000_000])
    parser.add_argument("--weights", default="0.1,1,10,578")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--executable", default=str(ROOT / "Benchmarks/.build/release/fit"))
    parser.add_argument("--tool", help="the tool wce: compares fits of files instead")
    options = parser.parse_args()
    results: list[dict[str, Any]] = []
    if options.tool:
        weight = float(options.weights.split(",")[-1])
        for rows in options.rows:
            name = f"synthetic {rows} x 30"
            results.append(compare_files(name, *synthetic(rows), weight, options))
    else:
        print(
            f"{'table':<24}{'q':>7}{'swift s':>10}{'sklearn s':>11}{'ratio':>7}{'iter':>10}"
            f"{'rel. diff':>11}{'of largest':>11}{'lbfgs diff':>11}")
        results += compare_memory("digits 1797 x 64", *digits(), options)
        for rows in options.rows:
            results += compare_memory(f"synthetic {rows} x 30", *synthetic(rows), options)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
