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
processor time with that of child processes, and the peak memory of the largest process.

It then prints the largest distances from the optimum, which Newton's method finds in NumPy: of the
log loss of a fold, relative to it, for all weights and folds, and for the models without the first
fold, of the objective, relative to it, and of a coefficient, relative to the largest. The models of
`wce` are then those of `wce fit` on the training rows.

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
from compare_fit import ROOT, sklearn_fit, synthetic
from joblib.externals.loky import get_reusable_executor
from numpy.typing import NDArray
from scipy.special import expit
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


def optimum(rows: Array, targets: Array, weight: float, start: Array) -> Array:
    """The coefficients and the intercept, by Newton's method, with an error of rounding only."""
    extended = np.column_stack([rows, np.ones(len(rows))])
    penalty = np.append(np.ones(rows.shape[1]), 0)
    weights = np.where(targets == 1, weight, 1.0)
    point = start
    for _ in range(100):
        probability = expit(extended @ point)
        gradient = extended.T @ (weights * (probability - targets)) + penalty * point
        hessian = (extended.T * (weights * probability * (1 - probability))) @ extended
        step = np.linalg.solve(hessian + np.diag(penalty), gradient)
        # Far from the optimum a whole step may lead away from it.
        point = point - step / max(1, float(np.abs(step).max()))
        # The error is now about the square of the step.
        if np.abs(step).max() <= 1e-9 * np.abs(point).max():
            return point
    sys.exit("Newton's method did not converge")


def objective(rows: Array, targets: Array, weight: float, point: Array) -> float:
    margins = np.where(targets == 1, -1, 1) * (rows @ point[:-1] + point[-1])
    losses = np.where(targets == 1, weight, 1.0) * np.logaddexp(0, margins)
    return float(losses.sum() + (point[:-1] ** 2).sum() / 2)


def distances(
    features: Array, targets: Array, weights: list[float], losses: dict[str, Array],
    options: argparse.Namespace
) -> dict[str, dict[str, float]]:
    """For each contender the largest distances from the optimum."""
    assignment = folds(targets, options.folds)
    best = np.empty((len(weights), options.folds))
    points: dict[str, list[Array]] = {name: [] for name in ["optimum", *losses]}
    training = assignment != 0
    scaled = StandardScaler().fit_transform(features[training])
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{name}" for name in ("rows.npy", "targets.npy", "model.json")]
        np.save(paths[0], features[training])
        np.save(paths[1], targets[training])
        for weight in weights:
            run([options.tool, "fit", paths[0], "--targets", paths[1], "--pos-weight",
                 repr(weight), "--model", paths[2]])
            model = json.loads(Path(paths[2]).read_text())
            points["wce tradeoff"].append(np.array(
                [feature["coefficient"] for feature in model["features"]] + [model["intercept"]]))
            for solver in options.solvers:
                points[solver].append(sklearn_fit(
                    features[training], targets[training], weight, solver=solver, tol=1e-8)[0])
    for fold in range(options.folds):
        held = assignment == fold
        scaler = StandardScaler().fit(features[~held])
        rows, labels, unseen = (
            scaler.transform(features[~held]), targets[~held], scaler.transform(features[held]))
        mean = float(labels.mean())
        point = np.append(np.zeros(features.shape[1]), np.log(mean / (1 - mean)))
        last = 1.0
        for index, weight in enumerate(weights):
            point = point + np.append(np.zeros(features.shape[1]), np.log(weight / last))
            point = optimum(rows, labels, weight, point)
            last = weight
            margins = np.where(targets[held] == 1, -1, 1) * (unseen @ point[:-1] + point[-1])
            best[index, fold] = np.logaddexp(0, margins).mean()
            if fold == 0:
                points["optimum"].append(point)
    result = {}
    for name, found in losses.items():
        least = [objective(scaled, targets[training], weight, point)
                 for weight, point in zip(weights, points["optimum"], strict=True)]
        values = [objective(scaled, targets[training], weight, point)
                  for weight, point in zip(weights, points[name], strict=True)]
        result[name] = {
            "logLoss": float(np.abs(found / best - 1).max()),
            "objective": float(np.abs(np.array(values) / least - 1).max()),
            "coefficient": max(
                float(np.abs(point - other).max() / np.abs(other).max())
                for point, other in zip(points[name], points["optimum"], strict=True))}
    return result


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
        print(f"{'':<24}{'wall s':>8}{'CPU s':>8}{'MiB':>7}")
        losses: dict[str, Array] = {}
        for name in ["wce tradeoff", *options.solvers]:
            best: list[float] = []
            for _ in range(options.repetitions if name == "wce tradeoff" else 1):
                if name == "wce tradeoff":
                    _, *measured = run(tool)
                    points = json.loads(Path(report).read_text())["weightPath"]
                    weights = [point["positiveWeight"] for point in points]
                    losses[name] = np.array(
                        [[fold["metrics"]["logLoss"] for fold in point["folds"]]
                         for point in points])
                else:
                    output, *measured = run(
                        [sys.executable, __file__, "--grid", csv, name, count,
                         ",".join(map(repr, weights))])
                    losses[name] = np.array(json.loads(output))
                best = [min(pair) for pair in zip(best or measured, measured, strict=True)]
            results[name] = {
                "seconds": best[0], "processorSeconds": best[1], "peakMiB": best[2]}
            print(f"{name:<24}{best[0]:>8.2f}{best[1]:>8.2f}{best[2]:>7.0f}", flush=True)
    for name in options.solvers:
        wall, processor = (results[name][key] / results["wce tradeoff"][key]
                           for key in ("seconds", "processorSeconds"))
        print(f"{name}: {wall:.1f} times the wall time, {processor:.1f} times the processor time")
    table_size, peak = features.nbytes / 2**20, results["wce tradeoff"]["peakMiB"]
    program = run([options.tool, "--version"])[3]
    print(f"peak memory of wce tradeoff: {peak / table_size:.2f} times the table, "
          f"{(peak - program) / table_size:.2f} without the {program:.0f} MiB of wce --version")
    print(f"{'distance from optimum':<24}{'log loss':>10}{'objective':>11}{'coefficient':>13}")
    for name, distance in distances(features, targets, weights, losses, options).items():
        results[name]["distance"] = distance
        print(f"{name:<24}{distance['logLoss']:>10.1e}{distance['objective']:>11.1e}"
              f"{distance['coefficient']:>13.1e}")
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
