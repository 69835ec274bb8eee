# SPDX-License-Identifier: Apache-2.0
"""What the objectives and metrics for XGBoost, LightGBM and CatBoost promise."""

import copy
import pickle

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import raises
from weighted_cross_entropy.boosting import (
    LightGBMMetric,
    LogisticLink,
    Metric,
    Objective,
    TrainingMetric,
    TrainingObjective,
)


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


KINDS = [Objective, TrainingObjective, Metric, LightGBMMetric, TrainingMetric]


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize(
    "options", [{"pos_weight": -1}, {"pos_weight": (1, -1)}, {"label_smoothing": 2},
        {"threads": 0}])
def test_errors_are_found_at_once(make, options):
    with pytest.raises(ValueError):
        make(**options)


def test_the_minimum_of_the_hessian_is_not_negative():
    with raises(ValueError, "min_hessian must be at least 0, received -1"):
        Objective(min_hessian=-1)


@pytest.mark.parametrize("make", KINDS)
def test_objects_are_values(make):
    one = make(9, label_smoothing=0.1, threads=2)
    fields = "pos_weight=9.0, label_smoothing=0.1, threads=2"
    fields += ", min_hessian=1e-16" if issubclass(make, Objective) else ""
    assert repr(one) == f"{make.__name__}({fields})"
    same = make(np.float32(9), label_smoothing=0.1, threads=2)
    assert one == same and hash(one) == hash(same)
    assert one != make(9) and one != (Metric if make is Objective else Objective)(9)
    assert copy.copy(one) is one and copy.deepcopy(one) is one
    assert pickle.loads(pickle.dumps(one)) == one
    assert make(np.array([1, 2])) == make((1.0, 2.0)) and hash(make([1, 2]))
    with pytest.raises(AttributeError):
        one.pos_weight = 2.0


def test_several_labels():
    random = np.random.default_rng(2)
    q, x = (1.0, 2.0, 5.0), random.normal(size=(4, 3))
    z, w = (random.random((4, 3)) < 0.5).astype(np.float32), random.random(4)
    every = np.repeat(w, 3).reshape(4, 3)
    # XGBoost has the labels in one row.
    for result in (Objective(q)(z, x, w), TrainingObjective(q)(x, Data(z.ravel(), w))):
        assert np.array_equal(result[0], wce.gradient(z, x, q, weights=every, axis=1))
    mean = wce.loss(z, x, q, weights=every, axis=1, reduction="weighted_mean")
    assert Metric(q)(z.ravel(), x, w) == mean
    with raises(
        ValueError, "objective: there must be one pos_weight for each class along axis -1 of "
        "logits of shape (4,), received 3"):
        Objective(q)(z[:, 0], x[:, 0])


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_metrics(weights):
    options = {"label_smoothing": 0.1, "weights": weights}
    reduction = "mean" if weights is None else "weighted_mean"
    mean = wce.loss(TARGETS, SCORES, 9.0, reduction=reduction, **options)
    name, make = "weighted_cross_entropy", lambda kind: kind(9.0, label_smoothing=0.1)
    assert make(Metric)(TARGETS, SCORES, weights) == mean
    assert make(Metric).__name__ == name
    assert make(LightGBMMetric)(TARGETS, SCORES, weights) == (name, mean, False)
    data = Data(TARGETS, weights)
    assert make(TrainingMetric)(SCORES, data) == (name, mean)
    data.get_field = None
    assert make(TrainingMetric)(SCORES, data) == (name, mean, False)
    error, weight = make(Metric).evaluate((SCORES,), TARGETS, weights)
    assert make(Metric).get_final_error(error, weight) == pytest.approx(mean, rel=1e-15)
    assert make(Metric).get_final_error(0.0, 0.0) == 0.0


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


@pytest.mark.parametrize("strategy", ["one_output_per_tree", "multi_output_tree"])
def test_xgboost_with_several_labels(table, strategy):
    xgboost = pytest.importorskip("xgboost")
    features, targets, weights = table
    labels, q = np.stack([targets, 1 - targets, features[:, 0] > 1], 1), (5.0, 1.0, 3.0)
    data, found = xgboost.DMatrix(features, labels, weight=weights), {}
    options = {
        "base_score": 0, "max_depth": 3, "nthread": 1, "multi_strategy": strategy,
        "tree_method": "hist"}
    model = xgboost.train(
        options, data, 5, obj=TrainingObjective(q), custom_metric=TrainingMetric(q),
        evals=[(data, "")], evals_result=found, verbose_eval=False)
    scores = model.predict(data)
    assert found[""]["weighted_cross_entropy"][-1] == pytest.approx(
        Metric(q)(labels, scores, weights), rel=1e-5)
    if strategy == "one_output_per_tree":
        for index in range(3):
            alone = xgboost.DMatrix(features, labels[:, index], weight=weights)
            one = xgboost.train(options, alone, 5, obj=TrainingObjective(q[index]))
            assert np.allclose(scores[:, index], one.predict(alone), rtol=1e-4, atol=1e-4)


def search(model, name, table):
    """scikit-learn's search among objectives; the larger weight finds more positives."""
    selection = pytest.importorskip("sklearn.model_selection")
    features, targets, _ = table
    found = selection.GridSearchCV(
        model, {name: [Objective(1.0), Objective(20.0)]}, scoring="recall", cv=2,
        error_score="raise").fit(features, targets.astype(int))
    assert found.best_params_ == {name: Objective(20.0)}
    assert found.best_score_ > 0.8 and set(found.predict(features)) == {0, 1}


def test_xgboost_searches_and_stops_early(table):
    xgboost = pytest.importorskip("xgboost")
    features, targets, weights = table
    options = {"base_score": 0.5, "max_depth": 3, "n_jobs": 1}
    make = lambda **more: xgboost.XGBClassifier(objective=Objective(5.0), **options | more)
    search(make(n_estimators=5), "objective", table)
    model = make(
        n_estimators=500, learning_rate=1, eval_metric=Metric(5.0), early_stopping_rounds=3)
    model.fit(
        features[:2000], targets[:2000], eval_set=[(features[2000:], targets[2000:])],
        sample_weight_eval_set=[weights[2000:]], verbose=False)
    assert 0 < model.best_iteration < 490
    scores = model.predict(features[2000:], output_margin=True)
    assert model.best_score == pytest.approx(
        Metric(5.0)(targets[2000:], scores, weights[2000:]), rel=1e-5)


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


def test_lightgbm_searches_and_stops_early(table):
    lightgbm = pytest.importorskip("lightgbm")
    pytest.importorskip("sklearn", reason="the estimators need it")
    features, targets, _ = table

    class Classifier(LogisticLink, lightgbm.LGBMClassifier):
        pass

    options = {"num_leaves": 8, "n_jobs": 1, "verbosity": -1, "metric": "none"}
    make = lambda q=5.0, **more: Classifier(objective=Objective(q), **options | more)
    search(make(n_estimators=5), "objective", table)
    names = np.array(["no", "yes"])[targets.astype(int)]
    half = (features[2000:], names[2000:])
    model = make(n_estimators=500, learning_rate=0.5)
    model.fit(
        features[:2000], names[:2000], eval_set=[half], eval_metric=LightGBMMetric(5.0),
        callbacks=[lightgbm.early_stopping(3, verbose=False)])
    assert 1 < model.best_iteration_ < 490
    scores = model.predict(features, raw_score=True)
    assert model.best_score_["valid_0"]["weighted_cross_entropy"] == pytest.approx(
        Metric(5.0)(targets[2000:], scores[2000:]), rel=1e-12)
    assert np.array_equal(model.predict(features), np.where(scores > 0, "yes", "no"))
    assert model.score(*half) == np.mean((scores > 0)[2000:] == (half[1] == "yes"))
    probabilities = model.predict_proba(features)
    assert np.allclose(probabilities[:, 1], 1 / (1 + np.exp(-scores)), rtol=1e-14)
    assert np.allclose(probabilities.sum(axis=1), 1, rtol=1e-15)
    assert np.array_equal(model.predict(features, True), scores)
    assert model.predict(features[:3], pred_leaf=True).shape == (3, model.n_estimators_)
    # With LightGBM's own objective nothing changes.
    plain = lightgbm.LGBMClassifier(n_estimators=3, **options).fit(features, names)
    ours = Classifier(n_estimators=3, **options).fit(features, names)
    assert np.array_equal(ours.predict(features), plain.predict(features))
    assert np.array_equal(ours.predict_proba(features), plain.predict_proba(features))

    training = lightgbm.Dataset(features[:2000], targets[:2000])
    booster = lightgbm.train(
        options | {"objective": TrainingObjective(5.0), "learning_rate": 0.5}, training, 500,
        valid_sets=[training.create_valid(features[2000:], targets[2000:])],
        feval=TrainingMetric(5.0), callbacks=[lightgbm.early_stopping(3, verbose=False)])
    assert booster.best_iteration == model.best_iteration_


def test_catboost(table):
    catboost = pytest.importorskip("catboost")
    features, targets, weights = table
    options = {
        "iterations": 20, "leaf_estimation_iterations": 1, "learning_rate": 0.3, "depth": 3,
        "random_strength": 0, "l2_leaf_reg": 0, "bootstrap_type": "No",
        "boost_from_average": False, "verbose": False, "thread_count": 1,
        "allow_writing_files": False, "leaf_estimation_method": "Newton"}
    make = lambda q=5.0, **more: catboost.CatBoostClassifier(
        loss_function=Objective(q), eval_metric=Metric(5.0), class_names=(0, 1), **options | more)
    # CatBoost finds splits by the weights of the samples, which do not count the positive weight.
    # Here there is one split, so that its positive weight must give the same leaves.
    sign = features[:, :1] > 0
    for q, inputs in ((1.0, features), (5.0, sign.astype(float))):
        arguments = inputs, targets.astype(int)
        ours = make(q).fit(*arguments, sample_weight=weights)
        theirs = catboost.CatBoostClassifier(
            loss_function="Logloss", scale_pos_weight=q, **options).fit(
                *arguments, sample_weight=weights)
        scores = ours.predict(inputs, prediction_type="RawFormulaVal")
        expected = theirs.predict(inputs, prediction_type="RawFormulaVal")
        assert np.allclose(scores, expected, rtol=1e-6, atol=1e-6) and len(set(scores)) > 1
    assert np.allclose(
        ours.predict_proba(inputs)[:, 1], 1 / (1 + np.exp(-scores)), rtol=1e-10)
    assert np.array_equal(ours.predict(inputs), scores > 0)

    search(make(iterations=5), "loss_function", table)
    half = catboost.Pool(features[2000:], targets[2000:].astype(int), weight=weights[2000:])
    model = make(iterations=500, early_stopping_rounds=3)
    model.fit(features[:2000], targets[:2000].astype(int), eval_set=half)
    assert 1 < model.tree_count_ < 490
    assert model.best_score_["validation"]["Metric"] == pytest.approx(
        Metric(5.0)(
            targets[2000:], model.predict(features[2000:], prediction_type="RawFormulaVal"),
            weights[2000:]), rel=1e-6)
