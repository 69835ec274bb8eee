#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `wce tradeoff` with scikit-learn's GridSearchCV: the whole processes, from one CSV.

Run `swift build -c release` first. `python/frameworks.txt` lists the packages.

    python3 Benchmarks/peers/compare_study.py [--rows 284807] [--rate 0.001813] [--folds 5]
        [--weights 16] [--solvers lbfgs newton-cholesky] [--repetitions 3] [--json FILE]

Both read the same seeded table with pandas or the tool's own reader, and fit the same models on the
same folds: weights in equal ratios from 0.1 to 100, features standardised on the training rows of
each fold. GridSearchCV computes one metric, the log loss, with a process for each processor;
`wce tradeoff` computes all of its metrics. Its solvers have tol=1e-8, because at the default
tolerance they end far from the optimum. The script prints the least seconds of the repetitions, the
processor time with that of child processes, the peak memory of the largest process, and the largest
difference of the log loss of a fold, relative to it.

`compare_study.py --grid DATA.csv SOLVER FOLDS WEIGHTS` is one run of GridSearchCV.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from compare_fit import ROOT, synthetic
from joblib.externals.loky import get_reusable_executor
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Array = NDArray[np.float64]
MASK = 2**64 - 1

# The peak memory of a child is at least that of its parent, so a small process starts it.
LAUNCHER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
process = subprocess.run(sys.argv[1:], capture_output=True, text=True)
seconds = time.perf_counter() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
processor = usage.ru_utime + usage.ru_stime
json.dump([process.returncode, process.stdout, process.stderr, seconds, processor,
           usage.ru_maxrss / 1024], sys.stdout)
"""


def folds(targets: Array, count: int, seed: int = 0) -> NDArray[np.int64]:
    """The fold of each row, as in `StratifiedFolds`: SplitMix64 and a Fisher-Yates shuffle."""
    state = seed
    assignment = np.empty(len(targets), dtype=np.int64)
    fold = 0
    for label in (1, 0):
        rows = np.flatnonzero(targets == label).tolist()
        for index in range(len(rows) - 1, 0, -1):
            state = state + 0x9E3779B97F4A7C15 & MASK
            mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
            mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & MASK
            other = (mixed ^ mixed >> 31) * (index + 1) >> 64
            rows[index], rows[other] = rows[other], rows[index]
        assignment[rows] = (fold + np.arange(len(rows))) % count
        fold = (fold + len(rows)) % count
    return assignment


def grid(path: str, solver: str, count: int, weights: list[float]) -> None:
    """Prints the log loss of each weight and fold."""
    table = pd.read_csv(path)
    features, targets = table.drop(columns="target"), table["target"]
    assignment = folds(targets.to_numpy(), count)
    splits = [(np.flatnonzero(assignment != k), np.flatnonzero(assignment == k))
              for k in range(count)]
    model = make_pipeline(
        StandardScaler(), LogisticRegression(solver=solver, tol=1e-8, max_iter=10_000))
    search = GridSearchCV(
        model, {"logisticregression__class_weight": [{0: 1, 1: weight} for weight in weights]},
        scoring="neg_log_loss", cv=splits, refit=False, n_jobs=os.cpu_count())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(features, targets)
    # Only processes that have ended count in the processor time.
    get_reusable_executor().shutdown(wait=True)
    scores = [search.cv_results_[f"split{k}_test_score"].tolist() for k in range(count)]
    print(json.dumps((-np.array(scores).T).tolist()))


def run(command: list[str]) -> tuple[str, float, float, float]:
    """The standard output, wall seconds, processor seconds and peak MiB of a process."""
    launched = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, check=True)
    status, output, error, seconds, processor, peak = json.loads(launched.stdout)
    if status:
        sys.exit(f"{' '.join(command)}: {error}")
    return output, seconds, processor, peak


def compare(options: argparse.Namespace) -> dict[str, Any]:
    features, targets = synthetic(options.rows, rate=options.rate)
    columns = features.shape[1]
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        csv, report = f"{folder}/data.csv", f"{folder}/study.json"
        header = [f"x{column}" for column in range(columns)] + ["target"]
        table = pd.DataFrame(np.column_stack([features, targets]), columns=header)
        table.astype({"target": int}).to_csv(csv, index=False)
        del table
        path = f"0.1...100:{options.weights}"
        count = str(options.folds)
        tool = [options.tool, "tradeoff", csv, "--target", "target", "--pos-weights", path,
                "--folds", count, "--json", report]
        print(f"{options.rows} x {columns}, {int(targets.sum())} positives, "
              f"{options.weights} weights x {count} folds; table {features.nbytes / 2**20:.0f} MiB")
        print(f"{'':<24}{'wall s':>8}{'CPU s':>8}{'MiB':>7}{'difference':>12}")
        ours: Array = np.empty(0)
        for name in ["wce tradeoff", *options.solvers]:
            best: list[float] = []
            losses: Array = np.empty(0)
            for _ in range(options.repetitions if name == "wce tradeoff" else 1):
                if name == "wce tradeoff":
                    _, *measured = run(tool)
                    points = json.loads(Path(report).read_text())["weightPath"]
                    weights = [point["positiveWeight"] for point in points]
                    losses = np.array([[fold["metrics"]["logLoss"] for fold in point["folds"]]
                                       for point in points])
                    ours = losses
                else:
                    output, *measured = run(
                        [sys.executable, __file__, "--grid", csv, name, count,
                         ",".join(map(repr, weights))])
                    losses = np.array(json.loads(output))
                best = [min(pair) for pair in zip(best or measured, measured, strict=True)]
            results[name] = {
                "seconds": best[0], "processorSeconds": best[1], "peakMiB": best[2],
                "difference": float(np.abs(losses / ours - 1).max())}
            print(f"{name:<24}{best[0]:>8.2f}{best[1]:>8.2f}{best[2]:>7.0f}"
                  f"{results[name]['difference']:>12.1e}", flush=True)
    for name in options.solvers:
        wall, processor = (results[name][key] / results["wce tradeoff"][key]
                           for key in ("seconds", "processorSeconds"))
        print(f"{name}: {wall:.1f} times the wall time, {processor:.1f} times the processor time")
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=284_807)
    parser.add_argument("--rate", type=float, default=0.001813)
    parser.add_argument("--weights", type=int, default=16)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--solvers", nargs="*", default=["lbfgs", "newton-cholesky"])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--tool", default=str(ROOT / ".build/release/wce"))
    options = parser.parse_args()
    results = compare(options)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--grid"]:
        grid(sys.argv[2], sys.argv[3], int(sys.argv[4]), [float(w) for w in sys.argv[5].split(",")])
    else:
        main()
