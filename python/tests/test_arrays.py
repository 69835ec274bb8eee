# SPDX-License-Identifier: Apache-2.0
"""Arrays of 16-bit types and of other libraries: results of the same type, without copies."""

import sys
import tracemalloc
import warnings

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import QUANTITIES, arrays

TYPES = ["float16", "bfloat16", "float32", "float64"]
ALL = np.arange(1 << 16, dtype=np.uint16)


def dtype_of(name):
    return pytest.importorskip("ml_dtypes").bfloat16 if name == "bfloat16" else np.dtype(name)


def same(a, b):
    return np.array_equal(np.asarray(a, np.float64), np.asarray(b, np.float64), equal_nan=True)


class TestHalf:
    @pytest.fixture(params=["float16", "bfloat16"])
    def half(self, request):
        return dtype_of(request.param)

    @pytest.mark.parametrize("quantity", QUANTITIES)
    def test_every_number_gives_the_rounded_result_of_float32(self, half, quantity):
        x, z = ALL.view(half), (ALL * np.uint16(40503)).view(half)
        options = {"label_smoothing": 0.1, "pos_weight": 3.0}
        with np.errstate(all="ignore"):
            result = getattr(wce, quantity)(z, x, **options)
            wide = getattr(wce, quantity)(z.astype(np.float32), x.astype(np.float32), **options)
            assert result.dtype == half and same(result, wide.astype(half))

    def test_reductions_are_rounded_once(self, half):
        x, z = np.linspace(-3, 3, 999).astype(half), np.zeros(999, half)
        wide = wce.loss(z.astype(np.float64), x.astype(np.float64), reduction="mean")
        mean = wce.loss(z, x, reduction="mean")
        value, gradient = wce.value_with_gradient(z, x)
        assert mean.dtype == value.dtype == gradient.dtype == half
        assert mean == value == wide.astype(half)

    @pytest.mark.parametrize(("other", "expected"), [
        (np.int64, None), (np.bool_, None), (np.float32, np.float32), (np.float64, np.float64)])
    def test_other_types_are_promoted(self, half, other, expected):
        x, z = np.array([0.5, -2, 3]).astype(half), np.array([0, 1, 1], other)
        computing = expected or np.float32
        wide = wce.loss(z.astype(computing), x.astype(computing), 3.0)
        for result in (wce.loss(z, x, 3.0), wce.loss(x * 0, x, 3.0, weights=z + z * 0)):
            assert result.dtype == (expected or half)
        assert same(wce.loss(z, x, 3.0), wide.astype(expected or half))

    def test_both_are_promoted_to_float32(self):
        x = np.ones(3, dtype_of("bfloat16"))
        assert wce.loss(np.ones(3, np.float16), x).dtype == np.float32

    def test_outputs(self, half):
        x, z = np.array([0.5, -2, 3]).astype(half), np.zeros(3, half)
        expected = wce.loss(z, x, 3.0)
        for kind in (half, np.float32, np.float64):
            out = np.empty(6, kind)[::2]
            assert wce.loss(z, x, 3.0, out=out) is out and same(out, expected)
        assert wce.loss(z, x, 3.0, out=x) is x and same(x, expected)
        for kind in (np.uint16, np.int64):
            with pytest.raises(TypeError, match="cannot write"):
                wce.loss(z, x, out=np.empty(3, kind))

    def test_scalars_layouts_and_weights(self, half):
        x = np.arange(6).reshape(2, 3).astype(half)
        z = np.ones((2, 3), half)
        assert wce.loss(z[0, 0], x[0, 0]).dtype == half and np.ndim(wce.loss(1, x[0, 0])) == 0
        assert same(wce.loss(z.T, x.T, 3.0), wce.loss(z, x, 3.0).T)
        assert wce.loss(z.T, x.T).strides == x.T.strides
        q = np.array([1, 2, 3])
        expected = wce.loss(z, x, q, axis=1)
        assert same(wce.loss(z, x, q.astype(half), axis=1), expected)
        assert same(wce.loss(z[:, ::-1], x[:, ::-1], q[::-1], axis=1), expected[:, ::-1])

    def test_overflow_is_reported(self, half):
        largest = ALL[0x7BFF if half == np.float16 else 0x7F7F].view(half)
        x, z = np.array([-largest]), np.ones(1, half)
        for reduction in ("none", "sum"):
            with pytest.warns(RuntimeWarning, match="overflow encountered in loss") as caught:
                assert np.isinf(np.float64(wce.loss(z, x, 1.003, reduction=reduction)))
            assert caught[0].filename == __file__
        with warnings.catch_warnings(action="error"):
            assert np.isinf(np.float64(wce.loss(z, x * np.array(np.inf, half))[0]))

    def test_nothing_is_copied(self, half):
        z, x, w, out = (np.zeros(1 << 20, half) for _ in range(4))
        for call in (
            lambda: wce.loss(z, x, 3.0, out=out), lambda: wce.loss(z, x, 3.0, reduction="mean"),
            lambda: wce.value_with_gradient(z, x, 3.0, weights=w, out=out),
        ):
            call()
            tracemalloc.start()
            call()
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 10_000


def torch_array(values, name):
    torch = pytest.importorskip("torch")
    return torch.tensor(values).to(getattr(torch, name))


def jax_array(values, name):
    if name == "float64":
        pytest.skip("float64 is off in JAX")
    jnp = pytest.importorskip("jax.numpy")
    return jnp.asarray(values, getattr(jnp, name))


def strict_array(values, name):
    strict = pytest.importorskip("array_api_strict")
    if "16" in name:
        pytest.skip("the standard has no 16-bit types")
    return strict.asarray(values, dtype=getattr(strict, name))


def numbers(array):
    if type(array).__module__ == "torch":
        array = array.double()
    return np.asarray(array).astype(np.float64)


@pytest.mark.parametrize("make", [torch_array, jax_array, strict_array])
class TestLibraries:
    @pytest.mark.parametrize("name", TYPES)
    def test_results_are_arrays_of_the_library(self, make, name):
        z, x = (make(values, name) for values in ([[1.0, 0.5, 0.0]], [[1.5, -0.5, -10.0]]))
        dtype = dtype_of(name)
        hosts = [np.asarray(numbers(array)).astype(dtype) for array in (z, x)]
        for result, expected in (
            (wce.loss(z, x, 3.0), wce.loss(*hosts, 3.0)),
            (wce.loss(z, x, 3.0, reduction="mean"), wce.loss(*hosts, 3.0, reduction="mean")),
            *zip(wce.value_with_gradient(z, x, make([1.0, 2.0, 3.0], name), axis=1),
                wce.value_with_gradient(*hosts, [1, 2, 3], axis=1), strict=True),
            (wce.loss(hosts[0], x), wce.loss(*hosts)),
        ):
            assert type(result) is type(x) and result.dtype == x.dtype
            assert result.shape == np.shape(expected) and same(numbers(result), expected)
        result = wce.loss(z, hosts[1])
        assert type(result) is np.ndarray and result.dtype == dtype

    def test_strides_and_empty_arrays(self, make):
        z, x = (make(np.arange(12.0).reshape(3, 4) / 12, "float32") for _ in range(2))
        z, x = z[::2, 1:].T, x[::2, 1:].T
        hosts = (np.array(numbers(array), np.float32, order="C") for array in (z, x))
        assert same(numbers(wce.loss(z, x)), wce.loss(*hosts))
        empty = make(np.zeros((0, 3)), "float32")
        assert wce.loss(empty, empty).shape == (0, 3)

    def test_complex_numbers_are_an_error(self, make):
        with pytest.raises(TypeError, match="must hold real numbers"):
            wce.loss(make([1.0], "complex64"), make([1.0], "complex64"))


class TestTorch:
    def test_outputs_and_memory(self):
        torch = pytest.importorskip("torch")
        x = torch.linspace(-3, 3, 1 << 20)
        out = torch.empty_like(x)
        call = lambda: wce.loss(x, x, 3.0, out=out)
        assert call() is out and torch.equal(out, wce.loss(x, x, 3.0))
        tracemalloc.start()
        call()
        assert tracemalloc.get_traced_memory()[1] < 10_000
        tracemalloc.stop()
        pair = torch.empty_like(x), torch.empty_like(x)
        assert wce.value_with_gradient(x, x, reduction="none", out=pair) == pair
        assert torch.equal(pair[0], wce.loss(x, x))

    def test_errors(self):
        torch = pytest.importorskip("torch")
        x = torch.zeros(3)
        with pytest.raises(RuntimeError, match="requires grad"):
            wce.loss(x, x.clone().requires_grad_())
        with pytest.raises(Exception, match="grad"):
            wce.loss(x, x, out=x.clone().requires_grad_())
        with pytest.raises(TypeError, match="out must be a NumPy array"):
            wce.loss(np.zeros(3), np.zeros(3), out=x)


def test_jax_has_no_outputs_and_tracers_are_an_error():
    jax = pytest.importorskip("jax")
    x = jax.numpy.zeros(3)
    with pytest.raises(TypeError, match="out must not be an array of JAX"):
        wce.loss(x, x, out=x)
    with pytest.raises(jax.errors.TracerArrayConversionError):
        jax.jit(lambda x: wce.loss(x, x))(x)


class TestPandas:
    @pytest.fixture
    def pandas(self):
        return pytest.importorskip("pandas")

    @pytest.fixture
    def tables(self, pandas):
        z, x = (array.reshape(20, 3) for array in arrays(np.float64, 60))
        labels = {"index": [f"r{i}" for i in range(20)], "columns": list("abc")}
        return pandas.DataFrame(z, **labels), pandas.DataFrame(x, **labels)

    @pytest.mark.parametrize("quantity", QUANTITIES)
    def test_labels_are_kept(self, pandas, tables, quantity):
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

    def test_reductions(self, pandas, tables):
        z, x = tables
        mean, gradient = wce.value_with_gradient(z, x, 3.0)
        assert type(mean) is np.float64
        assert gradient.index.equals(x.index) and gradient.columns.equals(x.columns)
        assert wce.loss(z["a"].astype(np.float16), x["a"].astype(np.float16)).dtype == np.float16

    def test_other_labels_are_an_error(self, tables):
        z, x = tables
        for other, of in ((z[::-1], "index"), (z[["b", "a", "c"]], "columns"),
                (z.reset_index(drop=True), "index")):
            with pytest.raises(ValueError, match=f"logits and targets .* but their {of} differ"):
                wce.loss(other, x)
            with pytest.raises(ValueError, match=f"logits and weights .* but their {of} differ"):
                wce.loss(x.to_numpy() > 0, x, weights=other.abs())
        with pytest.raises(ValueError, match="targets and weights .* but their index differ"):
            wce.loss(z, x.to_numpy(), weights=z[::-1])

    def test_weights_of_columns(self, pandas, tables):
        z, x = tables
        z = (z > 0.5).astype(int)
        q = wce.positive_weight(z, axis=1)
        assert q.index.equals(x.columns)
        expected = wce.loss(z.to_numpy(), x.to_numpy(), q.to_numpy(), axis=1)
        assert same(wce.loss(z, x, q, axis=1), expected)
        assert same(wce.weighted_cross_entropy_with_logits(z, x, q), expected)
        with pytest.raises(ValueError, match="columns of logits and pos_weight .* labels"):
            wce.loss(z, x, q[::-1], axis=1)


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

    @pytest.mark.parametrize("name", TYPES)
    def test_types(self, name):
        labels = self.LABELS.astype(dtype_of(name))
        assert wce.positive_weight(labels, axis=1).tolist() == [4, 1, 1.5 / 3.5]
        if "torch" in sys.modules:
            labels = torch_array(self.LABELS, name)
            assert wce.positive_weight(labels, axis=1).tolist() == [4, 1, 1.5 / 3.5]

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
