# SPDX-License-Identifier: Apache-2.0
"""Arrays of 16-bit types and of other libraries: results of the same type, without copies."""

import sys
import tracemalloc
import warnings

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import QUANTITIES, dtype_of, same

TYPES = ["float16", "bfloat16", "float32", "float64"]
ALL = np.arange(1 << 16, dtype=np.uint16)


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
        reverses = make is not torch_array  # whose strides are never negative
        for view in (slice(None, None, 2), slice(None, None, -1 if reverses else 1)):
            a, b = z[view, 1:].T, x[view, 1:].T
            hosts = (np.array(numbers(array), np.float32, order="C") for array in (a, b))
            assert same(numbers(wce.loss(a, b)), wce.loss(*hosts))
        empty = make(np.zeros((0, 3)), "float32")
        assert wce.loss(empty, empty).shape == (0, 3)

    def test_complex_numbers_are_an_error(self, make):
        with pytest.raises(TypeError, match="must hold real numbers"):
            wce.loss(make([1.0], "complex64"), make([1.0], "complex64"))


class Exporter:
    """An array that has DLPack's methods alone, those of `array`."""

    def __init__(self, array, is_old=False):
        self.array, self.is_old = array, is_old

    def __dlpack__(self, **options):
        if self.is_old and options:
            raise TypeError("unexpected keyword arguments")
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class TestDLPack:
    @pytest.mark.parametrize("is_old", [False, True])
    def test_arrays_with_the_methods_alone(self, is_old):
        x = np.linspace(-3, 3, 10)[::-2]
        out = np.empty(5)
        z, y, target = (Exporter(array, is_old) for array in (x * x / 9, x, out))
        result = wce.loss(z, y, 3.0)
        assert type(result) is np.ndarray and same(result, wce.loss(x * x / 9, x, 3.0))
        assert wce.loss(z, y, 3.0, out=target) is target and same(out, result)

    def test_memory_is_kept_and_given_back(self):
        array = np.ones(1000)
        references = sys.getrefcount(array)
        for _ in range(3):
            wce.loss(Exporter(array), Exporter(array), weights=Exporter(array))
        assert sys.getrefcount(array) == references

    def test_read_only_arrays_are_inputs_alone(self):
        x = np.broadcast_to(1.0, 3)
        assert same(wce.loss(Exporter(x), Exporter(x)), wce.loss(x, x))
        with pytest.raises(ValueError, match="out is read-only"):
            wce.loss(Exporter(x), Exporter(x), out=Exporter(x))

    def test_results_are_on_the_device_of_the_logits(self):
        strict = pytest.importorskip("array_api_strict")
        x = strict.ones(3, device=strict.Device("device1"))
        assert wce.loss(x, x).device == x.device


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

    def test_classes_derived_from_tensors(self):
        torch = pytest.importorskip("torch")
        kind = type("Derived", (torch.Tensor,), {"__module__": "elsewhere"})
        x = torch.arange(3).bfloat16().as_subclass(kind)
        assert torch.equal(wce.loss(x, x), wce.loss(x, x).as_subclass(torch.Tensor))
        assert type(wce.loss(x, x)) is torch.Tensor

    def test_tensors_to_be_negated(self):
        torch = pytest.importorskip("torch")
        x = torch.imag(torch.conj(torch.complex(torch.zeros(3), torch.arange(3.0))))
        assert x.is_neg() and torch.equal(wce.loss(x * 0, x), wce.loss(x * 0, x.resolve_neg()))
        with pytest.raises(ValueError, match="yet to negate"):
            wce.loss(x * 0, x * 0, out=x)

    @pytest.mark.filterwarnings("ignore:Accessing the data pointer of FakeTensor")
    def test_errors(self):
        torch = pytest.importorskip("torch")
        x = torch.zeros(6)
        with pytest.raises(RuntimeError, match="requires grad"):
            wce.loss(x, x.clone().requires_grad_())
        with pytest.raises(Exception, match="grad"):
            wce.loss(x, x, out=x.clone().requires_grad_())
        with pytest.raises(TypeError, match="out must be a NumPy array"):
            wce.loss(np.zeros(6), np.zeros(6), out=x)
        for a, b in ((x[:4], x[2:]), (x[0:4:2], x[2::2])):
            with pytest.raises(ValueError, match="two arrays of out overlap"):
                wce.value_with_gradient(a.clone(), a.clone(), reduction="none", out=(a, b))
        with torch._subclasses.FakeTensorMode():
            fake = torch.zeros(3)
        with pytest.raises(RuntimeError, match="subclasses"):
            wce.loss(fake, fake)


def test_arrays_that_numpy_converts_to_bfloat16():
    x = np.ones(3, dtype_of("bfloat16"))
    array = type("Array", (), {"dtype": x.dtype, "__array__": lambda *_, **__: x})()
    assert wce.loss(array, array).dtype == x.dtype
    with pytest.raises(TypeError, match="masked array"):
        wce.loss(x, np.ma.masked_array(x, [True, False, False]))


def test_jax_has_no_outputs_and_tracers_are_an_error():
    jax = pytest.importorskip("jax")
    x = jax.numpy.zeros(3)
    with pytest.raises(TypeError, match="out must not be an array of JAX"):
        wce.loss(x, x, out=x)
    with pytest.raises(jax.errors.TracerArrayConversionError):
        jax.jit(lambda x: wce.loss(x, x))(x)
