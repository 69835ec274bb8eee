# SPDX-License-Identifier: Apache-2.0
"""XLA's handler for GPUs, called as XLA calls it, and the programs that call it."""

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_void_p

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import QUANTITIES, raises
from weighted_cross_entropy import _frameworks, _native

jax = pytest.importorskip("jax")

import weighted_cross_entropy._call
import weighted_cross_entropy._device_arrays
import weighted_cross_entropy.jax as adapter

STREAM = 77
S64, F16, F32, F64 = 5, 10, 11, 12
TYPES = {np.float16: F16, np.float32: F32, np.float64: F64}
BASE = [("struct_size", c_size_t), ("extensions", c_void_p)]


def structure(name, *fields):
    return type(name, (ctypes.Structure,), {"_fields_": BASE + list(fields)})


Version = structure("Version", ("major", c_int), ("minor", c_int))
Error = structure("Error", ("message", c_char_p), ("code", c_int))
Stream = structure("Stream", ("context", c_void_p), ("stream", c_void_p))
create_error = ctypes.CFUNCTYPE(c_void_p, POINTER(Error))
get_stream = ctypes.CFUNCTYPE(c_void_p, POINTER(Stream))
API = structure(
    "API", ("version", Version), ("internal", c_void_p), ("create_error", create_error),
    ("unused", c_void_p * 3), ("get_stream", get_stream))  # fmt: skip
Array = structure(
    "Array", ("type", c_int), ("data", c_void_p), ("rank", c_int64), ("shape", POINTER(c_int64)))
Arrays = structure(
    "Arrays", ("count", c_int64), ("types", c_void_p), ("arrays", POINTER(POINTER(Array))))
Attributes = structure(
    "Attributes", ("count", c_int64), ("types", POINTER(c_int)), ("names", c_void_p),
    ("values", c_void_p))  # fmt: skip
Frame = structure(
    "Frame", ("api", POINTER(API)), ("context", c_void_p), ("stage", c_int), ("arguments", Arrays),
    ("results", Arrays), ("attributes", Attributes))  # fmt: skip


class Span(ctypes.Structure):
    _fields_ = [("characters", c_char_p), ("length", c_size_t)]


class Scalar(ctypes.Structure):
    _fields_ = [("type", c_int), ("value", c_void_p)]


def pointers(kind, items):
    return (POINTER(kind) * len(items))(*map(ctypes.pointer, items))


def arrays(values):
    described = [
        Array(
            0, None, TYPES[a.dtype.type], a.__array_interface__["data"][0], a.ndim,
            (c_int64 * a.ndim)(*a.shape))
        for a in values]
    return Arrays(0, None, len(values), None, pointers(Array, described))


def call(arguments, results, **attributes):
    """Calls the handler. Returns the message of its error."""
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = c_void_p, [ctypes.py_object, c_char_p]
    address = get_pointer(_frameworks.xla_handler(True), None)
    messages = []

    def fail(error):
        messages.append(error.contents.message.decode())
        return 1

    def give_stream(arguments):
        arguments.contents.stream = STREAM

    api = API(0, None, Version(0, None, 0, 1), None, create_error(fail), (c_void_p * 3)(),
        get_stream(give_stream))  # fmt: skip
    names = [Span(name.encode(), len(name)) for name in attributes]
    numbers = [
        ctypes.c_double(n) if isinstance(n, float) else c_int64(n) for n in attributes.values()]
    scalars = [
        Scalar(F64 if isinstance(n, float) else S64, ctypes.addressof(number))
        for n, number in zip(attributes.values(), numbers, strict=True)]
    names_table, scalars_table = pointers(Span, names), pointers(Scalar, scalars)
    described = Attributes(0, None, len(names), (c_int * len(names))(*[3] * len(names)),
        ctypes.addressof(names_table), ctypes.addressof(scalars_table))  # fmt: skip
    frame = Frame(
        0, None, ctypes.pointer(api), None, 0, arrays(arguments), arrays(results), described)
    error = ctypes.CFUNCTYPE(c_void_p, c_void_p)(address)(ctypes.addressof(frame))
    assert bool(error) == bool(messages)
    return messages[0] if messages else None


@pytest.fixture
def place(gpu):
    def copy(values):
        values = np.asarray(values)
        memory = np.frombuffer(gpu.allocate(values.nbytes), values.dtype).reshape(values.shape)
        memory[...] = values
        return memory

    with gpu.only_on(STREAM):
        yield copy


@pytest.mark.skipif(wce.instruction_set() == "baseline", reason="SSE2 has other bits than GPUs")
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean", "weighted_mean"])
def test_handler(place, dtype, reduction):
    random = np.random.default_rng(2)
    z, x, w = (a.astype(dtype) for a in (
        random.random((3, 500)), random.normal(0, 8, (3, 500)), random.random((3, 500))))
    q = np.array([1, 2, 3], np.float64 if dtype == np.float64 else np.float32)
    options = {"weights": w, "axis": 0, "reduction": reduction, "label_smoothing": 0.2}
    wide = (z, x, q) if dtype != np.float16 else (z.astype(np.float32), x.astype(np.float32), q)
    options["weights"] = w if dtype != np.float16 else w.astype(np.float32)
    arguments = [place(z), place(x), place(q.reshape(3, 1)), place(w)]
    attributes = {
        "batch": 0, "reduction": _native.REDUCTIONS[reduction], "smoothing": 0.2, "threads": 0}
    for name in (*QUANTITIES, "value_with_gradient"):
        expected = getattr(wce, name)(*wide, **options)
        expected = expected if isinstance(expected, tuple) else (expected,)
        results = [place(np.zeros(np.shape(e), dtype)) for e in expected]
        more = {} if name in ("loss", "value_with_gradient") else {
            "operation": getattr(_native, name.upper())}
        assert call(
            arguments, results, with_gradient=name == "value_with_gradient", **more,
            **attributes) is None  # fmt: skip
        for one, other in zip(results, expected, strict=True):
            assert np.array_equal(one, other.astype(dtype))


def test_errors(gpu, place):
    x, q = place(np.zeros((2, 3), np.float32)), place(np.ones((1, 1), np.float32))
    out = place(np.zeros((2, 3), np.float32))
    attributes = {
        "batch": 0, "reduction": 0, "smoothing": 0.0, "threads": 0, "with_gradient": False}
    unexpected = "weighted_cross_entropy: unexpected arguments"
    for arguments, results, more in (
        ([x, x], [out], {}), ([x, x, q], [out, out], {}), ([x, x, q], [out[0]], {}),
        ([x, x, q.reshape(1)], [out], {}), ([x, x, q], [out], {"operation": _native.VALUE}),
        ([x, x, q.astype(np.float64)], [out], {}),
    ):  # fmt: skip
        assert call(arguments, results, **attributes, **more) == unexpected
    gpu.fail("cuLaunchKernel")
    assert call([x, x, q], [out], **attributes) == "cuLaunchKernel: CUDA_ERROR_ILLEGAL_ADDRESS"
    assert call([x, x, q], [out], **attributes) is None


@pytest.fixture
def xla(place, monkeypatch):
    """Takes JAX's arrays for those of a GPU; XLA copies them to the GPU when it calls."""

    def ffi_call(target, types):
        def on_host(*arrays, **attributes):
            results = [place(np.zeros(one.shape, one.dtype)) for one in types]
            numbers = {name: number.item() for name, number in attributes.items()}
            assert call([place(array) for array in arrays], results, **numbers) is None
            return results

        return lambda *arrays, **attributes: jax.pure_callback(
            lambda *arrays: on_host(*arrays, **attributes), types, *arrays)

    is_on_gpu = lambda array: isinstance(array, jax.Array)
    for module in (weighted_cross_entropy._call, weighted_cross_entropy._device_arrays):
        monkeypatch.setattr(module, "is_on_gpu", is_on_gpu)
    monkeypatch.setattr(jax.ffi, "ffi_call", ffi_call)
    jax.clear_caches()
    yield
    jax.clear_caches()


@pytest.mark.skipif(wce.instruction_set() == "baseline", reason="SSE2 has other bits than GPUs")
@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_functions_of_the_package(xla, reduction):
    random = np.random.default_rng(2)
    z, x, w = random.random((3, 4, 50), np.float32)
    move = jax.numpy.asarray
    for name in (*QUANTITIES, "value_with_gradient"):
        for q, options in (
            (3.0, {}), (np.float32(3), {}), (np.arange(4, dtype=np.float32), {"axis": 0}),
        ):  # fmt: skip
            function = lambda z, x, q, w, name=name, options=options: getattr(wce, name)(
                z, x, q, weights=w, reduction=reduction, label_smoothing=0.2, **options)
            expected = jax.tree.leaves(function(z, x, q, w))
            for weight in (q, move(q)):
                found = jax.tree.leaves(function(move(z), move(x), weight, move(w)))
                assert all(isinstance(one, jax.Array) for one in found)
                for one, other in zip(found, expected, strict=True):
                    assert np.array_equal(one, other)
    q = random.random((4, 50), np.float32)
    call = wce.weighted_cross_entropy_with_logits
    assert np.array_equal(call(move(z), move(x), move(q)), call(z, x, q))


def test_errors_of_the_functions_of_the_package(xla):
    x = jax.numpy.ones((2, 3))
    for call, error, message in (
        (lambda: wce.loss(x, x, -1.0), ValueError,
            "positive weights must be finite and at least 0, received -1.0"),
        (lambda: wce.loss(x, x, np.float32([1, -2]), axis=0), ValueError,
            "positive weights must be finite and at least 0, received -2.0 for class 1"),
        (lambda: wce.loss(x[:0], x[:0], reduction="mean"), ValueError,
            "the mean of no elements is undefined"),
        (lambda: wce.loss(x, x, reduction="weighted_mean"), ValueError,
            "a weighted mean needs weights"),
        (lambda: wce.loss(x, x, out=x), TypeError,
            "out must not be an array of JAX, which nothing may change"),
        (lambda: wce.loss(x > 0, x), TypeError,
            "targets on a GPU must be float32, as the logits require, received bool"),
    ):  # fmt: skip
        with raises(error, f"logistic_loss: {message}"):
            call()
    assert wce.loss(x[:0], x[:0]).shape == (0, 3)
    assert wce.loss(x[:0], x[:0], reduction="sum") == 0


def program(function, *arguments):
    """The text of the program for a GPU."""
    types = [jax.ShapeDtypeStruct(shape, np.float32) for shape in arguments]
    return jax.jit(function).trace(*types).lower(lowering_platforms=("cuda",)).as_text()


def test_programs_for_gpus():
    mean = lambda x, q: adapter.loss(1.0, x, q, reduction="mean")
    assert program(mean, (3, 4), (4,)).count("custom_call @weighted_cross_entropy") == 1
    text = program(jax.value_and_grad(mean), (3, 4), (4,))
    assert "with_gradient = 1 : i64" in text and text.count("custom_call") == 1
    # No elements, several class axes, and reductions of a batch are the formula.
    for shapes in (((0, 4), (4,)), ((3, 4), (3, 4))):
        assert "custom_call" not in program(mean, *shapes)
    assert "custom_call" not in program(jax.vmap(mean, (0, None)), (3, 4), (4,))


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_programs_for_the_functions_of_the_package(quantity):
    operation = getattr(_native, quantity.upper())
    call = lambda z, x: adapter._call_on_gpu(
        [z, x], 3.0, operation=operation, code=2, smoothing=0.0, q_shape=(1, 1), shape=(3, 4))
    text = program(call, (3, 4), (3, 4))
    assert "custom_call @weighted_cross_entropy" in text
    assert (f"operation = {operation} : i64" in text) == (quantity != "loss")
