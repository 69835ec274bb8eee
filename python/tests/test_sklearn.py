# SPDX-License-Identifier: Apache-2.0
"""Tests of the estimators of scikit-learn."""

import os
import pickle

import numpy as np
import pytest

sklearn = pytest.importorskip("sklearn")
pd = pytest.importorskip("pandas")

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator
from sklearn_data import data, frame

from weighted_cross_entropy import _tables
from weighted_cross_entropy.sklearn import WeightedLogisticRegression

# Row weights are not part of the standardisation, so a weight of 2 is not exactly a repetition.
WEIGHTS = "row weights do not enter the standardisation of the features"
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": WEIGHTS,
    "check_sample_weight_equivalence_on_sparse_data": WEIGHTS,
}


def test_scikit_learn_s_checks_pass():
    for estimator in (
        WeightedLogisticRegression(),
        WeightedLogisticRegression(pos_weight="balanced"),
    ):
        results = check_estimator(estimator, expected_failed_checks=EXPECTED, on_skip=None)
        assert len(results) > 40
        assert all(result["status"] != "failed" for result in results)


@pytest.mark.parametrize("weight", [0.5, 1, 20])
def test_the_optimum_is_that_of_scikit_learn(weight):
    X, y = data()
    model = WeightedLogisticRegression(pos_weight=weight, l2=2).fit(X, y)
    peer = make_pipeline(
        StandardScaler(),
        LogisticRegression(
            C=0.5, class_weight={0: 1, 1: weight}, solver="newton-cholesky", tol=1e-12),
    ).fit(X, y)
    np.testing.assert_allclose(
        model.decision_function(X), peer.decision_function(X), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(
        X @ model.coef_.T[:, 0] + model.intercept_, model.decision_function(X), rtol=1e-10)
    assert (model.predict(X) == peer.predict(X)).all()
    raw = WeightedLogisticRegression(pos_weight=weight, l2=2, calibrated=False).fit(X, y)
    np.testing.assert_allclose(raw.predict_proba(X), peer.predict_proba(X), rtol=1e-7)
    odds = model.predict_proba(X)[:, 1] / model.predict_proba(X)[:, 0]
    np.testing.assert_allclose(odds * weight, np.exp(peer.decision_function(X)), rtol=1e-6)


def test_layouts_give_the_same_bits():
    X, y = data()
    expected = WeightedLogisticRegression(pos_weight=3).fit(X, y).coef_
    wide = np.repeat(X, 2, axis=1)
    backward = X[::-1].copy()
    backward.setflags(write=False)
    for same in (np.asfortranarray(X), wide[:, ::2], backward[::-1], X.tolist(),
                 X.astype(">f8"), pd.DataFrame(X), pd.DataFrame(np.asfortranarray(X))):
        model = WeightedLogisticRegression(pos_weight=3).fit(same, y)
        assert (model.coef_ == expected).all()
    wide = np.random.default_rng(3).normal(size=(len(y), 20))
    packed = np.zeros(len(y), dtype="i1,20f8")
    packed["f1"] = wide
    expected = WeightedLogisticRegression().fit(np.asfortranarray(wide), y).coef_
    for same in (wide, packed["f1"], pd.DataFrame(wide), pd.DataFrame(wide.astype(">f8"))):
        assert (WeightedLogisticRegression().fit(same, y).coef_ == expected).all()
    assert (_tables.aligned(packed["f1"]) == wide).all()
    assert _tables.aligned(wide) is wide and _tables.aligned(packed["f1"]).flags.aligned
    single = X.astype(np.float32)
    a, b = (WeightedLogisticRegression().fit(same, y) for same in (single, single.astype(float)))
    assert (a.coef_ == b.coef_).all()


def polars_frames(table):
    import polars

    whole = polars.from_pandas(table)
    return whole, polars.concat([whole[:100], whole[100:]], rechunk=False)


def pyarrow_frames(table):
    import pyarrow

    arrow = pyarrow.Table.from_pandas(table)
    return arrow, arrow.set_column(4, "city", arrow["city"].dictionary_encode())


def duckdb_frames(table):
    import duckdb

    return (duckdb.from_df(table),)


def pandas_frames(table):
    categories = pd.Categorical(table["city"], ["Oslo", "unused", "Turin"])
    return table.assign(city=categories), table.assign(
        n=table["n"].astype("Int64"), city=table["city"].astype(object),
        flag=table["flag"].astype("boolean"))


@pytest.mark.parametrize(
    ("library", "frames"),
    [("pandas", pandas_frames), ("polars", polars_frames), ("pyarrow", pyarrow_frames),
        ("duckdb", duckdb_frames)])
def test_data_frames_give_the_same_bits(library, frames):
    pytest.importorskip(library)
    if library != "pandas":
        pytest.importorskip("pyarrow", reason="the conversion needs it")
    table, y = frame()
    expected = WeightedLogisticRegression(pos_weight=3).fit(table, y)
    names = ["a", "b", "c", "d", "city=Turin", "city=Oslo", "flag", "n"]
    assert expected.coef_names_.tolist() == names
    assert expected.feature_names_in_.tolist() == list(table.columns)
    for same in frames(table):
        model = WeightedLogisticRegression(pos_weight=3).fit(same, y)
        assert (model.coef_ == expected.coef_).all()
        assert (model.predict_proba(same) == expected.predict_proba(table)).all()
        assert model.feature_names_in_.tolist() == list(table.columns)


def test_a_frame_of_one_block_is_not_copied():
    X, y = data(20_000)
    X = np.random.default_rng(2).normal(size=(len(y), 40))
    table = pd.DataFrame(np.asfortranarray(X))
    model = WeightedLogisticRegression()
    import tracemalloc

    model.fit(table, y)
    tracemalloc.start()
    model.fit(table, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.nbytes


def test_missing_cells_and_labels():
    table, y = frame()
    table.loc[3, "a"] = np.nan
    table.loc[4, "city"] = None
    with pytest.raises(ValueError, match='row 4, column "a": the cell is missing'):
        WeightedLogisticRegression().fit(table, y)
    model = WeightedLogisticRegression(missing="mean").fit(table, y)
    assert model.notices_ == [
        'filled 1 missing cell of column "a"', 'filled 1 missing cell of column "city"']
    assert np.isfinite(model.predict_proba(table)).all()
    dropped = WeightedLogisticRegression(missing="drop").fit(table, y)
    kept = table.dropna()
    direct = WeightedLogisticRegression().fit(kept, y[kept.index])
    assert (dropped.coef_ == direct.coef_).all()
    other = kept.assign(city="Rome")
    with pytest.raises(ValueError, match='row 1, column "city": the label "Rome"'):
        direct.predict(other)
    assert direct.set_params(unseen="zero").predict_proba(other).shape == (len(other), 2)
    X, y = data()
    X[5, 1] = np.nan
    filled = X.copy()
    filled[5, 1] = np.nanmean(X[:, 1])
    a = WeightedLogisticRegression(missing="mean").fit(X, y)
    b = WeightedLogisticRegression().fit(filled, y)
    np.testing.assert_allclose(a.coef_, b.coef_, rtol=1e-9)
    with pytest.raises(ValueError, match="column 'when': a feature cannot have the type"):
        WeightedLogisticRegression().fit(
            pd.DataFrame({"when": pd.to_datetime(["2020-01-01", "2020-01-02"])}), [0, 1])


@pytest.mark.parametrize(
    "labels", [[False, True], [1, 2], [-1, 1], ["no", "yes"], [1.0, 2.0], [0, 1]])
def test_classes_may_be_any_labels(labels, tmp_path):
    table, y = frame()
    expected = WeightedLogisticRegression(pos_weight=4).fit(table, y)
    labelled = np.array(labels)[y.to_numpy()]
    model = WeightedLogisticRegression(pos_weight=4).fit(table, labelled)
    assert model.classes_.tolist() == sorted(labels)
    assert (model.coef_ == expected.coef_).all()
    assert (model.predict(table) == np.array(labels)[expected.predict(table)]).all()
    flipped = WeightedLogisticRegression(pos_weight=4, pos_label=labels[0])
    opposite = WeightedLogisticRegression(pos_weight=4).fit(table, 1 - y)
    flipped.fit(table, labelled)
    assert (flipped.predict_proba(table) == opposite.predict_proba(table)[:, ::-1]).all()
    assert (flipped.decision_function(table) == -opposite.decision_function(table)).all()
    assert (flipped.coef_ == -opposite.coef_).all()
    for saved in (model, flipped):
        saved.save(tmp_path / "model.json")
        again = WeightedLogisticRegression.load(tmp_path / "model.json")
        assert (again.predict_proba(table) == saved.predict_proba(table)).all()
        assert list(map(str, again.classes_)) == (
            ["0", "1"] if labels[0] is False and saved is model else list(map(str, labels)))


def test_a_file_that_cannot_be_written_stays(tmp_path, monkeypatch):
    path = tmp_path / "model.json"
    path.write_text("before")
    model = WeightedLogisticRegression().fit([[0.0], [1.0], [2.0]], [0, 1, 0])

    def fail(*_):
        raise OSError("full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="full"):
        model.save(path)
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["model.json"]


def test_sample_weights():
    X, y = data()
    weights = np.where(np.arange(len(y)) % 4 == 0, 0.0, 1.0)
    weighted = WeightedLogisticRegression().fit(X, y, sample_weight=weights)
    selected = WeightedLogisticRegression().fit(X[weights > 0], y[weights > 0])
    np.testing.assert_allclose(weighted.coef_, selected.coef_, rtol=1e-9)
    table, y = frame()
    table["sample_weight"], table["target"] = 1.0 * (np.arange(len(y)) % 5), np.arange(len(y)) % 2
    model = WeightedLogisticRegression().fit(table, y, sample_weight=weights)
    assert model.n_features_in_ == table.shape[1]


def test_clone_pickle_and_searches():
    X, y = data()
    model = WeightedLogisticRegression(pos_weight=3, threshold=0.4).fit(X, y)
    with pytest.raises(NotFittedError):
        clone(model).predict(X)
    again = pickle.loads(pickle.dumps(model))
    assert (again.predict_proba(X) == model.predict_proba(X)).all()
    assert again.get_params() == model.get_params()
    assert (again.predict(X) == (model.predict_proba(X)[:, 1] >= 0.4)).all()
    pipeline = make_pipeline(StandardScaler(), WeightedLogisticRegression())
    search = GridSearchCV(
        pipeline, {"weightedlogisticregression__pos_weight": [0.5, 2, "balanced"]},
        scoring="f1").fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [({"pos_weight": 0}, "pos_weight must be above 0"), ({"pos_weight": "auto"}, "balanced"),
     ({"l2": -1}, "l2 must be at least 0"), ({"threshold": 2}, "threshold must be in"),
     ({"missing": "median"}, "missing must be 'error' or 'mean' or 'drop'"),
     ({"max_iter": 0}, "iterations must be at least 1"), ({"max_iter": 1}, "did not converge")])
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        WeightedLogisticRegression(**options).fit(*data())


def test_the_penalty_can_be_chosen():
    X, y = data()
    model = WeightedLogisticRegression(l2="auto").fit(X, y)
    assert model.l2_ != 1
    assert (model.coef_ == WeightedLogisticRegression(l2=model.l2_).fit(X, y).coef_).all()
