#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares fits with scikit-learn's LogisticRegression: the same optimum, and how long each takes.

Builds nothing: run `swift build -c release --package-path Benchmarks` first, and for the table on disk `swift build -c release`.
Needs what `requirements.txt` beside this file names.

    python3 Benchmarks/peers/compare_fit.py [--rows 284807 2000000] [--repetitions 5] [--json FILE]
    python3 Benchmarks/peers/compare_fit.py --rows 284807 --tool .build/release/wce

From memory: for each table and each positive weight it prints the median seconds of both, their ratio, and the largest difference
of a coefficient from the reference, relative to the coefficient and to the largest one. The reference is scikit-learn's
newton-cholesky solver at tol=1e-14; the competitor is its lbfgs at tol=1e-8. Standardisation is timed in both.

With `--tool`, from a file: `wce fit` and `fit_csv.py`, a script of pandas and scikit-learn, on the same CSV, process start included, in
turns, and `wce fit` on the matrix as .npy. For every process its peak memory is printed.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile, time, warnings

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def synthetic(rows, columns=30, rate=0.002, seed=20130901):
    """Correlated normal features on scales from 1 to 1000 and a logistic target with the given rate of positives."""
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


def digits():
    table = np.loadtxt(os.path.join(ROOT, "Examples", "digits.csv"), delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1]


def sklearn_fit(features, targets, weight, **options):
    scaled = StandardScaler().fit_transform(features)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=1.0, class_weight={0: 1, 1: weight}, max_iter=10000, **options)
        model.fit(scaled, targets)
    return np.append(model.coef_[0], model.intercept_[0]), int(model.n_iter_[0])


# A process is started from a small one: the peak memory that the system reports for a child is at least that of its parent.
LAUNCHER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
process = subprocess.run(sys.argv[1:], capture_output=True, text=True)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
json.dump([process.returncode, process.stdout, process.stderr, seconds, peak], sys.stdout)
"""


def run(command):
    """Runs a process; its standard output, seconds and peak memory in MiB."""
    launched = subprocess.run([sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, check=True)
    status, output, error, seconds, peak = json.loads(launched.stdout)
    if status:
        sys.exit(f"{' '.join(command)}: {error}")
    return output, seconds, peak


def compare_memory(name, features, targets, options):
    """Yields a result for each weight."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, "features.npy"), os.path.join(folder, "targets.npy")]
        np.save(paths[0], features)
        np.save(paths[1], targets)
        output, _, peak = run([options.executable, *paths, str(options.repetitions), options.weights])
    print(f"{name}: {features.nbytes / 2**20:.0f} MiB of features, {peak:.0f} MiB at most in the process that fits them")
    for fit in json.loads(output):
        weight = fit["positiveWeight"]
        seconds = []
        for _ in range(options.repetitions if len(targets) < 1_000_000 else min(options.repetitions, 3)):
            start = time.perf_counter()
            rival, iterations = sklearn_fit(features, targets, weight, solver="lbfgs", tol=1e-8)
            seconds.append(time.perf_counter() - start)
        reference, _ = sklearn_fit(features, targets, weight, solver="newton-cholesky", tol=1e-14)
        ours = np.array(fit["coefficients"] + [fit["intercept"]])
        result = {
            "table": name, "positiveWeight": weight, "swiftSeconds": statistics.median(fit["seconds"]),
            "sklearnSeconds": statistics.median(seconds), "swiftIterations": fit["certificate"]["iterations"],
            "sklearnIterations": iterations, "gradientNorm": fit["certificate"]["gradientNorm"], "peakMiB": peak,
            "relativeDifference": relative(ours, reference),
            "differenceOfLargest": float(np.max(np.abs(ours - reference)) / np.max(np.abs(reference))),
            "sklearnLBFGSRelativeDifference": relative(rival, reference)}
        result["ratio"] = result["sklearnSeconds"] / result["swiftSeconds"]
        print(
            f"{name:<24}{weight:>7g}{result['swiftSeconds']:>10.4f}{result['sklearnSeconds']:>11.4f}{result['ratio']:>7.1f}"
            f"{result['swiftIterations']:>4}/{iterations:<5}{result['relativeDifference']:>11.1e}"
            f"{result['differenceOfLargest']:>11.1e}{result['sklearnLBFGSRelativeDifference']:>11.1e}", flush=True)
        yield result


def relative(values, reference):
    constant = reference == 0
    return float(np.max(np.abs(values - reference)[~constant] / np.abs(reference[~constant])))


def compare_files(name, features, targets, weight, options):
    """One result: the tool and the script on one CSV, and the tool on one .npy."""
    with tempfile.TemporaryDirectory() as folder:
        csv, npy, labels, model, other = (
            os.path.join(folder, file) for file in ("data.csv", "data.npy", "targets.npy", "model.json", "other.json"))
        header = [f"x{column}" for column in range(features.shape[1])] + ["target"]
        table = pd.DataFrame(np.column_stack([features, targets]), columns=header).astype({"target": int})
        table.to_csv(csv, index=False)
        np.save(npy, features)
        np.save(labels, targets)
        fit = ["--pos-weight", f"{weight:g}", "--model", model]
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fit_csv.py")
        commands = {
            "wce fit data.csv": [options.tool, "fit", csv, "--target", "target", *fit],
            "fit_csv.py data.csv": [sys.executable, script, csv, "target", f"{weight:g}", other],
            "wce fit data.npy": [options.tool, "fit", npy, "--targets", labels, *fit],
        }
        seconds = {command: [] for command in commands}
        peak = dict.fromkeys(commands, 0)
        for _ in range(options.repetitions):
            for command, arguments in commands.items():
                _, elapsed, memory = run(arguments)
                seconds[command].append(elapsed)
                peak[command] = max(peak[command], memory)
        with open(model) as file:
            ours = json.load(file)
        with open(other) as file:
            theirs = json.load(file)
        difference = np.abs(
            np.array([feature["coefficient"] for feature in ours["features"]]) - theirs["coefficients"]).max()
        print(f"{name}, q = {weight:g}; the CSV has {os.path.getsize(csv) / 2**20:.0f} MiB; largest difference {difference:.1e}")
    medians = {command: statistics.median(values) for command, values in seconds.items()}
    for command in commands:
        print(f"  {command:<24}{medians[command]:>8.2f} s{peak[command]:>8.0f} MiB", flush=True)
    print(f"  ratio {medians['fit_csv.py data.csv'] / medians['wce fit data.csv']:.1f}")
    return {"table": name, "positiveWeight": weight, "seconds": medians, "peakMiB": peak, "difference": difference}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[284_807, 2_000_000])
    parser.add_argument("--weights", default="0.1,1,10,578")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--json")
    parser.add_argument(
        "--executable", default=os.path.join(ROOT, "Benchmarks", ".build", "release", "fit"))
    parser.add_argument("--tool", help="the tool wce: compares fits of files instead")
    options = parser.parse_args()
    tables = [(f"synthetic {rows} x 30", lambda rows=rows: synthetic(rows)) for rows in options.rows]
    results = []
    if options.tool:
        for name, make in tables:
            results.append(compare_files(name, *make(), float(options.weights.split(",")[-1]), options))
    else:
        print(f"{'table':<24}{'q':>7}{'swift s':>10}{'sklearn s':>11}{'ratio':>7}{'iter':>10}{'rel. diff':>11}{'of largest':>11}{'lbfgs diff':>11}")
        for name, make in [("digits 1797 x 64", digits)] + tables:
            results += compare_memory(name, *make(), options)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
