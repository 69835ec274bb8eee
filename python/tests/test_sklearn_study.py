# SPDX-License-Identifier: Apache-2.0
"""Tests of the trade-off study in Python, and of the estimators beside the tool."""

import _thread
import json
import os
import subprocess
import threading
import time

import numpy as np
import pytest

pytest.importorskip("sklearn")
pd = pytest.importorskip("pandas")

from sklearn_data import data, frame

from weighted_cross_entropy.sklearn import WeightedLogisticRegression, tradeoff

TOOL = os.environ.get("WCE_TESTED_TOOL")


def test_the_study():
    table, y = frame()
    study = tradeoff(table, y, recall=0.8, pos_weights=[1, 3, 10], data_name="my data")
    assert study.recommendation["verdict"] in ("weight", "threshold")
    assert study.to_json().startswith("{") and json.loads(study.to_json()) == study.content
    page = study._repr_html_()
    assert page.startswith("<iframe") and "<script" not in page and "my data" in page
    numbers = study.to_frame()
    assert len(numbers) >= 3 and {"pos_weight", "recall", "threshold_precision"} <= set(numbers)
    assert ((numbers["recall"] > 0) & (numbers["recall"] <= 1)).all()
    model = study.estimator().fit(table, y)
    assert (model.predict(table)[y == 1] == 1).mean() > 0.7
    with pytest.raises(ValueError, match="give recall or precision, not both"):
        tradeoff(table, y, recall=0.5, precision=0.5)
    with pytest.raises(ValueError, match="minimum recall must be above 0 and at most 1"):
        tradeoff(table, y, recall=2)


def test_the_study_draws():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    X, y = data()
    study = tradeoff(X, y, pos_weights=[1, 3])
    axes = study.plot()
    assert len(axes.lines) == 4 and study.plot(axes) is axes and len(axes.lines) == 8


def test_the_progress(capsys):
    X, y = data(20_000)
    WeightedLogisticRegression(verbose=True).fit(X, y)
    tradeoff(X, y, verbose=True)
    assert "fitting" in capsys.readouterr().err


def test_an_interrupt_ends_a_fit_and_other_threads_run():
    X, y = data(100_000)
    ticks = []
    done = threading.Event()

    def tick():
        while not done.wait(0.01):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    timer = threading.Timer(0.5, _thread.interrupt_main)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            tradeoff(X, y, pos_weights=np.geomspace(0.1, 100, 400), folds=20)
    finally:
        done.set()
        thread.join()
    assert len(ticks) > 10


@pytest.mark.skipif(TOOL is None, reason="WCE_TESTED_TOOL does not name the tool")
def test_the_tool_has_the_same_bits(tmp_path):
    table, y = frame()
    table = table.assign(flag=table["flag"].astype(int))
    labels = y.map({0: "no", 1: "yes"})
    table.assign(target=labels).to_csv(tmp_path / "data.csv", index=False)
    model = WeightedLogisticRegression(pos_weight=3, threshold=0.3).fit(table, labels)

    def run(*arguments):
        subprocess.run([TOOL, *arguments], check=True, cwd=tmp_path, capture_output=True)

    run("fit", "data.csv", "--target", "target", "--positive", "yes", "--pos-weight", "3",
        "--threshold", "0.3", "--model", "tool.json")
    assert json.loads((tmp_path / "tool.json").read_text()) == json.loads(model.to_json())
    loaded = WeightedLogisticRegression.load(tmp_path / "tool.json")
    assert (loaded.predict(table) == model.predict(table)).all()
    model.save(tmp_path / "python.json")
    run("predict", "data.csv", "--model", "python.json", "--output", "p.csv")
    predictions = pd.read_csv(tmp_path / "p.csv")
    assert (predictions["probability"] == model.predict_proba(table)[:, 1]).all()
    study = tradeoff(table, labels, recall=0.8)
    run("tradeoff", "data.csv", "--target", "target", "--positive", "yes", "--recall-at-least",
        "0.8", "--json", "study.json")
    assert json.loads((tmp_path / "study.json").read_text()) == study.content
