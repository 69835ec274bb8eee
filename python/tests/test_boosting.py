# SPDX-License-Identifier: Apache-2.0
"""What the objectives for XGBoost and LightGBM promise."""

import numpy as np
import pytest

import weighted_cross_entropy as wce
from weighted_cross_entropy.boosting import Objective, TrainingObjective


class Data:
    """As much of a data set as an objective asks for."""

    def __init__(self, targets, weights):
        self.get_label, self.get_weight = lambda: targets, lambda: weights


TARGETS, SCORES = np.array([0.0, 1.0, 1.0, 0.0], np.float32), np.array([-1.0, 0.5, -60.0, 200.0])
WEIGHTS = np.array([1.0, 2.0, 0.5, 0.0], np.float32)


def test_derivatives():
    gradient, hessian = Objective(9.0, label_smoothing=0.1)(TARGETS, SCORES, WEIGHTS)
    options = {"weights": WEIGHTS, "label_smoothing": 0.1}
    assert np.array_equal(gradient, wce.gradient(TARGETS, SCORES, 9.0, **options))
    assert np.array_equal(
        hessian,
        np.maximum(
            wce.second_derivative(TARGETS, SCORES, 9.0, **options), [1e-16, 1e-16, 1e-16, 0]))
    assert np.array_equal(
        Objective(9.0, min_hessian=0)(TARGETS, SCORES)[1],
        wce.second_derivative(TARGETS, SCORES, 9.0))


@pytest.mark.parametrize("weights", [None, np.array([], np.float32), WEIGHTS])
def test_training_objective_reads_the_data_set(weights):
    result = TrainingObjective(9.0)(SCORES, Data(TARGETS, weights))
    expected = Objective(9.0)(
        TARGETS, SCORES, weights if weights is not None and len(weights) else None)
    assert np.array_equal(result, expected)


@pytest.mark.parametrize("make", [Objective, TrainingObjective])
@pytest.mark.parametrize(
    "options", [{"pos_weight": -1}, {"label_smoothing": 2}, {"threads": 0}, {"min_hessian": -1}])
def test_errors_are_found_at_once(make, options):
    with pytest.raises(ValueError):
        make(**options)


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(5)
    features = random.normal(size=(3000, 6))
    score = features @ random.normal(size=6) - 3
    return features, (random.random(3000) < 1 / (1 + np.exp(-score))).astype(
        np.float32), random.random(3000) + 0.5


def recall(targets, scores):
    return np.mean(scores[targets == 1] > 0)


def test_xgboost(table):
    xgboost = pytest.importorskip("xgboost")
    pytest.importorskip("sklearn", reason="the estimators need it")
    features, targets, weights = table
    data = xgboost.DMatrix(features, targets, weight=weights)
    options = {"base_score": 0, "max_depth": 3, "seed": 1, "nthread": 1}
    ours = xgboost.train(options, data, 20, obj=TrainingObjective(5.0)).predict(data)
    theirs = xgboost.train(options
        | {"objective": "binary:logistic", "scale_pos_weight": 5.0, "base_score": 0.5}, data, 20)
    assert np.allclose(ours, theirs.predict(data, output_margin=True), rtol=1e-3, atol=1e-3)
    plain = xgboost.train(options, data, 20, obj=TrainingObjective(1.0)).predict(data)
    assert recall(targets, ours) > recall(targets, plain)
    model = xgboost.XGBClassifier(
        objective=Objective(5.0), base_score=0.5, max_depth=3, n_estimators=20, n_jobs=1)
    model.fit(features, targets, sample_weight=weights)
    assert np.allclose(model.predict(features, output_margin=True), ours, rtol=1e-3, atol=1e-3)
    assert np.allclose(
        model.predict_proba(features)[:, 1], 1 / (1 + np.exp(-ours)), rtol=1e-3, atol=1e-3)


def test_lightgbm(table):
    lightgbm = pytest.importorskip("lightgbm")
    pytest.importorskip("sklearn", reason="the estimators need it")
    features, targets, weights = table
    options = {
        "verbosity": -1, "num_leaves": 8, "num_threads": 1, "seed": 1, "boost_from_average": False}
    make = lambda: lightgbm.Dataset(
        features, targets, weight=weights, free_raw_data=False)
    ours = lightgbm.train(options | {"objective": TrainingObjective(5.0)}, make(), 20).predict(
        features)
    theirs = lightgbm.train(options | {"objective": "binary", "scale_pos_weight": 5.0}, make(), 20)
    assert np.allclose(ours, theirs.predict(features, raw_score=True), rtol=1e-3, atol=1e-3)
    model = lightgbm.LGBMClassifier(
        objective=Objective(5.0), n_estimators=20, num_leaves=8, n_jobs=1, verbosity=-1)
    model.fit(features, targets, sample_weight=weights)
    assert np.allclose(model.predict(features, raw_score=True), ours, rtol=1e-3, atol=1e-3)
