# SPDX-License-Identifier: Apache-2.0
"""The Series and DataFrames of pandas: results keep their labels, which must agree."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

import weighted_cross_entropy as wce
from reference import QUANTITIES, arrays, dtype_of, same


class TestPandas:
    @pytest.fixture
    def tables(self):
        z, x = (array.reshape(20, 3) for array in arrays(np.float64, 60))
        labels = {"index": [f"r{i}" for i in range(20)], "columns": list("abc")}
        return pandas.DataFrame(z, **labels), pandas.DataFrame(x, **labels)

    @pytest.mark.parametrize("quantity", QUANTITIES)
    def test_labels_are_kept(self, tables, quantity):
        z, x = tables
        call = getattr(wce, quantity)
        result = call(z, x, 3.0)
        expected = call(z.to_numpy(), x.to_numpy(), 3.0)
        pandas.testing.assert_frame_equal(
            result, pandas.DataFrame(expected, x.index, x.columns))
        for target in (z["b"], z["b"].to_numpy(), list(z["b"])):
            pandas.testing.assert_series_equal(
                call(target, x["a"], 3.0),
                pandas.Series(call(z["b"].to_numpy(), x["a"].to_numpy(), 3.0), x.index, name="a"))
        assert type(call(z, x.to_numpy(), 3.0)) is np.ndarray

    def test_reductions(self, tables):
        z, x = tables
        mean, gradient = wce.value_with_gradient(z, x, 3.0)
        assert type(mean) is np.float64
        assert gradient.index.equals(x.index) and gradient.columns.equals(x.columns)
        assert wce.loss(z["a"].astype(np.float16), x["a"].astype(np.float16)).dtype == np.float16

    def test_other_labels_are_an_error(self, tables):
        z, x = tables
        for other, of in ((z[::-1], "index"), (z[["b", "a", "c"]], "columns"),
                (z.reset_index(drop=True), "index")):
            with pytest.raises(ValueError, match=f"{of} of logits and the {of} of targets diff"):
                wce.loss(other, x)
            with pytest.raises(ValueError, match=f"{of} of logits and the {of} of weights diff"):
                wce.loss(x.to_numpy() > 0, x, weights=other.abs())
        with pytest.raises(ValueError, match="index of targets and the index of weights differ"):
            wce.loss(z, x.to_numpy(), weights=z[::-1])

    def test_types_with_missing_values(self):
        x = pandas.DataFrame({"a": [0.5, 1, 2], "b": [1, 2, 3]}, dtype=np.float32)
        z = pandas.DataFrame({"a": [1, 0, 1], "b": [True, False, True]})
        expected = wce.loss(z.to_numpy(np.float32), x.to_numpy())
        for kinds in ({}, {"a": "Int64"}, {"a": "Int64", "b": "boolean"}, {"a": "Float32"}):
            result = wce.loss(z.astype(kinds), x.astype(kinds if "Float32" in kinds else {}))
            assert (result.dtypes == np.float32).all() and same(result, expected)
        x = x.astype(np.float64)
        expected = wce.loss([1, 0, np.nan], x["a"].to_numpy())
        for kind in ("Int64", "boolean", "Float32"):
            assert same(wce.loss(pandas.Series([1, 0, None], dtype=kind), x["a"]), expected)
            table = pandas.DataFrame({"a": [1, 0, None]}, dtype=kind)
            assert same(wce.loss(table, x[["a"]])["a"], expected)
        with pytest.raises(TypeError, match="must hold real numbers"):
            wce.loss(z.astype(object), x)

    def test_bfloat16_becomes_float32(self):
        x = np.array([0.5, 2], dtype_of("bfloat16"))
        result = wce.loss(x, pandas.Series([1, 0]))
        assert result.dtype == np.float32 and same(result, wce.loss(x, [1, 0]))

    def test_weights_of_columns(self, tables):
        z, x = tables
        z = (z > 0.5).astype(int)
        q = wce.positive_weight(z, axis=1)
        assert q.index.equals(x.columns)
        expected = wce.loss(z.to_numpy(), x.to_numpy(), q.to_numpy(), axis=1)
        assert same(wce.loss(z, x, q, axis=1), expected)
        assert same(wce.weighted_cross_entropy_with_logits(z, x, q), expected)
        message = "the columns of {} and the {} of pos_weight differ"
        for axis in (1, np.int64(-1)):
            with pytest.raises(ValueError, match=message.format("logits", "index")):
                wce.loss(z, x, q[::-1], axis=axis)
        with pytest.raises(ValueError, match=message.format("targets", "index")):
            wce.loss(z, x.to_numpy(), q[::-1], axis=1)
        for weights in (x[x.columns[::-1]].abs(), x[x.columns[::-1]].abs()[:1]):
            with pytest.raises(ValueError, match=message.format("labels", "columns")):
                wce.weighted_cross_entropy_with_logits(z, x.to_numpy(), weights)
        assert wce.positive_weight(z.astype({"a": bool}), axis=1).equals(q)
