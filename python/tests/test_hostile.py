# SPDX-License-Identifier: Apache-2.0
"""No argument crashes the interpreter, writes beyond an output or gives a wrong answer."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from reference import raises
from weighted_cross_entropy import _native

PROGRAM = Path(__file__).with_name("hostile_calls.py")


def test_ten_thousand_calls_raise_or_are_right():
    run = subprocess.run(
        [sys.executable, str(PROGRAM), "10000", "0"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    # Enough of them are good for the test to mean something.
    assert 3000 < int(run.stdout) < 9000


OPERATIONS = [
    _native.LOSS, _native.GRADIENT, _native.SECOND_DERIVATIVE, _native.TARGET_DERIVATIVE,
    _native.POSITIVE_WEIGHT_DERIVATIVE, _native.LOSS_WITH_GRADIENT, _native.VALUE_WITH_GRADIENT,
    _native.VALUE,
]  # fmt: skip
FUSED = _native.LOSS_WITH_GRADIENT
REDUCING = OPERATIONS[-2:]
# Not contiguous, or not aligned.
ELSEWHERE = [
    np.zeros(8)[::2],
    np.zeros(4)[::-1],
    np.frombuffer(bytearray(33), np.uint8)[1:].view(np.float64),
]


def evaluate(operation=FUSED, **changes):
    """A call of the extension module, good unless `changes` make it bad."""
    is_reducing = operation in REDUCING
    arguments = {
        "targets": np.zeros(4), "logits": np.zeros(4), "weights": None,
        "out": None if is_reducing else np.zeros(4),
        "gradient": np.zeros(4) if operation in OPERATIONS[5:7] else None,
        "pos_weight": 1.0, "axis": -1, "reduction": int(is_reducing), "label_smoothing": 0.0,
        "threads": 0, "name": None,
    } | changes  # fmt: skip
    *arrays, reduction, smoothing, threads, name = arguments.values()
    return _native.evaluate(operation, *arrays, (reduction, smoothing, threads, name))


class TestExtensionModule:
    """It checks what memory safety needs, whatever the Python modules pass to it."""

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_good_arguments(self, operation):
        value, has_overflowed = evaluate(operation)
        assert (value is None) == (operation not in REDUCING) and has_overflowed is False
        large = {"logits": np.full(4, -1.7e308), "targets": np.full(4, 9.0)}
        # The derivatives in the logit and in the target are finite.
        assert evaluate(operation, **large)[1] is (operation not in OPERATIONS[1:4])

    def test_operations_and_reductions_have_codes(self):
        assert sorted(OPERATIONS) == list(range(8))
        assert list(_native.REDUCTIONS) == ["none", "sum", "mean", "weighted_mean"]

    @pytest.mark.parametrize("name", ["targets", "logits", "weights", "out", "gradient"])
    @pytest.mark.parametrize(
        "value",
        [
            np.zeros(3), np.zeros(5), np.zeros(4, np.float32), np.zeros(4, np.int64),
            np.zeros(4, ">f8"), np.zeros((4, 2)), np.zeros(0), b"12345678" * 4, bytearray(32),
            "text", 7, object(), [0.0] * 4, np.zeros(4, "c8"), np.zeros(4, [("a", "f8")]),
        ],
    )  # fmt: skip
    def test_bad_buffers(self, name, value):
        with pytest.raises((TypeError, ValueError, BufferError)):
            evaluate(**{name: value})

    @pytest.mark.parametrize("name", ["targets", "logits", "out", "gradient"])
    def test_missing_buffers(self, name):
        with pytest.raises(TypeError):
            evaluate(**{name: None})

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_outputs_that_are_not_written(self, operation):
        with pytest.raises(TypeError, match="the outputs must be those that the operation writes"):
            evaluate(
                operation, out=np.zeros(4), gradient=None if operation == FUSED else np.zeros(4))

    @pytest.mark.parametrize("name", ["out", "gradient"])
    def test_read_only_outputs(self, name):
        value = np.zeros(4)
        value.flags.writeable = False
        with pytest.raises((ValueError, BufferError)):
            evaluate(**{name: value})

    @pytest.mark.parametrize(
        "changes",
        [
            {"operation": -1}, {"operation": 8}, {"operation": 1 << 70}, {"operation": None},
            {"reduction": 9, "operation": 1}, {"reduction": 1 << 40, "operation": 7},
            {"reduction": (1 << 40) + 1, "operation": 7}, {"reduction": -1, "operation": 7},
            {"reduction": 0, "operation": 7}, {"reduction": None}, {"pos_weight": None},
            {"pos_weight": np.zeros(3)}, {"pos_weight": np.zeros(0)},
            {"pos_weight": np.zeros(4, "f4")}, {"pos_weight": np.zeros((2, 3))}, {"axis": 1 << 70},
            {"axis": "a"}, {"axis": 9, "pos_weight": np.zeros(4)},
            {"axis": -1 << 63, "pos_weight": np.zeros(4)}, {"threads": -1}, {"threads": 1.5},
            {"label_smoothing": "a"}, {"label_smoothing": 2.0}, {"name": b"a"}, {"name": "\ud800"},
        ],
    )  # fmt: skip
    def test_bad_settings(self, changes):
        with pytest.raises((TypeError, ValueError, OverflowError)):
            evaluate(**changes)

    @pytest.mark.parametrize("function", [_native.evaluate, _native.check])
    def test_numbers_of_arguments(self, function):
        for count in (0, 1, 2, 4, 8, 10):
            with pytest.raises(TypeError):
                function(*[0] * count)
        arguments = [0, np.zeros(4), np.zeros(4), None, np.zeros(4), None, 1.0, -1]
        for settings in (None, (), (0, 0.0, 0), (0, 0.0, 0, None, None), [0, 0.0, 0, None]):
            with pytest.raises(TypeError, match="settings must be a tuple of 4 items"):
                function(*(arguments if function is _native.evaluate else [True, 1.0]), settings)

    @pytest.mark.parametrize("is_double", [True, False])
    def test_check(self, is_double):
        good, dtype = (0, 0.5, 1, "mine"), np.float64 if is_double else np.float32
        for pos_weight in (2.0, np.ones(3, dtype), np.ones((2, 3), dtype)):
            assert _native.check(is_double, pos_weight, good) is None
        for arguments, message in (
            ((-1.0, good), "mine: positive weights must be finite and at least 0, received -1.0"),
            ((np.array([1, -1], dtype), good), "mine: positive weights .* -1.0 for class 1"),
            ((1.0, (0, 1.5, 0, None)), "label smoothing"),
            ((1.0, (0, 0.0, -1, None)), "threads"),
        ):
            with pytest.raises(ValueError, match=message):
                _native.check(is_double, *arguments)
        for pos_weight in (None, "a", np.ones(3, np.int64), np.ones(6)[::2].astype(dtype)[::-1]):
            with pytest.raises((TypeError, ValueError)):
                _native.check(is_double, pos_weight, good)

    @pytest.mark.parametrize("shift", range(-5, 6))
    @pytest.mark.parametrize("operation", OPERATIONS[:-1])
    @pytest.mark.parametrize("which", ["targets", "logits", "weights", "pos_weight"])
    def test_outputs_may_overlap_inputs(self, operation, which, shift):
        """The results are those of outputs with memory of their own, and nothing else changes."""
        inputs = {
            name: np.array([0.5, 0.25, 1, 2]) + i
            for i, name in enumerate(["targets", "logits", "weights", "pos_weight"])
        }
        name = "gradient" if operation == _native.VALUE_WITH_GRADIENT else "out"
        memory = np.full(16, 7.0)
        memory[6:10] = inputs[which]
        before, out, expected = memory.copy(), memory[6 + shift : 10 + shift], np.zeros(4)
        value, _ = evaluate(operation, **inputs | {name: expected})
        assert evaluate(operation, **inputs | {which: memory[6:10], name: out})[0] == value
        before[6 + shift : 10 + shift] = expected
        assert np.array_equal(memory, before)

    @pytest.mark.parametrize(
        "name", ["targets", "logits", "weights", "out", "gradient", "pos_weight"])
    @pytest.mark.parametrize("value", ELSEWHERE)
    def test_memory_must_be_contiguous_and_aligned(self, name, value):
        if name in ("out", "gradient"):
            with raises(ValueError, f"{name} must be contiguous in row-major order and aligned"):
                evaluate(**{name: value})
        else:
            assert evaluate(**{name: value}) is None

    def test_references_are_given_back(self):
        array, settings = np.zeros(4), (0, 0.0, 0, None)
        before = sys.getrefcount(array), sys.getrefcount(settings)
        for _ in range(100):
            evaluate(logits=array)
            _native.check(True, array, settings)
            with pytest.raises(ValueError):
                evaluate(logits=array, pos_weight=-1.0)
        assert (sys.getrefcount(array), sys.getrefcount(settings)) == before
        array.resize(8, refcheck=True)
