#!/usr/bin/env python3
"""Compares fits with scikit-learn's LogisticRegression: the same optimum, and how long each takes from memory.

Builds nothing: run `swift build -c release --package-path Benchmarks` first. Needs numpy and scikit-learn.

    python3 Benchmarks/peers/compare_fit.py [--rows 284807 2000000] [--repetitions 5] [--json FILE]

For each table and each positive weight it prints the median seconds of both, their ratio, and the largest difference of a
coefficient from the reference, relative to the coefficient and to the largest one. The reference is scikit-learn's
newton-cholesky solver at tol=1e-14; the competitor is its lbfgs at tol=1e-8. Standardisation is timed in both.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile, time, warnings

import numpy as np
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[284_807, 2_000_000])
    parser.add_argument("--weights", default="0.1,1,10,578")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--json")
    parser.add_argument(
        "--executable", default=os.path.join(ROOT, "Benchmarks", ".build", "release", "fit"))
    options = parser.parse_args()
    weights = [float(weight) for weight in options.weights.split(",")]
    tables = [("digits 1797 x 64", digits)] + [
        (f"synthetic {rows} x 30", lambda rows=rows: synthetic(rows)) for rows in options.rows]
    results = []
    print(f"{'table':<24}{'q':>7}{'swift s':>10}{'sklearn s':>11}{'ratio':>7}{'iter':>10}{'rel. diff':>11}{'of largest':>11}{'lbfgs diff':>11}")
    for name, make in tables:
        features, targets = make()
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, "features.npy"), os.path.join(folder, "targets.npy")]
            np.save(paths[0], features)
            np.save(paths[1], targets)
            run = subprocess.run(
                [options.executable, *paths, str(options.repetitions), options.weights],
                capture_output=True, text=True)
            if run.returncode:
                sys.exit(run.stderr)
        for fit in json.loads(run.stdout):
            weight = fit["positiveWeight"]
            seconds = []
            for _ in range(options.repetitions if len(targets) < 1_000_000 else min(options.repetitions, 3)):
                start = time.perf_counter()
                rival, iterations = sklearn_fit(features, targets, weight, solver="lbfgs", tol=1e-8)
                seconds.append(time.perf_counter() - start)
            reference, _ = sklearn_fit(features, targets, weight, solver="newton-cholesky", tol=1e-14)
            ours = np.array(fit["coefficients"] + [fit["intercept"]])
            constant = reference == 0
            def relative(values):
                return float(np.max(np.abs(values - reference)[~constant] / np.abs(reference[~constant])))
            result = {
                "table": name, "positiveWeight": weight, "swiftSeconds": statistics.median(fit["seconds"]),
                "sklearnSeconds": statistics.median(seconds), "swiftIterations": fit["certificate"]["iterations"],
                "sklearnIterations": iterations, "gradientNorm": fit["certificate"]["gradientNorm"],
                "relativeDifference": relative(ours),
                "differenceOfLargest": float(np.max(np.abs(ours - reference)) / np.max(np.abs(reference))),
                "sklearnLBFGSRelativeDifference": relative(rival)}
            result["ratio"] = result["sklearnSeconds"] / result["swiftSeconds"]
            results.append(result)
            print(
                f"{name:<24}{weight:>7g}{result['swiftSeconds']:>10.4f}{result['sklearnSeconds']:>11.4f}{result['ratio']:>7.1f}"
                f"{result['swiftIterations']:>4}/{iterations:<5}{result['relativeDifference']:>11.1e}"
                f"{result['differenceOfLargest']:>11.1e}{result['sklearnLBFGSRelativeDifference']:>11.1e}", flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
