# SPDX-License-Identifier: Apache-2.0
"""Tables for the tests of the estimators."""

import numpy as np
import pandas as pd


def data(rows=600, columns=4, seed=1):
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, columns)) * [1, 10, 0.1, 5][:columns] + 3
    score = (X - 3) @ [1, 0.1, 5, -0.1][:columns]
    return X, (score + random.logistic(size=rows) > 2).astype(int)


def frame(rows=600):
    X, y = data(rows)
    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    table["city"] = np.where(np.arange(rows) % 3 == 0, "Turin", "Oslo")
    table["flag"] = np.arange(rows) % 7 == 0
    table["n"] = np.arange(rows) % 11
    return table, pd.Series(y, name="target")
