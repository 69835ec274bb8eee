#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people write today instead of `wce fit`: `fit_csv.py DATA.csv TARGET Q MODEL.json` with pandas and scikit-learn."""
import json, sys

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

path, target, weight, model_path = sys.argv[1:]
table = pd.read_csv(path)
features = table.drop(columns=target)
scaled = StandardScaler().fit_transform(features)
model = LogisticRegression(C=1.0, class_weight={0: 1, 1: float(weight)}, tol=1e-8, max_iter=10_000)
model.fit(scaled, table[target])
with open(model_path, "w") as file:
    json.dump({"coefficients": model.coef_[0].tolist(), "intercept": model.intercept_[0]}, file)
