#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes synthetic.csv, fits.json, metrics.json and calibrations.json with scikit-learn.

    pip install "scikit-learn==1.9.1" && python3 make_fixtures.py

A fit uses the newton-cholesky solver with tol=1e-14 on standardised features. The script fails if
its gradient, computed from the definition, is not zero to rounding.
"""
import json
import warnings
from pathlib import Path

import numpy as np
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "Examples"
WEIGHTS = [0.1, 1, 10, 578]


def synthetic(rows=400, seed=20240517):
    """Features on different scales, hard and soft targets, and weights, some of them 0."""
    random = np.random.default_rng(seed)
    base = random.standard_normal((rows, 4))
    base[:, 1] += 0.6 * base[:, 0]
    score = base @ [1.0, -0.7, 0.4, 0.2] - 2.2
    target = (random.random(rows) < 1 / (1 + np.exp(-score))).astype(int)
    soft = np.round(np.where(target, random.uniform(0.6, 1, rows), random.uniform(0, 0.4, rows)), 3)
    weight = np.round(random.gamma(2, 0.7, rows), 3) * (random.random(rows) > 0.15)
    columns = {
        "plain": np.round(base[:, 0], 4),
        "far": np.round(base[:, 1] * 0.03 + 5000, 4),
        "constant": np.full(rows, 0.1),
        "wide": np.round(base[:, 2] * 1e6, 1),
        "flag": (base[:, 3] > 1).astype(int),
    }
    lines = [",".join([*columns, "target", "soft", "weight"])]
    for row in range(rows):
        cells = [float(values[row]) for values in columns.values()]
        cells += [int(target[row]), float(soft[row]), float(weight[row])]
        lines.append(",".join(map(repr, cells)))
    (HERE / "synthetic.csv").write_text("\n".join(lines) + "\n")
    return np.column_stack(list(columns.values())).astype(float), target.astype(float), soft, weight


def fit(features, targets, q, l2, weights=None):
    """Coefficients and intercept. A soft target z is two rows, of weights z and 1 - z."""
    rows = len(targets)
    weights = np.ones(rows) if weights is None else weights
    used = weights > 0
    scaler = StandardScaler().fit(features[used])
    active = features[used].min(axis=0) < features[used].max(axis=0)
    scaled = scaler.transform(features)[:, active]
    both = np.vstack([scaled, scaled])
    labels = np.repeat([1.0, 0.0], rows)
    shares = np.concatenate([weights * targets, weights * (1 - targets)])
    both, labels, shares = both[shares > 0], labels[shares > 0], shares[shares > 0]
    model = LogisticRegression(
        C=1 / l2 if l2 else np.inf, class_weight={0: 1, 1: q}, solver="newton-cholesky", tol=1e-14,
        max_iter=1000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # At this tolerance it warns about rounding.
        model.fit(both, labels, sample_weight=shares)
    # One more Newton step with the gradient of the definition shows that it has converged.
    beta = np.append(model.coef_[0], model.intercept_[0])
    tiles = np.column_stack([both, np.ones(len(both))])
    counts = shares * np.where(labels == 1, q, 1)
    penalty = np.append(np.full(both.shape[1], l2), 0)
    step = np.inf
    for _ in range(3):
        p = 1 / (1 + np.exp(-(tiles @ beta)))
        gradient = tiles.T @ (counts * (p - labels)) + penalty * beta
        hessian = (tiles * (counts * p * (1 - p))[:, None]).T @ tiles + np.diag(penalty)
        step = np.linalg.solve(hessian, -gradient)
    assert np.max(np.abs(step)) < 1e-9 * np.max(np.abs(beta)), (q, l2, np.max(np.abs(step)))
    coefficients = np.zeros(features.shape[1])
    coefficients[active] = beta[:-1]
    return {
        "positiveWeight": q, "l2": l2, "coefficients": coefficients.tolist(),
        "intercept": float(beta[-1])}


def fits():
    features, target, soft, weight = synthetic()
    table = np.loadtxt(EXAMPLES / "digits.csv", delimiter=",", skiprows=1)
    cases = [("target", target, l2, None) for l2 in [0, 0.01, 1, 100]] + [
        ("target", target, 1, weight), ("soft", soft, 1, None), ("soft", soft, 1, weight)]
    found = []
    for q in WEIGHTS:
        names = {"table": "digits", "targets": "target", "weighted": False}
        found.append(names | fit(table[:, :-1], table[:, -1], q, 1))
        for name, targets, l2, weights in cases:
            names = {"table": "synthetic", "targets": name, "weighted": weights is not None}
            found.append(names | fit(features, targets, q, l2, weights))
    return found


def defined(value):
    """None where the metric is undefined."""
    return None if np.isnan(value) else float(value)


def evaluate(logits, targets, weights, threshold):
    p = 1 / (1 + np.exp(-logits))
    predicted = (p >= threshold).astype(int)
    labels = {"sample_weight": weights}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        confusion = metrics.confusion_matrix(targets, predicted, labels=[0, 1], **labels)
        tn, fp, fn, tp = confusion.ravel()
        both = tp + fn > 0 and tn + fp > 0
        found = {
            "precision": metrics.precision_score(
                targets, predicted, zero_division=np.nan, **labels),
            "recall": metrics.recall_score(targets, predicted, zero_division=np.nan, **labels),
            "specificity": metrics.recall_score(
                targets, predicted, pos_label=0, zero_division=np.nan, **labels),
            "f1": metrics.f1_score(targets, predicted, zero_division=np.nan, **labels),
            # Where scikit-learn chooses a number for 0/0, the metric is undefined here.
            "balancedAccuracy":
                metrics.balanced_accuracy_score(targets, predicted, **labels) if both else np.nan,
            "matthewsCorrelation":
                metrics.matthews_corrcoef(targets, predicted, **labels)
                if both and tp + fp > 0 and tn + fn > 0 else np.nan,
            "rocAUC": metrics.roc_auc_score(targets, logits, **labels) if both else np.nan,
            "averagePrecision":
                metrics.average_precision_score(targets, logits, **labels)
                if tp + fn > 0 else np.nan,
            "logLoss": metrics.log_loss(targets, p, labels=[0, 1], **labels),
            "brierScore": metrics.brier_score_loss(targets, p, labels=[0, 1], **labels),
            "calibrationError": calibration_error(p, targets, weights),
        }
    return {
        "logits": logits.tolist(), "targets": targets.tolist(),
        "weights": None if weights is None else weights.tolist(), "threshold": threshold,
        "confusion": [float(tp), float(fp), float(tn), float(fn)],
        "metrics": {name: defined(value) for name, value in found.items()},
    }


def calibration_error(p, targets, weights):
    """Uses the bins of scikit-learn's calibration_curve, and without weights checks its values."""
    weights = np.ones(len(p)) if weights is None else weights
    bins = np.searchsorted(np.linspace(0, 1, 11)[1:-1], p)
    total = np.bincount(bins, weights, 10)
    rate = np.bincount(bins, weights * targets, 10)
    mean = np.bincount(bins, weights * p, 10)
    if np.all(weights == 1):
        used = total > 0
        known_rate, known_mean = (
            calibration_curve(targets, p, n_bins=10) if len(set(targets)) == 2 else (None, None))
        if known_rate is not None:
            assert np.allclose(known_rate, rate[used] / total[used])
            assert np.allclose(known_mean, mean[used] / total[used])
    return np.sum(np.abs(rate - mean)) / np.sum(total)


def metric_cases():
    random = np.random.default_rng(7)
    found = []
    for case in range(50):
        rows = int(random.integers(1, 60))
        logits = random.normal(random.uniform(-2, 2), random.uniform(0.5, 3), rows)
        # Many rows score the same in a third of the cases, some exactly at the threshold of 1/2.
        logits = np.clip(np.round(logits, 0 if case % 3 == 0 else 4), -9, 9)
        chance = random.random(rows)
        targets = (chance < 1 / (1 + np.exp(-logits - random.uniform(-2, 2)))).astype(int)
        if case % 10 == 1:
            targets[:] = 0
        if case % 10 == 6:
            targets[:] = 1
        threshold = 0.5 if case % 2 == 0 else float(np.round(random.uniform(0.01, 0.99), 2))
        if case % 10 == 3:
            threshold = 1.0  # Nothing is predicted positive.
        if case % 10 == 8:
            threshold = 0.0  # Everything is.
        weights = None
        if case % 4 == 1:
            weights = np.round(random.gamma(1, 1, rows) * (random.random(rows) > 0.2) + 0, 3)
        if weights is not None and weights.sum() == 0:
            weights[0] = 1
        if weights is not None:
            # scikit-learn has no masks: a class all of whose rows weigh nothing is, to it, there.
            present = {int(t) for t, w in zip(targets, weights, strict=True) if w > 0}
            if len(present) == 1:
                targets[:] = present.pop()
        found.append(evaluate(logits, targets, weights, threshold))
    return found


def platt(logits, targets, weights):
    """Platt's slope and intercept by Newton's method, to rounding."""
    weights = np.ones(len(logits)) if weights is None else weights
    above, below = np.sum(weights * targets), np.sum(weights * (1 - targets))
    soft = np.where(targets == 1, (above + 1) / (above + 2), 1 / (below + 2))
    tiles = np.column_stack([logits, np.ones(len(logits))])
    beta = np.zeros(2)
    for _ in range(100):
        p = 1 / (1 + np.exp(-(tiles @ beta)))
        hessian = (tiles * (weights * p * (1 - p))[:, None]).T @ tiles
        step = np.linalg.solve(hessian, tiles.T @ (weights * (soft - p)))
        beta = beta + step
    assert np.max(np.abs(step)) < 1e-12 * np.max(np.abs(beta)), step
    return beta.tolist()


def calibration_cases():
    random = np.random.default_rng(11)
    found = []
    for case in range(12):
        rows = int(random.integers(20, 80))
        logits = np.round(random.normal(-1, 2, rows), 0 if case % 3 == 0 else 4)
        # The scores exaggerate.
        targets = (random.random(rows) < 1 / (1 + np.exp(-0.5 * logits + 0.3))).astype(int)
        targets[:2] = [0, 1]
        weights = None
        if case % 2 == 1:
            weights = np.round(random.gamma(1, 1, rows) * (random.random(rows) > 0.2) + 0, 3)
            weights[:2] = 1
        isotonic = IsotonicRegression(out_of_bounds="clip").fit(logits, targets, weights)
        points = np.linspace(-8, 8, 33)
        found.append({
            "logits": logits.tolist(), "targets": targets.tolist(),
            "weights": None if weights is None else weights.tolist(),
            "platt": platt(logits, targets, weights), "points": points.tolist(),
            "isotonic": isotonic.predict(points).tolist(),
        })
    return found


def write(name, cases):
    text = ",\n".join(json.dumps(case, allow_nan=False) for case in cases)
    (HERE / name).write_text(f"[\n{text}\n]\n")


write("fits.json", fits())
write("metrics.json", metric_cases())
write("calibrations.json", calibration_cases())
