#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`wce fit` with pandas and scikit-learn: `fit_csv.py DATA.csv TARGET Q MODEL.json`."""

import json
import sys
from pathlib import Path

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

path, target, weight, model_path = sys.argv[1:]
table = pd.read_csv(path)
scaled = StandardScaler().fit_transform(table.drop(columns=target))
model = LogisticRegression(C=1.0, class_weight={0: 1, 1: float(weight)}, tol=1e-8, max_iter=10_000)
model.fit(scaled, table[target])
Path(model_path).write_text(
    json.dumps({"coefficients": model.coef_[0].tolist(), "intercept": model.intercept_[0]}))
