# SPDX-License-Identifier: Apache-2.0
"""No argument from Python crashes the interpreter, writes beyond an output or gives a wrong answer."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from weighted_cross_entropy import _native

PROGRAM = Path(__file__).with_name("hostile_calls.py")


def test_ten_thousand_calls_raise_or_are_right():
    run = subprocess.run([sys.executable, str(PROGRAM), "10000", "0"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]
    # Enough of them are good for the test to mean something.
    assert 3000 < int(run.stdout) < 9000


class TestExtensionModule:
    """It checks all that memory safety needs by itself, whatever the Python modules pass to it."""

    def evaluate(self, **changes):
        arguments = {
            "operation": 5, "reduction": 0, "labels": np.zeros(4), "logits": np.zeros(4), "weights": None, "out": np.zeros(4),
            "gradient": np.zeros(4), "pos_weight": 1.0, "axis": -1, "label_smoothing": 0.0, "threads": 0, "name": None,
        }  # fmt: skip
        return _native.evaluate(*(arguments | changes).values())

    def test_good_arguments(self):
        for operation in range(8):
            value, has_overflowed = self.evaluate(operation=operation, reduction=1 if operation > 5 else 0)
            assert (value is None) == (operation < 6) and has_overflowed is False

    def test_overflow_is_told(self):
        large = {"logits": np.full(4, -1.7e308), "labels": np.full(4, 9.0)}
        for operation in range(8):
            _, has_overflowed = self.evaluate(operation=operation, reduction=1 if operation > 5 else 0, **large)
            # The derivatives in the logit and in the label are finite.
            assert has_overflowed is (operation not in (1, 2, 3))

    @pytest.mark.parametrize("name", ["labels", "logits", "weights", "out", "gradient"])
    @pytest.mark.parametrize(
        "value",
        [
            np.zeros(3), np.zeros(5), np.zeros(4, np.float32), np.zeros(4, np.int64), np.zeros(4, ">f8"), np.zeros((4, 2)), np.zeros(0), b"12345678" * 4, bytearray(32), "text", 7, object(), [0.0] * 4,
            np.zeros(4, "c8"), np.zeros(4, [("a", "f8")]),
        ],
    )  # fmt: skip
    def test_bad_buffers(self, name, value):
        with pytest.raises((TypeError, ValueError, BufferError)):
            self.evaluate(**{name: value})

    @pytest.mark.parametrize("name", ["labels", "logits", "out", "gradient"])
    def test_buffers_that_are_missing(self, name):
        with pytest.raises((TypeError, ValueError)):
            self.evaluate(**{name: None})

    @pytest.mark.parametrize("name", ["out", "gradient"])
    def test_outputs_that_are_read_only(self, name):
        value = np.zeros(4)
        value.flags.writeable = False
        with pytest.raises((ValueError, BufferError)):
            self.evaluate(**{name: value})

    @pytest.mark.parametrize(
        "changes",
        [
            {"operation": -1}, {"operation": 8}, {"operation": 1 << 70}, {"operation": None}, {"reduction": 9, "operation": 1},
            {"reduction": 1 << 40, "operation": 6}, {"reduction": (1 << 40) + 1, "operation": 6},
            {"reduction": -1, "operation": 6}, {"pos_weight": None}, {"pos_weight": np.zeros(3)}, {"pos_weight": np.zeros(0)},
            {"pos_weight": np.zeros(4, "f4")}, {"pos_weight": np.zeros((2, 3))}, {"axis": 1 << 70}, {"axis": "a"},
            {"axis": 9, "pos_weight": np.zeros(4)}, {"axis": -1 << 63, "pos_weight": np.zeros(4)}, {"threads": -1},
            {"threads": 1.5}, {"label_smoothing": "a"}, {"label_smoothing": 2.0}, {"name": b"a"}, {"name": "\ud800"},
        ],
    )  # fmt: skip
    def test_bad_settings(self, changes):
        with pytest.raises((TypeError, ValueError, OverflowError)):
            self.evaluate(**changes)

    def test_numbers_of_arguments(self):
        for count in (0, 1, 11, 13):
            with pytest.raises(TypeError):
                _native.evaluate(*[0] * count)

    def test_overlap_asks_for_a_copy(self):
        memory = np.zeros(9)
        with pytest.raises(_native.CopyNeeded):
            self.evaluate(logits=memory[:4], out=memory[1:5])

    @pytest.mark.parametrize("name", ["labels", "logits", "weights", "out", "gradient", "pos_weight"])
    @pytest.mark.parametrize(
        "value", [np.zeros(8)[::2], np.zeros(4)[::-1], np.frombuffer(bytearray(33), np.uint8)[1:].view(np.float64)]
    )
    def test_memory_that_is_not_in_a_row_or_not_aligned_asks_for_a_copy(self, name, value):
        with pytest.raises(_native.CopyNeeded):
            self.evaluate(**{name: value})

    def test_references_are_given_back(self):
        array = np.zeros(4)
        before = sys.getrefcount(array)
        for _ in range(100):
            self.evaluate(logits=array)
            with pytest.raises(ValueError):
                self.evaluate(logits=array, pos_weight=-1.0)
        assert sys.getrefcount(array) == before
        array.resize(8, refcheck=True)
