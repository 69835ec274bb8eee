#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How often a goal holds on new rows that `wce tradeoff` was asked for.

Run `swift build -c release` first. `python/frameworks.txt` lists the packages.

    python3 Benchmarks/peers/goal_coverage.py [--resamples 200] [--confidences none 0.9]

Each resample divides a table in two at random, with the same number of positives in both halves.
`wce tradeoff` recommends a weight and a threshold from the first half, `wce fit` fits a model to it
with each, and `wce evaluate` measures the model on the second half. The script prints the share of
the resamples in which the goal holds there, and the means of the metric, the false alarms and the
misses. A resample where the weights or the thresholds cannot reach the goal with the confidence
does not count for them.
"""

import argparse
import json
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from compare_fit import Array, digits, synthetic
from sklearn.datasets import load_breast_cancer

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Case:
    name: str
    features: Array
    targets: Array
    goal: str
    minimum: float


def cases() -> list[Case]:
    eights = digits()
    malignant, benign = load_breast_cancer(return_X_y=True)
    simulated = synthetic(rows=4000, rate=0.1)
    return [
        Case("digits", *eights, "recall", 0.8),
        Case("breast cancer", malignant, 1.0 - benign, "recall", 0.9),
        Case("synthetic", *simulated, "recall", 0.8),
        Case("synthetic", *simulated, "precision", 0.6),
    ]


def halves(targets: Array, seed: int) -> tuple[Array, Array]:
    """The rows of two halves with the same number of positives, up to one."""
    random = np.random.default_rng(seed)
    rows = [random.permutation(np.flatnonzero(targets == value)) for value in (0, 1)]
    return (
        np.concatenate([part[: len(part) // 2] for part in rows]),
        np.concatenate([part[len(part) // 2 :] for part in rows]),
    )


def run(tool: Path, folder: str, *words: str) -> str:
    done = subprocess.run([tool, *words], cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


def resample(tool: Path, case: Case, confidence: str, seed: int) -> dict[str, tuple[float, ...]]:
    """For the weight and the threshold: recall or precision, false alarms and misses."""
    results: dict[str, tuple[float, ...]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in zip(("known", "new"), halves(case.targets, seed), strict=True):
            table = pd.DataFrame(case.features[rows]).add_prefix("x")
            table["target"] = case.targets[rows].astype(int)
            table.to_csv(Path(folder, f"{name}.csv"), index=False)
        options = [f"--{case.goal}-at-least", str(case.minimum), "--seed", str(seed)]
        if confidence != "none":
            options += ["--confidence", confidence]
        known = ["known.csv", "--target", "target", "--threads", "1"]
        run(tool, folder, "tradeoff", *known, *options, "--json", "study.json")
        study: Any = json.loads(Path(folder, "study.json").read_text())
        for kind in ("weight", "threshold"):
            candidate = study["recommendation"].get(kind)
            if candidate is None or not candidate["isReached"]:
                continue
            value = candidate["positiveWeight" if kind == "weight" else "threshold"]
            option = "--pos-weight" if kind == "weight" else "--threshold"
            run(tool, folder, "fit", *known, option, str(value), "--model", "model.json")
            evaluate = ["evaluate", "--model", "model.json", "new.csv", "--json"]
            new = json.loads(run(tool, folder, *evaluate))
            # Without alarms the precision is undefined, and the goal does not hold.
            results[kind] = (
                new["metrics"][case.goal] or 0.0,
                new["confusion"]["falsePositives"],
                new["confusion"]["falseNegatives"],
            )
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--confidences", nargs="+", default=["none", "0.9"])
    parser.add_argument("--tool", type=Path, default=ROOT / ".build/release/wce")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    print(
        f"{'table':14} {'goal':16} {'confidence':10} {'kind':10}  holds  of   mean  alarms  misses"
    )
    for case in cases():
        for confidence in arguments.confidences:
            with ThreadPoolExecutor(arguments.jobs) as pool:
                run = partial(resample, arguments.tool.resolve(), case, confidence)
                results = list(pool.map(run, range(arguments.resamples)))
            for kind in ("weight", "threshold"):
                values = np.array([result[kind] for result in results if kind in result])
                if not len(values):
                    continue
                holds = np.mean(values[:, 0] >= case.minimum)
                mean, alarms, misses = values.mean(axis=0)
                print(
                    f"{case.name:14} {case.goal + ' >= ' + str(case.minimum):16} {confidence:10} "
                    f"{kind:10} {holds:6.3f} {len(values):4}  {mean:.3f} {alarms:7.1f} "
                    f"{misses:7.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
