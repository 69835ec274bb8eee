# SPDX-License-Identifier: Apache-2.0
"""That an overflow is reported as NumPy's operations report one."""

import io
import threading
import warnings

import numpy as np
import pytest

import weighted_cross_entropy as wce

LARGE = {np.float32: -3e38, np.float64: -1.7e308}


def overflowing(dtype, count=5):
    """Labels and logits of which one, in the middle, overflows with a positive weight of 3."""
    logits = np.zeros(count, dtype)
    logits[count // 2] = LARGE[dtype]
    return np.ones(count, dtype), logits


def calls(dtype, count=5, **options):
    """A call of each function that overflows, and the name that it reports."""
    targets, logits = overflowing(dtype, count)
    weights = np.full(count, -LARGE[dtype], dtype)
    no_logits = np.zeros(count, dtype)
    # A row of losses that fit, whose sum does not.
    half = np.full(count, LARGE[dtype], dtype)
    return {
        "loss": lambda: wce.loss(targets, logits, 3.0, **options),
        "sum": lambda: wce.loss(targets, half, 1.0, reduction="sum", **options),
        "value_with_gradient": lambda: wce.value_with_gradient(
            targets, half, reduction="sum", **options),
        "both": lambda: wce.value_with_gradient(targets, logits, 3.0, reduction="none", **options),
        "gradient": lambda: wce.gradient(targets, logits, 8.0, weights=weights, **options),
        "second_derivative": lambda: wce.second_derivative(
            targets, no_logits, 8.0, weights=weights, **options),
        "weighted_cross_entropy_with_logits": lambda: wce.weighted_cross_entropy_with_logits(
            targets, logits, 3.0),
    }


NAMES = {"sum": "loss", "both": "value_with_gradient"}
CALLS = list(calls(np.float32))


@pytest.fixture(params=[np.float32, np.float64])
def dtype(request):
    return request.param


@pytest.mark.parametrize("name", CALLS)
class TestActions:
    def message(self, name):
        return f"overflow encountered in {NAMES.get(name, name)}"

    def test_a_warning_unless_asked_otherwise(self, name, dtype):
        call = calls(dtype)[name]
        with pytest.warns(RuntimeWarning) as record:
            call()
        assert [str(warning.message) for warning in record] == [self.message(name)]
        # It is about the line that called the function.
        assert record[0].filename == __file__
        assert record[0].lineno in range(1, 60)

    def test_raise(self, name, dtype):
        with np.errstate(over="raise"), pytest.raises(
                FloatingPointError, match=f"^{self.message(name)}$"):
            calls(dtype)[name]()

    def test_ignore(self, name, dtype, recwarn):
        with np.errstate(over="ignore"):
            result = calls(dtype)[name]()
        assert any(
            np.isinf(part).any() for part in (result if isinstance(result, tuple) else [result]))
        assert not recwarn.list

    def test_as_numpy_says_it(self, name, dtype, capfd):
        """In the words, and with the arguments, that NumPy has for an operation of its own."""

        def numpys():
            np.multiply(np.array([LARGE[dtype]], dtype), 9)

        def told(call, action):
            written, handled = io.StringIO(), []
            handler = written if action == "log" else lambda *arguments: handled.append(arguments)
            with np.errstate(over=action, call=None if action == "print" else handler):
                call()
            return written.getvalue(), handled, capfd.readouterr().err

        for action in ("log", "call", "print"):
            ours = told(calls(dtype)[name], action)
            assert str(ours) == str(told(numpys, action)).replace("multiply", NAMES.get(name, name))
            assert any(ours)

    @pytest.mark.parametrize("action", ["log", "call"])
    def test_handlers_that_are_missing(self, name, dtype, action):
        """An error as it is one of NumPy's."""
        with np.errstate(over=action, call=None):
            with pytest.raises(NameError):
                np.multiply(np.array([LARGE[dtype]], dtype), 9)
            with pytest.raises(
                    NameError, match=rf"for overflow \(in {NAMES.get(name, name)}\) but no "):
                calls(dtype)[name]()


def test_name_is_in_the_message():
    targets, logits = overflowing(np.float32)
    with pytest.warns(RuntimeWarning, match="^overflow encountered in head$"):
        wce.loss(targets, logits, 3.0, name="head")


def test_any_thread_of_a_call_is_heard(dtype):
    for threads in (1, 2, 4):
        count = 1 << 19
        targets, logits = np.ones(count, dtype), np.zeros(count, dtype)
        for place in (0, count // 3, count - 1):
            logits[place] = LARGE[dtype]
            with pytest.warns(RuntimeWarning):
                wce.loss(targets, logits, 3.0, threads=threads)
            logits[place] = 0
            with warnings.catch_warnings(action="error"):
                wce.loss(targets, logits, 3.0, threads=threads)


def test_errstate_is_that_of_the_calling_thread():
    targets, logits = overflowing(np.float64)
    raised = []

    def other():
        with np.errstate(over="raise"):
            try:
                wce.loss(targets, logits, 3.0)
            except FloatingPointError as error:
                raised.append(error)

    with np.errstate(over="ignore"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        wce.loss(targets, logits, 3.0)
    assert len(raised) == 1


class TestNoOverflow:
    """A call without an overflow reports none, even if the processor's flag was raised."""

    @pytest.fixture(autouse=True)
    def all_are_errors(self):
        with np.errstate(all="raise"), warnings.catch_warnings(action="error"):
            yield

    def test_infinite_and_nan_arguments(self, dtype):
        logits = np.array([np.inf, -np.inf, np.nan, 1, np.inf], dtype)
        targets = np.array([0, 1, 1, np.nan, 0.5], dtype)
        for function in (wce.loss, wce.gradient, wce.second_derivative, wce.value_with_gradient):
            function(targets, logits, 3.0)
        assert wce.loss(targets[:2], logits[:2], reduction="sum") == np.inf

    def test_large_arguments_and_sums(self, dtype):
        large = -LARGE[dtype]
        logits = np.array([large, -large, large, large], dtype)
        targets = np.array([0, 1, 1, 0.5], dtype)
        assert np.isfinite(wce.loss(targets, logits)).all()
        assert np.isfinite(wce.loss(targets, logits, reduction="mean"))
        assert np.isfinite(wce.value_with_gradient(targets, logits)[0])
        # Underflow is no more than NumPy's users expect: results go down to 0.
        with np.errstate(under="raise"):
            wce.gradient(targets, -np.abs(logits))

    def test_masked_elements(self, dtype):
        targets, logits = overflowing(dtype)
        weights = (np.arange(5) != 2).astype(dtype)
        for reduction in ("none", "sum", "mean"):
            assert np.isfinite(
                wce.loss(targets, logits, 3.0, weights=weights, reduction=reduction)).all()

    def test_flag_of_earlier_work(self, dtype):
        # An operation of Python's own raises the flag and leaves it so.
        assert float("1e308") * 10 == np.inf
        assert wce.loss(np.ones(3, dtype), np.array([-np.inf, 0, 1], dtype), 3.0)[0] == np.inf
        with np.errstate(over="ignore"):
            wce.loss(*overflowing(dtype), 3.0)
        assert wce.loss(np.ones(3, dtype), np.array([-np.inf, 0, 1], dtype), 3.0)[0] == np.inf

    def test_boosting(self):
        from weighted_cross_entropy.boosting import Objective

        _, logits = overflowing(np.float64)
        weights = np.full(5, 1.7e308)
        first, second = Objective(pos_weight=8.0)(np.ones(5), logits * 0, weights)
        assert np.isinf(first).all() and np.isinf(second).all()


def test_out_holds_the_result_of_a_call_that_raises():
    targets, logits = overflowing(np.float64)
    out = np.zeros(5)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        wce.loss(targets, logits, 3.0, out=out)
    assert out[2] == np.inf and out[0] == np.float64(3 * np.log(2))
    total = np.zeros(())
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        wce.loss(targets, logits, 3.0, reduction="sum", out=total)
    assert total == np.inf


class TestOfAnOutputsType:
    """A result that is finite in the type of the computation and not in that of the output."""

    ARGUMENTS = np.array([1.0, 0.0]), np.array([-1e5, 0.0])

    @pytest.mark.parametrize(
        ("function", "shape", "options"),
        [
            (wce.loss, (2,), {}), (wce.loss, (), {"reduction": "sum", "name": "mine"}),
            (wce.value_with_gradient, (2,), {"reduction": "sum", "pos_weight": 1e6}),
        ],
    )  # fmt: skip
    def test_warning_is_that_of_the_operation(self, function, shape, options):
        out = np.zeros(shape, np.float16)
        with pytest.warns(RuntimeWarning) as record:
            function(*self.ARGUMENTS, out=out, **options)
        name = options.get("name", function.__name__)
        assert [str(w.message) for w in record] == [f"overflow encountered in {name}"]
        assert record[0].filename == __file__ and np.isinf(out).any()

    def test_actions(self, recwarn):
        out = np.zeros(2, np.float16)
        with np.errstate(over="ignore"):
            wce.loss(*self.ARGUMENTS, out=out)
        assert not recwarn.list
        out[:] = 0
        with np.errstate(over="raise"), pytest.raises(
                FloatingPointError, match="overflow encountered in loss"):
            wce.loss(*self.ARGUMENTS, out=out)
        assert out[0] == np.inf and out[1] > 0

    def test_none_where_the_result_was_infinite_before(self, recwarn):
        wce.loss(np.array([0.0]), np.array([np.inf]), out=np.zeros(1, np.float16))
        assert not recwarn.list


def test_no_other_floating_point_error_is_reported():
    x = np.array([-100, -90, 100], np.float32)
    with np.errstate(all="raise"):
        wce.loss(np.zeros(3, np.float32), x)
        wce.loss(np.zeros(3), np.full(3, -800.0))
        wce.loss(np.zeros(3), np.full(3, -20.0), out=np.zeros(3, np.float16))
        wce.gradient(np.ones(3, np.float32), x, [1e-300, 1e-42, 1.0], axis=0)
        with pytest.raises(
                ValueError,
                match="positive weights must be finite and at least 0, received inf for class 1"):
            wce.loss(np.ones(3, np.float32), x, [1.0, 1e300, 1.0], axis=0)
