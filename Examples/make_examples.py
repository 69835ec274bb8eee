#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes digits.csv, digits-logits.npy and digits-targets.npy.

The table is the test set of optical digits of the UCI repository as scikit-learn ships it. Each of
its 64 features is the number of dark pixels, 0 to 16, in a 4 x 4 cell of a 32 x 32 bitmap. The
column is_eight replaces the digit. The logits are those of an unweighted logistic regression. A
row's logit comes from a model that was fitted without the row (5 stratified folds).

    pip install "scikit-learn==1.9.*" && python3 make_examples.py
"""
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

here = Path(__file__).parent
digits = load_digits()
features = digits.data.astype(int)
is_eight = (digits.target == 8).astype(np.uint8)

names = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
with open(here / "digits.csv", "w", newline="") as file:
    file.write(",".join(names + ["is_eight"]) + "\n")
    for row, label in zip(features, is_eight, strict=True):
        file.write(",".join(map(str, [*row, label])) + "\n")

model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-8, max_iter=10_000))
folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)
logits = cross_val_predict(model, features, is_eight, cv=folds, method="decision_function")
np.save(here / "digits-logits.npy", logits.astype(np.float32))
np.save(here / "digits-targets.npy", is_eight)
