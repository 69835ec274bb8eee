# SPDX-License-Identifier: Apache-2.0
"""What the argument `out` promises."""

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import QUANTITIES, arrays

ELEMENTWISE = [getattr(wce, quantity) for quantity in QUANTITIES]
FLOATS = [np.float32, np.float64]


@pytest.mark.parametrize("dtype", FLOATS)
def test_result_is_written_and_returned(dtype):
    targets, logits = arrays(dtype)
    for function in ELEMENTWISE:
        out = np.empty_like(logits)
        assert function(targets, logits, 3.0, out=out) is out
        assert np.array_equal(out, function(targets, logits, 3.0))
    out = np.empty_like(logits)
    assert wce.value_with_gradient(targets, logits, out=out)[1] is out
    out = np.empty((), dtype)
    assert wce.loss(targets, logits, reduction="mean", out=out) is out
    assert out == wce.loss(targets, logits, reduction="mean")


@pytest.mark.parametrize("view", [slice(None, None, 2), slice(None, None, -1), slice(1, 1001)])
def test_any_strides(view):
    targets, logits = arrays(np.float32)
    memory = np.full(2002, 7, np.float32)
    out = memory[view][:1000]
    wce.loss(targets, logits, out=out)
    assert np.array_equal(out, wce.loss(targets, logits))
    assert np.count_nonzero(memory == 7) == 1002


@pytest.mark.parametrize("shift", [-1, 0, 1, 3])
@pytest.mark.parametrize("which", ["targets", "logits", "weights"])
def test_may_overlap_an_input(shift, which):
    targets, logits = arrays(np.float64)
    memory = np.ones(1010)
    inputs = {"targets": targets, "logits": logits, "weights": np.arange(1000.0)}
    expected = wce.value_with_gradient(**inputs, reduction="sum"), wce.loss(**inputs)
    for count in range(2):
        memory[4:1004] = inputs[which]
        out = memory[4 + shift : 1004 + shift]
        arguments = inputs | {which: memory[4:1004]}
        if count:
            assert np.array_equal(wce.loss(**arguments, out=out), expected[1])
        else:
            value, gradient = wce.value_with_gradient(**arguments, reduction="sum", out=out)
            assert value == expected[0][0] and np.array_equal(gradient, expected[0][1])


@pytest.mark.parametrize("shift", [-60, 0, 1, 30])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_may_overlap_an_input_of_another_order_of_axes(shift, dtype):
    targets, logits = (np.asfortranarray(a.reshape(20, 50)) for a in arrays(np.float64))
    memory = np.full(1200, 7.0)
    expected = wce.loss(targets, logits, [3.0] * 50, axis=1)
    place = lambda start: memory[start : start + 1000].reshape(50, 20).T
    place(100)[...] = logits
    out = place(100 + shift) if dtype == np.float64 else np.empty((20, 50), dtype)
    assert wce.loss(targets, place(100), [3.0] * 50, axis=1, out=out) is out
    assert np.array_equal(out, expected.astype(dtype))
    other = np.zeros((20, 50), order="C")
    assert np.array_equal(wce.loss(targets, logits, [3.0] * 50, axis=1, out=other), expected)


@pytest.mark.parametrize(
    ("shape", "strides"),
    [
        ((2,), (0,)), ((4, 2), (8, 8)), ((3, 4), (0, 8)), ((3, 4), (8, 0)), ((3,), (4,)),
        ((2, 3, 2), (24, 16, 8)),
        ((3, 4), (8, -16)),
    ],
)  # fmt: skip
def test_must_not_overlap_itself(shape, strides):
    memory = np.full(100, 7.0)
    out = np.lib.stride_tricks.as_strided(memory[50:], shape, strides)
    inputs = np.zeros(shape), np.ones(shape)
    for call in (
        lambda: wce.loss(*inputs, out=out), lambda: wce.gradient(*inputs, out=out),
        lambda: wce.value_with_gradient(*inputs, out=out),
        lambda: wce.value_with_gradient(*inputs, reduction="none", out=(np.zeros(shape), out)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="logistic_loss: elements of out overlap each other"):
            call()
    assert np.all(memory == 7)


@pytest.mark.parametrize(
    ("shape", "strides"),
    [
        ((2, 3), (24, 16)), ((3, 2), (16, 24)), ((3, 4), (-8, 24)), ((1, 3), (0, 8)),
        ((5, 2), (16, -8)),
    ],
)
def test_may_have_any_strides_that_do_not_overlap(shape, strides):
    memory = np.full(100, 7.0)
    out = np.lib.stride_tricks.as_strided(memory[50:], shape, strides)
    targets, logits = (a[: out.size].reshape(shape) for a in arrays(np.float64))
    assert np.array_equal(wce.loss(targets, logits, out=out), wce.loss(targets, logits))
    assert np.count_nonzero(memory != 7) == out.size


def test_takes_types_that_hold_the_result():
    targets, logits = arrays(np.float64)
    for dtype in (np.float64, np.float32, np.float16, np.complex128):
        assert np.allclose(
            wce.loss(targets, logits, out=np.empty(1000, dtype)), wce.loss(targets, logits),
            rtol=1e-3)
    for dtype in (np.int64, np.bool_, "M8[s]"):
        with pytest.raises(TypeError, match="cannot write float64 into out"):
            wce.loss(targets, logits, out=np.empty(1000, dtype))


def test_errors():
    targets, logits = arrays(np.float32)
    read_only = np.zeros(1000, np.float32)
    read_only.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        wce.loss(targets, logits, out=read_only)
    with pytest.raises(ValueError, match=r"out must have the shape \(1000,\), received \(999,\)"):
        wce.loss(targets, logits, out=np.zeros(999, np.float32))
    with pytest.raises(ValueError, match=r"out must have the shape \(\), received \(1000,\)"):
        wce.loss(targets, logits, reduction="sum", out=np.zeros(1000, np.float32))
    with pytest.raises(TypeError, match="out must be a NumPy array, received list"):
        wce.gradient(targets, logits, out=[0.0] * 1000)
    for out in (np.zeros(1000), (np.zeros(1000),), [np.zeros(1000), np.zeros(1000)]):
        with pytest.raises(TypeError, match="tuple"):
            wce.value_with_gradient(targets, logits, reduction="none", out=out)
    with pytest.raises(ValueError, match="overlap"):
        wce.value_with_gradient(targets, logits, reduction="none", out=(out[0], out[0][::-1]))
    # Checked before anything is computed.
    with pytest.raises(ValueError, match=r"out must have the shape \(\), received \(1,\)"):
        wce.loss([], [], reduction="mean", out=np.zeros(1))


@pytest.mark.parametrize(
    "view",
    [lambda m: (m[:1000, 0], m[:1000, 1]), lambda m: (m[:500].ravel(), m[500:].ravel()[::-1])])
def test_two_may_lie_between_each_other(view):
    targets, logits = arrays(np.float64)
    memory = np.zeros((1000, 2))
    out = view(memory)
    expected = wce.value_with_gradient(targets, logits, reduction="none")
    wce.value_with_gradient(targets, logits, reduction="none", out=out)
    assert np.array_equal(out, expected)


def test_may_be_the_weights_of_the_classes():
    weights = np.array([1.0, 2.0, 3.0])
    expected = wce.loss(np.ones(3), np.zeros(3), weights.copy(), axis=0)
    assert np.array_equal(wce.loss(np.ones(3), np.zeros(3), weights, axis=0, out=weights), expected)


def test_may_be_of_a_subclass():
    class Subclass(np.ndarray):
        pass

    out = np.zeros(3).view(Subclass)
    assert wce.loss(np.ones(3), np.zeros(3), out=out) is out and np.all(out == np.log(2))


def test_is_as_it_was_after_an_error():
    out = np.full(3, 7.0)
    with pytest.raises(ValueError):
        wce.loss(np.zeros(3), np.zeros(3), -1.0, out=out)
    assert np.all(out == 7)
