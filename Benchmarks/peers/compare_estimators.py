#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the estimator for Python with scikit-learn's, on a data frame of pandas.

Install the Python package and run `swift build -c release --package-path Benchmarks` first.

    python3 Benchmarks/peers/compare_estimators.py [--rows 284807] [--repetitions 5] [--json FILE]

The fits are those of `WeightedLogisticRegression`, of the Swift benchmark on the same matrix, and
of StandardScaler and LogisticRegression with the solver lbfgs and tol=1e-8. The studies are
`tradeoff` and a GridSearchCV over the same weights and folds, whose times of a part are
extrapolated with `--grid-weights`. Times are the medians of the repetitions, taken in turn.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from compare_fit import ROOT, synthetic
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from weighted_cross_entropy.sklearn import WeightedLogisticRegression, tradeoff


def measured(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def lbfgs(weight: float) -> Any:
    return make_pipeline(
        StandardScaler(),
        LogisticRegression(class_weight={0: 1, 1: weight}, tol=1e-8, max_iter=10_000))


def compare_fits(table: pd.DataFrame, y: Any, options: argparse.Namespace) -> dict[str, Any]:
    weight = options.weight
    X = table.to_numpy()
    model = WeightedLogisticRegression(pos_weight=weight)
    peer = lbfgs(weight)
    seconds: dict[str, list[float]] = {}
    cases: dict[str, Callable[[], Any]] = {
        "estimator, pandas": lambda: model.fit(table, y),
        "estimator, row-major": lambda: model.fit(np.ascontiguousarray(X), y),
        "lbfgs": lambda: peer.fit(table, y),
    }
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/x.npy", X)
        np.save(f"{folder}/y.npy", np.asarray(y, dtype=float))
        for _ in range(options.repetitions):
            for name, case in cases.items():
                elapsed, _ = measured(case)
                seconds.setdefault(name, []).append(elapsed)
            run = subprocess.run(
                [options.executable, f"{folder}/x.npy", f"{folder}/y.npy", "1", f"{weight:g}"],
                check=True, capture_output=True, text=True)
            seconds.setdefault("Swift benchmark", []).extend(json.loads(run.stdout)[0]["seconds"])
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, value in medians.items():
        print(f"{name:<24}{value:>9.3f} s", flush=True)
    ours = medians["estimator, pandas"]
    print(f"lbfgs takes {medians['lbfgs'] / ours:.1f} times as long; "
          f"overhead over Swift {ours / medians['Swift benchmark'] - 1:.0%}")
    return {"seconds": medians}


def compare_studies(table: pd.DataFrame, y: Any, options: argparse.Namespace) -> dict[str, Any]:
    weights = np.geomspace(0.1, 100, 16)
    elapsed, _ = measured(lambda: tradeoff(table, y, pos_weights=weights))
    part = weights[:: max(1, 16 // options.grid_weights)]
    grid = GridSearchCV(
        lbfgs(1), {"logisticregression__class_weight": [{0: 1, 1: q} for q in part]},
        scoring="neg_log_loss", cv=StratifiedKFold(5, shuffle=True, random_state=0), n_jobs=-1,
        refit=False)
    peer, _ = measured(lambda: grid.fit(table, y))
    peer *= len(weights) / len(part)
    print(f"tradeoff {elapsed:.2f} s, GridSearchCV {peer:.1f} s (from {len(part)} of 16 weights): "
          f"{peer / elapsed:.1f} times")
    return {"tradeoff": elapsed, "GridSearchCV": peer, "weights": len(part)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=284_807)
    parser.add_argument("--weight", type=float, default=10)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--grid-weights", type=int, default=16)
    parser.add_argument("--table", type=Path, help="a CSV with a column `target` instead")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--executable", default=str(ROOT / "Benchmarks/.build/release/fit"))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.table:
        table = pd.read_csv(options.table, float_precision="round_trip")
        y = table.pop("target")
    else:
        X, y = synthetic(options.rows)
        table = pd.DataFrame(X, columns=[f"f{column}" for column in range(X.shape[1])])
    print(f"{len(table)} x {table.shape[1]}, {int(np.sum(y))} positives")
    results = {"fit": compare_fits(table, y, options), "study": compare_studies(table, y, options)}
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
