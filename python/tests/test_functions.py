# SPDX-License-Identifier: Apache-2.0
"""What the functions over NumPy arrays promise."""

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import QUANTITIES, arrays, assert_close, exact, raises

LOGITS = [-100.0, -2.0, -2.0, 0.0, 2.0, 2.0, 2.0, 100.0, -20.0, np.inf, -np.inf, -0.3]
TARGETS = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.5, 1.0, 0.0, 1.0, 0.0, 0.75]
ELEMENTWISE = {quantity: getattr(wce, quantity) for quantity in QUANTITIES}
# The terms of these quantities may cancel.
DIFFERENCES = ("gradient", "target_derivative")
FLOATS = [np.float32, np.float64]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("smoothing", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("pos_weight", [0.0, 1e-8, 1.0, 3.0])
def test_values(dtype, quantity, smoothing, pos_weight):
    targets, logits = np.array(TARGETS, dtype), np.array(LOGITS, dtype)
    pos_weight = float(dtype(pos_weight))
    result = ELEMENTWISE[quantity](targets, logits, pos_weight, label_smoothing=smoothing)
    assert result.dtype == dtype
    scale = 4 if quantity in DIFFERENCES else 0
    assert_close(
        result, exact(quantity, targets, logits, pos_weight, label_smoothing=smoothing), dtype,
        scale)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_classes_weights_and_masks(dtype, quantity):
    targets, logits = (a.reshape(10, 5, 20) for a in arrays(dtype))
    pos_weight = np.array([0.5, 1, 2, 3, 8])
    weights = np.arange(1000).reshape(10, 5, 20) % 3
    logits[weights == 0] = np.nan
    result = ELEMENTWISE[quantity](targets, logits, pos_weight, axis=1, weights=weights)
    expected = exact(quantity, targets, logits, pos_weight[:, None], weights=weights)
    assert_close(result, expected, dtype, 16 if quantity in DIFFERENCES else 0)
    assert np.all(result[weights == 0] == 0)
    assert np.array_equal(
        result, ELEMENTWISE[quantity](targets, logits, list(pos_weight), axis=-2, weights=weights))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("reduction", ["sum", "mean", "weighted_mean"])
def test_reductions(dtype, reduction):
    targets, logits = arrays(dtype, 20_000)
    weights = (np.arange(20_000) % 4).astype(dtype)
    denominator = {"sum": 1, "mean": 20_000, "weighted_mean": int(weights.sum())}[reduction]
    options = {"weights": weights, "reduction": reduction}
    value = wce.loss(targets, logits, 3.0, **options)
    assert type(value) is dtype
    terms = exact("loss", targets, logits, 3.0, weights=weights, denominator=denominator)
    assert_close(value, terms.sum(), dtype)
    same, gradient = wce.value_with_gradient(targets, logits, 3.0, **options)
    assert type(same) is dtype and same == value
    assert np.array_equal(gradient, wce.gradient(targets, logits, 3.0, **options))
    expected = exact("gradient", targets, logits, 3.0, weights=weights, denominator=denominator)
    assert_close(gradient, expected, dtype, 12 / denominator)


def test_sum_is_the_same_bits_for_any_number_of_threads():
    targets, logits = arrays(np.float32, 300_001)
    values = {float(wce.loss(targets, logits, 3.0, reduction="sum", threads=n))
        for n in (1, 2, 3, 8, None)}
    assert len(values) == 1


def test_value_with_gradient_of_each_element():
    targets, logits = arrays(np.float32)
    losses, gradient = wce.value_with_gradient(targets, logits, 3.0, reduction="none")
    assert np.array_equal(losses, wce.loss(targets, logits, 3.0))
    assert np.array_equal(gradient, wce.gradient(targets, logits, 3.0))
    out = np.empty_like(losses), np.empty((2000,), np.float32)[::2]
    result = wce.value_with_gradient(targets, logits, 3.0, reduction="none", out=out)
    assert result[0] is out[0] and result[1] is out[1]
    assert np.array_equal(out[0], losses) and np.array_equal(out[1], gradient)


def test_value_with_gradient_reduces_to_the_mean_unless_asked_otherwise():
    targets, logits = arrays(np.float64)
    value, _ = wce.value_with_gradient(targets, logits)
    assert value == wce.loss(targets, logits, reduction="mean")


class TestTypes:
    GOOD = {name: [1.0, 2.0] for name in ("targets", "logits", "weights")}

    @pytest.mark.parametrize(
        ("targets", "logits", "expected"),
        [
            (np.float32, np.float32, np.float32), (np.float64, np.float64, np.float64),
            (np.float32, np.float64, np.float64), (np.float64, np.float32, np.float64),
            (np.int64, np.float32, np.float32), (np.bool_, np.float32, np.float32),
            (np.uint8, np.float64, np.float64),
            (np.float32, np.int32, np.float32), (np.int64, np.int64, np.float64),
            (np.bool_, np.bool_, np.float64),
            (np.float16, np.float32, np.float32), (np.float16, np.float64, np.float64),
            (">f4", "<f4", np.float32),
            (np.float64, ">f8", np.float64),
        ],
    )  # fmt: skip
    def test_result_has_the_floating_type_of_the_arguments(self, targets, logits, expected):
        z, x = np.array([0, 1, 1]).astype(targets), np.array([0, 1, 2]).astype(logits)
        result = wce.loss(z, x, 3.0)
        assert result.dtype == expected and result.dtype.isnative
        assert_close(
            result, exact("loss", [0, 1, 1], np.array([0, 1, 2]).astype(logits), 3), expected)

    def test_lists_are_float64(self):
        assert wce.loss([0, 1], [1, 2]).dtype == np.float64

    def test_numbers_give_scalars_and_follow_the_other_argument(self):
        assert type(wce.loss(1, 2.0)) is np.float64
        assert type(wce.loss(1.0, np.float32(2))) is np.float32
        assert type(wce.gradient(np.array(1.0), np.array(2.0))) is np.float64
        assert wce.loss(1.0, np.float32(2)).shape == ()

    @pytest.mark.parametrize(
        "values",
        [
            [1j, 0j], ["a", "b"], [None, 1], np.zeros(2, "M8[s]"), np.zeros(2, [("a", "f4")]),
            np.zeros(2, "g"),
        ],
    )  # fmt: skip
    def test_other_types_are_type_errors(self, values):
        dtype = np.asarray(values).dtype
        if dtype == np.float64:
            pytest.skip("longdouble is double on this platform")
        for name in self.GOOD:
            message = f"{name} must hold real numbers, received {dtype}"
            if dtype.kind == "f":
                message = f"{dtype} is not supported, convert to float64 or float32"
            with raises(TypeError, message):
                wce.loss(**self.GOOD | {name: values})

    def test_none_and_masked_arrays_are_type_errors(self):
        masked = np.ma.masked_array([1.0, 2.0], [True, False])
        for name in [*self.GOOD, "pos_weight"]:
            message = f"{name} is a masked array: pass its data; weights of 0 mask elements"
            with raises(TypeError, message):
                wce.loss(**self.GOOD | {name: masked}, axis=0)
            if name != "weights":
                with raises(TypeError, f"{name} must hold real numbers, received None"):
                    wce.loss(**self.GOOD | {name: None})


class TestShapes:
    @pytest.mark.parametrize(
        ("targets", "logits"),
        [((3,), (1, 2)), ((2, 3), (3, 2)), ((), (1,)), ((1,), (2,)), ((0,), (0, 2))]
    )
    def test_shapes_must_be_the_same(self, targets, logits):
        same = "must have the same shape, received"
        x, other = np.zeros(logits), np.zeros(targets)
        with raises(ValueError, f"logistic_loss: logits and targets {same} {logits} and {targets}"):
            wce.loss(other, x)
        with raises(ValueError, f"mine: logits and weights {same} {logits} and {targets}"):
            wce.loss(x, x, weights=other, name="mine")
        with raises(ValueError, f"café: logits and labels {same} {logits} and {targets}"):
            wce.weighted_cross_entropy_with_logits(other, x, 2.0, "café")

    @pytest.mark.parametrize("shape", [(), (1,), (3, 4), (2, 3, 4), (0,), (3, 0, 2), (1,) * 20])
    def test_result_has_the_shape_of_the_logits(self, shape):
        for function in ELEMENTWISE.values():
            assert function(np.ones(shape), np.ones(shape)).shape == shape

    @pytest.mark.parametrize(
        "view",
        [
            lambda a: a[::2], lambda a: a[::-1], lambda a: a.reshape(20, 50).T,
            lambda a: a.reshape(20, 50)[:, ::-3],
            lambda a: np.broadcast_to(a[3], (5, 7)),
            lambda a: a.reshape(10, 10, 10).transpose(2, 0, 1),
            lambda a: np.frombuffer(b"x" + a.tobytes(), np.uint8)[1:].view(a.dtype),
            lambda a: np.asfortranarray(a.reshape(4, -1)),
            lambda a: np.lib.stride_tricks.sliding_window_view(a, 30)[::30],
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("dtype", FLOATS)
    def test_any_strides(self, view, dtype):
        targets, logits = arrays(dtype)
        z, x = view(targets), view(logits)
        for quantity, function in ELEMENTWISE.items():
            assert np.array_equal(function(z, x, 3.0), function(z.copy(), x.copy(), 3.0)), quantity
            assert np.array_equal(
                function(z, x.copy(), 3.0, weights=z), function(z.copy(), x, 3.0, weights=z.copy()))

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
    def test_results_lie_as_the_logits_do(self, order):
        targets, logits = (a.reshape(5, 10, 20) for a in arrays(np.float64))
        back = np.argsort(order)
        z, x = (np.ascontiguousarray(a.transpose(order)).transpose(back) for a in (targets, logits))
        classes, elements = np.arange(10.0), np.abs(logits)
        for function in ELEMENTWISE.values():
            for other in (z, targets, targets.astype(np.float32).astype(int)):
                result = function(other, x, classes, axis=1, weights=z)
                assert result.strides == x.strides
                assert np.array_equal(
                    result,
                    function(np.array(other, order="C"), logits, classes, axis=-2, weights=targets))
        result = wce.weighted_cross_entropy_with_logits(z, x, elements)
        assert result.strides == x.strides
        assert np.array_equal(
            result, wce.weighted_cross_entropy_with_logits(targets, logits, elements))
        losses, gradient = wce.value_with_gradient(z, x, classes, axis=1, reduction="none")
        assert losses.strides == gradient.strides == x.strides
        assert np.array_equal(gradient, wce.gradient(targets, logits, classes, axis=1))
        assert np.isclose(
            wce.loss(z, x, 3.0, reduction="sum"), wce.loss(targets, logits, 3.0, reduction="sum"),
            rtol=1e-14)

    def test_more_axes_than_the_library_has_are_fine_without_classes(self):
        assert wce.loss(np.ones((1,) * 32), np.ones((1,) * 32), [2.0], axis=3).shape == (1,) * 32


AT_LEAST_0 = "positive weights must be finite and at least 0, received"
NUMBERS = "pos_weight must hold real numbers, received"
RANGE = "label smoothing must lie in [0, 1], received"
SMOOTHING = "label_smoothing must be a number, received"
REDUCTION = "reduction must be one of 'none', 'sum', 'mean', 'weighted_mean', received"
INTEGER = "object cannot be interpreted as an integer"
AXIS = "is out of bounds for array of dimension 2"
NAME = "name must be a string or None, received"
# Of these errors the text begins with the name of the operation.
NAMED_ERRORS = [
    ({"pos_weight": -1.0}, ValueError, f"{AT_LEAST_0} -1.0"),
    ({"pos_weight": np.nan}, ValueError, f"{AT_LEAST_0} nan"),
    ({"pos_weight": np.inf}, ValueError, f"{AT_LEAST_0} inf"),
    ({"pos_weight": 1e300}, ValueError, f"{AT_LEAST_0} 1e+300, which is infinite in 32 bits"),
    ({"pos_weight": [1, -2], "axis": -1}, ValueError, f"{AT_LEAST_0} -2.0 for class 1"),
    ({"pos_weight": [1, 1e300], "axis": 1}, ValueError, f"{AT_LEAST_0} inf for class 1"),
    ({"pos_weight": [1, 2]}, ValueError,
        "pos_weight of shape (2,) needs the axis along which the classes lie"),
    ({"pos_weight": [[1, 2]], "axis": 1}, ValueError,
        "pos_weight must be a number or have one axis, received the shape (1, 2)"),
    ({"pos_weight": [1, 2, 3], "axis": -1}, ValueError,
        "there must be one pos_weight for each class along axis -1 of logits of shape (3, 2), "
        "received 3"),
    ({"pos_weight": "3"}, TypeError, f"{NUMBERS} <U1"),
    ({"pos_weight": 1j}, TypeError, f"{NUMBERS} complex128"),
    ({"label_smoothing": 1.5}, ValueError, f"{RANGE} 1.5"),
    ({"label_smoothing": np.nan}, ValueError, f"{RANGE} nan"),
    ({"label_smoothing": None}, TypeError, f"{SMOOTHING} NoneType"),
    ({"label_smoothing": "0.1"}, TypeError, f"{SMOOTHING} str"),
    ({"label_smoothing": [0.1]}, TypeError, f"{SMOOTHING} list"),
    ({"reduction": "average"}, ValueError, f"{REDUCTION} 'average'"),
    ({"reduction": None}, ValueError, f"{REDUCTION} None"),
    ({"reduction": ["mean"]}, ValueError, f"{REDUCTION} ['mean']"),
    ({"reduction": "weighted_mean"}, ValueError, "a weighted mean needs weights"),
    ({"reduction": "weighted_mean", "weights": np.zeros((3, 2))}, ValueError,
        "a weighted mean needs weights whose sum is positive and finite, received the sum 0.0"),
    ({"threads": 0}, ValueError, "the number of threads must be at least 1, received 0"),
]  # fmt: skip
OTHER_ERRORS = [
    ({"pos_weight": None}, TypeError, f"{NUMBERS} None"),
    ({"pos_weight": [1, 2], "axis": 2}, np.exceptions.AxisError, f"axis 2 {AXIS}"),
    ({"pos_weight": 1.0, "axis": -3}, np.exceptions.AxisError, f"axis -3 {AXIS}"),
    ({"pos_weight": [1, 2], "axis": 1.0}, TypeError, f"'float' {INTEGER}"),
    ({"pos_weight": [1, 2], "axis": "broadcast"}, TypeError, f"'str' {INTEGER}"),
    ({"threads": 1.5}, TypeError, f"'float' {INTEGER}"),
    ({"name": 3}, TypeError, f"{NAME} int"),
    ({"name": b"mine"}, TypeError, f"{NAME} bytes"),
    ({"name": "a\0b"}, ValueError, r"name must not contain a null character, received 'a\x00b'"),
]


NAMES = {
    "logistic_loss": "logistic_loss",
    "": "logistic_loss",
    "café": "café",
    "a\t\r\n\x1b[2J\x85\u2028\u202e\U000e0001b": (
        r"a\t\r\n\u{1B}[2J\u{0085}\u{2028}\u{202E}\u{000E0001}b"
    ),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("options", "error", "message"), NAMED_ERRORS)
@pytest.mark.parametrize("function", [*ELEMENTWISE.values(), wce.value_with_gradient])
def test_errors_of_the_options(function, options, error, message, name):
    zeros = np.zeros((3, 2), np.float32)
    given = {} if name == "logistic_loss" else {"name": name}
    with raises(error, f"{NAMES[name]}: {message}"):
        function(zeros, zeros, **options, **given)


@pytest.mark.parametrize(("options", "error", "message"), OTHER_ERRORS)
@pytest.mark.parametrize("function", [*ELEMENTWISE.values(), wce.value_with_gradient])
def test_errors_without_a_name(function, options, error, message):
    zeros = np.zeros((3, 2), np.float32)
    with raises(error, message):
        function(zeros, zeros, **options)
    # An error of the name comes before those of the arrays.
    if "name" in options:
        with raises(error, message):
            wce.weighted_cross_entropy_with_logits([0.0], [0.0, 1.0], 2.0, options["name"])
        with raises(error, message):
            wce.value_with_gradient([0.0], [0.0], reduction="none", out=3, **options)


def test_unknown_keywords_are_errors():
    for function in (*ELEMENTWISE.values(), wce.value_with_gradient):
        message = f"{function.__name__}() got an unexpected keyword argument 'unknown'"
        with raises(TypeError, message):
            function([0.0], [0.0], unknown=1)


def test_options_of_equal_values_and_other_types_are_told_apart():
    for _ in range(2):
        assert wce.loss([0.0], [0.0], threads=1, label_smoothing=0) == np.log(2)
        assert wce.loss([0.0], [0.0], threads=True, label_smoothing=0.0) == np.log(2)
        with raises(TypeError, f"'float' {INTEGER}"):
            wce.loss([0.0], [0.0], threads=1.0)
    for threads in range(1, 1000):
        assert wce.loss([0.0], [0.0], threads=threads) == np.log(2)


def test_class_weights_of_no_elements_are_checked():
    empty = np.zeros((0, 2))
    assert wce.loss(empty, empty, [1.0, 2.0], axis=1).shape == (0, 2)
    for bad in (-1.0, np.nan, np.inf):
        with raises(ValueError, f"logistic_loss: {AT_LEAST_0} {bad} for class 1"):
            wce.loss(empty, empty, [1.0, bad], axis=1)


def test_mean_of_nothing_is_an_error_and_the_sum_is_zero():
    assert wce.loss([], [], reduction="sum") == 0
    for function in (wce.loss, wce.gradient, wce.value_with_gradient):
        with raises(ValueError, "logistic_loss: the mean of no elements is undefined"):
            function([], [], reduction="mean")


def test_positive_weight_beyond_float32_is_good_for_float64():
    assert np.isfinite(wce.loss(np.zeros(3), np.zeros(3), 1e300)).all()


def test_instruction_set_is_named():
    assert wce.instruction_set() in ("baseline", "avx2", "avx512")
