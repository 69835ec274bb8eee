# SPDX-License-Identifier: Apache-2.0
"""Arrays in the memory of a GPU, with the tests' own CUDA driver and array classes."""

import subprocess
import sys

import numpy as np
import pytest

import weighted_cross_entropy as wce
from gpu_arrays import Array, DLPackArray, InterfaceArray
from reference import QUANTITIES, raises

NEEDS_BITS = pytest.mark.skipif(
    wce.instruction_set() == "baseline", reason="SSE2 has other bits than GPUs")


@pytest.fixture(autouse=True)
def driver(gpu):
    Array.driver = gpu
    DLPackArray.streams = ()


BOTH = pytest.mark.parametrize("kind", [InterfaceArray, DLPackArray])


def example(dtype=np.float32, shape=(3, 4, 100), seed=5):
    random = np.random.default_rng(seed)
    return (
        random.random(shape).astype(dtype), random.normal(0, 8, shape).astype(dtype),
        random.random(shape).astype(dtype))  # fmt: skip


def check(kind, function, targets, logits, pos_weight, weights=None, **options):
    """Compares the bits of a result on the GPU, an array of the kind, with those on the CPU."""
    expected = function(targets, logits, pos_weight, weights=weights, **options)
    z, x = kind(targets), kind(logits)
    w = None if weights is None else kind(weights)
    # Positive weights on the host are copied.
    places = [pos_weight]
    if isinstance(pos_weight, np.ndarray):
        places.append(kind(pos_weight))
    for q in places:
        result = function(z, x, q, weights=w, **options)
        is_pair = isinstance(result, tuple)
        for one, other in zip(result, expected, strict=True) if is_pair else [(result, expected)]:
            assert type(one) is kind and one.host.dtype == other.dtype
            assert np.array_equal(one.host, other)
    assert np.array_equal(targets, z.host) and np.array_equal(logits, x.host)


REDUCTIONS = pytest.mark.parametrize("reduction", ["none", "sum", "mean", "weighted_mean"])


@NEEDS_BITS
@BOTH
@REDUCTIONS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bits_are_those_of_the_cpu(kind, reduction, dtype):
    targets, logits, weights = example(dtype)
    for name in (*QUANTITIES, "value_with_gradient"):
        function = getattr(wce, name)
        for w in (weights, None) if reduction != "weighted_mean" else (weights,):
            for q, options in (
                (3.0, {}), (np.asarray(3.0, dtype), {}),
                (np.arange(1, 4).astype(dtype), {"axis": 0}),
                (np.arange(1, 5).astype(dtype), {"axis": -2}),
            ):  # fmt: skip
                check(kind, function, targets, logits, q, weights=w, reduction=reduction,
                    label_smoothing=0.2, **options)  # fmt: skip


@NEEDS_BITS
@BOTH
def test_broadcast_positive_weights(kind):
    targets, logits, _ = example()
    call = wce.weighted_cross_entropy_with_logits
    for shape in ((), (1,), (100,), (4, 1), (3, 1, 1), (1, 4, 1), (3, 4, 100)):
        q = np.random.default_rng(1).random(shape).astype(np.float32)
        z, x = kind(targets), kind(logits)
        for given in (q, kind(q)):
            assert np.array_equal(call(z, x, given).host, call(targets, logits, q))
    q = np.ones((4, 100), np.float32)
    assert np.array_equal(call(z, x, q).host, call(targets, logits, q))
    message = (
        "logistic_loss: pos_weight on a GPU must vary along one axis or have the shape of the "
        "logits (3, 4, 100), received the shape (4, 100)")
    with raises(ValueError, message):
        call(z, x, kind(q))


def rounded(values, to_bfloat16):
    """float32 as float16, or as the bits of bfloat16."""
    if not to_bfloat16:
        return values.astype(np.float16)
    bits = np.asarray(values).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def widened(values, is_bfloat16):
    if not is_bfloat16:
        return values.astype(np.float32)
    return (values.astype(np.uint32) << 16).view(np.float32)


@NEEDS_BITS
@REDUCTIONS
@pytest.mark.parametrize("is_bfloat16", [False, True])
def test_16_bit_numbers_are_rounded_once(reduction, is_bfloat16):
    arrays = [rounded(array, is_bfloat16) for array in example()]
    wide = [widened(array, is_bfloat16) for array in arrays]
    placed = [DLPackArray(array) for array in arrays]
    for array in placed:
        array.is_bfloat16 = is_bfloat16
    q = np.array([1, 2, 3, 4], np.float32)
    for name in QUANTITIES:
        call = lambda z, x, q, w, name=name: getattr(wce, name)(
            z, x, q, axis=1, weights=w, reduction=reduction)
        result, expected = call(*placed[:2], DLPackArray(q), placed[2]), call(*wide[:2], q, wide[2])
        assert result.dtype == ("bfloat16" if is_bfloat16 else np.float16)
        assert np.array_equal(result.host, rounded(expected, is_bfloat16))


@BOTH
def test_out(kind):
    targets, logits, _ = example()
    z, x = kind(targets), kind(logits)
    out, losses, value = kind(np.zeros_like(logits)), kind(np.zeros_like(logits)), kind(
        np.zeros((), np.float32))
    assert wce.loss(z, x, out=out) is out
    assert np.allclose(out.host, wce.loss(targets, logits))
    assert wce.loss(z, x, reduction="sum", out=value) is value
    assert np.allclose(value.host, wce.loss(targets, logits, reduction="sum"))
    given = losses, out
    both = wce.value_with_gradient(z, x, reduction="none", out=given)
    assert both[0] is losses and both[1] is out
    assert np.allclose(out.host, wce.gradient(targets, logits))
    mean, gradient = wce.value_with_gradient(z, x, out=x)
    assert gradient is x and type(mean) is kind
    assert np.allclose(x.host, wce.gradient(targets, logits, reduction="mean"))
    for bad, error, message in (
        (kind(np.zeros(3, np.float32)), ValueError, "out must have the shape (3, 4, 100), "
            "received (3,)"),
        (kind(np.zeros(logits.shape)), TypeError, "out on a GPU must be float32, as the logits "
            "require, received float64"),
        (out.viewed(lambda a: a.reshape(4, 3, 100).transpose(1, 0, 2)), ValueError,
            "out must be contiguous in row-major order"),
        (np.zeros_like(logits), TypeError, "logits is in the memory of a GPU, out in that of the "
            "host"),
    ):  # fmt: skip
        with raises(error, f"logistic_loss: {message}"):
            wce.loss(z, x, out=bad)
    with pytest.raises(ValueError, match="overlap"):
        wce.value_with_gradient(z, x, reduction="none", out=(out, out))
    with pytest.raises(TypeError, match="out must be a NumPy array"):
        wce.loss(targets, logits, out=out)


def test_out_may_not_be_read_only():
    targets, logits, _ = example()
    out = InterfaceArray(logits)
    out.host.flags.writeable = False
    with raises(ValueError, "logistic_loss: out is read-only"):
        wce.loss(InterfaceArray(targets), InterfaceArray(logits), out=out)


@BOTH
def test_arguments_in_different_places(kind):
    targets, logits, weights = example()
    z, x, w = kind(targets), kind(logits), kind(weights)
    for arguments, message in (
        ((targets, x), "logits is in the memory of a GPU, targets in that of the host"),
        ((z, logits), "targets is in the memory of a GPU, logits in that of the host"),
        ((targets.tolist(), x), "logits is in the memory of a GPU, targets in that of the host"),
        ((z, x, 1.0, weights), "logits is in the memory of a GPU, weights in that of the host"),
        ((targets, logits, 1.0, w),
            "weights is in the memory of a GPU, logits in that of the host"),
        ((targets, logits, kind(np.float32(2))),
            "pos_weight is in the memory of a GPU, logits in that of the host"),
    ):  # fmt: skip
        with raises(TypeError, f"logistic_loss: {message}"):
            wce.loss(*arguments[:3], weights=(arguments[3:] or (None,))[0])
    with pytest.raises(TypeError, match="labels in that of the host"):
        wce.weighted_cross_entropy_with_logits(targets, x, 1.0)
    other = kind(targets, device=1)
    with pytest.raises(ValueError, match="targets is memory of GPU 1, .* of GPU 0"):
        wce.loss(other, x)
    assert np.allclose(wce.loss(other, kind(logits, device=1)).host, wce.loss(targets, logits))


@BOTH
def test_errors(kind):
    targets, logits, _ = example()
    z, x = kind(targets), kind(logits)
    name = "mine"
    for call, error, message in (
        (lambda: wce.loss(kind(targets[:2]), x, name=name), ValueError,
            "logits and targets must have the same shape, received (3, 4, 100) and (2, 4, 100)"),
        (lambda: wce.loss(kind(targets.astype(np.int64)), x, name=name), TypeError,
            "targets on a GPU must be float32, as the logits require, received int64"),
        (lambda: wce.loss(z, kind(logits > 0), name=name), TypeError,
            "logits on a GPU must be floating-point, received bool"),
        (lambda: wce.loss(z, x, kind(np.ones(3)), axis=0, name=name), TypeError,
            "pos_weight on a GPU must be float32, as the logits require, received float64"),
        (lambda: wce.loss(z, x, kind(np.ones(3, np.float32)), name=name), ValueError,
            "pos_weight of shape (3,) needs the axis along which the classes lie"),
        (lambda: wce.loss(z, x, -1.0, name=name), ValueError,
            "positive weights must be finite and at least 0, received -1.0"),
        (lambda: wce.loss(z, x, label_smoothing=2.0, name=name), ValueError,
            "label smoothing must lie in [0, 1], received 2.0"),
        (lambda: wce.loss(kind(targets).viewed(lambda a: a[:, :, ::-1]), x, name=name), ValueError,
            "targets must be contiguous in row-major order"),
    ):  # fmt: skip
        with raises(error, f"{name}: {message}"):
            call()


@BOTH
def test_no_elements(kind):
    nothing = kind(np.zeros((0, 3), np.float32))
    assert wce.gradient(nothing, nothing).host.shape == (0, 3)
    assert wce.loss(nothing, nothing, reduction="sum").host == 0
    with pytest.raises(ValueError, match="the mean of no elements"):
        wce.loss(nothing, nothing, reduction="mean")


def test_streams_of_the_interface(gpu):
    targets, logits, _ = example()
    place = lambda array, stream: InterfaceArray(array, stream=stream)
    for stream, handle in ((None, 0), (1, 0), (2, 2), (77, 77)):
        before = gpu.count("cuStreamSynchronize")
        with gpu.only_on(handle):
            wce.loss(place(targets, stream), place(logits, stream), reduction="sum")
            wce.loss(place(targets, None), place(logits, stream), reduction="sum")
        assert gpu.count("cuStreamSynchronize") == before
    with gpu.only_on(77):
        wce.loss(place(targets, 78), place(logits, 77), reduction="sum")
    assert gpu.count("cuStreamSynchronize") == before + 1
    gpu.fail("cuStreamSynchronize")
    with raises(RuntimeError, "cuStreamSynchronize: error 700 of the CUDA driver"):
        wce.loss(place(targets, 78), place(logits, 77))


def test_streams_of_dlpack(gpu):
    targets, logits, _ = example()
    with gpu.only_on(0):
        wce.loss(DLPackArray(targets), DLPackArray(logits), reduction="sum")
    assert set(DLPackArray.streams) == {1}


def test_arrays_of_the_host_are_not_on_a_gpu():
    targets, logits, _ = example()
    as_array = lambda array, *_, **__: array.host
    kind = type("HostArray", (DLPackArray,), {"device_type": 1, "__array__": as_array})
    result = wce.loss(kind(targets), kind(logits))
    assert type(result) is np.ndarray and np.array_equal(result, wce.loss(targets, logits))


@BOTH
@pytest.mark.parametrize(
    "function", ["cuLaunchKernel", "cuMemAllocFromPoolAsync"])
def test_errors_of_the_driver(gpu, kind, function):
    targets, logits, _ = example()
    z, x = kind(targets), kind(logits)
    call = lambda: wce.loss(z, x, reduction="mean").host
    expected = call()
    gpu.fail(function)
    with raises(RuntimeError, f"{function}: CUDA_ERROR_ILLEGAL_ADDRESS"):
        call()
    assert call() == expected


def test_memory_is_released(gpu):
    targets, logits, _ = example()
    for kind in (InterfaceArray, DLPackArray):
        z, x = kind(targets), kind(logits)
        before = len(gpu.addresses)
        for _ in range(3):
            wce.value_with_gradient(z, x, kind(np.float32(2)))
        assert len(gpu.addresses) == before


NO_DRIVER = """
import ctypes
import weighted_cross_entropy as wce

class Array:
    __cuda_array_interface__ = {
        "shape": (1,), "typestr": "<f4", "data": (4096, False), "version": 3, "strides": None}
    def __array_namespace__(self): ...

try:
    wce.loss(Array(), Array(), out=Array())
except RuntimeError as error:
    print(error)
print(wce.loss(1.0, 0.0, 2.0).round(4))
try:
    ctypes.CDLL("libcuda.so.1")
    print("there is a driver")
except OSError:
    pass
"""


def test_no_driver():
    result = subprocess.run(
        [sys.executable, "-c", NO_DRIVER], capture_output=True, text=True, check=True)
    if "there is a driver" in result.stdout:
        pytest.skip("there is a driver")
    assert result.stdout == "no CUDA driver: libcuda.so.1 not found\n1.3863\n"
