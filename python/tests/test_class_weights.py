# SPDX-License-Identifier: Apache-2.0
"""Positive weights from labels."""

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import dtype_of


class TestPositiveWeight:
    LABELS = np.array([[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 0.5]])

    def test_rules(self):
        assert wce.positive_weight([1, 0, 0, 0]) == 3 and type(wce.positive_weight([1, 0])) is float
        columns = wce.positive_weight(self.LABELS, axis=-1)
        assert columns.tolist() == [4, 1, 1.5 / 3.5]
        assert wce.positive_weight(self.LABELS.T, axis=0).tolist() == columns.tolist()
        assert wce.positive_weight(self.LABELS, "sqrt", axis=1).tolist() == [2, 1, (3 / 7) ** 0.5]
        effective = wce.positive_weight(self.LABELS, "effective", axis=1, beta=0.9)
        np.testing.assert_allclose(
            effective, [(1 - 0.9**4) / 0.1, 1, (1 - 0.9**1.5) / (1 - 0.9**3.5)], rtol=1e-14)
        assert wce.positive_weight([1, 0, 0], "effective", beta=0.0) == 1
        assert wce.positive_weight([1] + [0] * 9, "effective", beta=1 - 1e-15) == pytest.approx(9)
        assert wce.positive_weight(self.LABELS, axis=1, cap=2).tolist() == [2, 1, 0.5]
        volume = np.zeros((2, 3, 4))
        volume[0, 1, :2] = 1
        assert wce.positive_weight(volume, axis=1).tolist() == [1, 3, 1]

    @pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
    def test_types(self, name):
        labels = self.LABELS.astype(dtype_of(name))
        assert wce.positive_weight(labels, axis=1).tolist() == [4, 1, 1.5 / 3.5]

    def test_tensors(self):
        torch = pytest.importorskip("torch")
        for dtype in (torch.bfloat16, torch.float64):
            columns = wce.positive_weight(torch.tensor(self.LABELS, dtype=dtype), axis=1)
            assert columns.tolist() == [4, 1, 1.5 / 3.5]

    @pytest.mark.parametrize(("labels", "options", "message"), [
        ([0, 2], {}, r"labels must lie in \[0, 1\], received 2 at \(1,\)"),
        ([0, np.nan], {}, r"received nan at \(1,\)"), (-1, {}, "received -1$"),
        ([0], {"rule": "mean"}, "rule must be one of 'balanced', 'sqrt', 'effective'"),
        ([0], {"beta": 1.0}, "beta must be at least 0 and below 1"),
        ([0], {"cap": 0.5}, "cap must be finite and at least 1"),
        ([0], {"axis": 1}, "axis 1 is out of bounds"),
    ])
    def test_errors(self, labels, options, message):
        with pytest.raises(ValueError, match=message):
            wce.positive_weight(labels, **options)

    def test_texts_are_an_error(self):
        with pytest.raises(TypeError, match="labels must hold real numbers"):
            wce.positive_weight(["a"])
