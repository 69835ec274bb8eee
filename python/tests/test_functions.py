# SPDX-License-Identifier: Apache-2.0
"""What the functions over NumPy arrays promise."""

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import QUANTITIES, arrays, assert_close, exact

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
    @pytest.mark.parametrize(
        ("targets", "logits", "expected"),
        [
            (np.float32, np.float32, np.float32), (np.float64, np.float64, np.float64),
            (np.float32, np.float64, np.float64), (np.float64, np.float32, np.float64),
            (np.int64, np.float32, np.float32), (np.bool_, np.float32, np.float32),
            (np.uint8, np.float64, np.float64),
            (np.float32, np.int32, np.float32), (np.int64, np.int64, np.float64),
            (np.bool_, np.bool_, np.float64),
            (np.float16, np.float16, np.float32), (np.float16, np.float64, np.float64),
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
        if np.asarray(values).dtype == np.float64:
            pytest.skip("longdouble is double on this platform")
        for targets, logits in ((values, [1.0, 2.0]), ([1.0, 2.0], values)):
            with pytest.raises(TypeError, match="real numbers|not supported"):
                wce.loss(targets, logits)
        with pytest.raises(TypeError):
            wce.loss([1.0, 2.0], [1.0, 2.0], weights=values)

    def test_none_is_a_type_error(self):
        for arguments, name in (
            ((None, [1.0]), "targets"),
            (([1.0], None), "logits"),
            ((None, None), "targets"),
        ):
            with pytest.raises(TypeError, match=f"^{name} must hold real numbers, received None$"):
                wce.loss(*arguments)
        with pytest.raises(TypeError, match="^pos_weight must hold real numbers, received None$"):
            wce.weighted_cross_entropy_with_logits([1.0], [1.0], None)

    def test_masked_arrays_are_type_errors(self):
        masked = np.ma.masked_array([1.0, 2.0], [True, False])
        for arguments in (
                ([0.0, 1.0], masked), (masked, [0.0, 1.0]), ([0.0, 1.0], [0.0, 1.0], masked)):
            with pytest.raises(
                    TypeError,
                    match="is a masked array: pass its data; weights of 0 mask elements"):
                wce.loss(*arguments, axis=0)


class TestShapes:
    @pytest.mark.parametrize(
        ("targets", "logits"),
        [((3,), (1, 2)), ((2, 3), (3, 2)), ((), (1,)), ((1,), (2,)), ((0,), (0, 2))]
    )
    def test_shapes_must_be_the_same(self, targets, logits):
        with pytest.raises(ValueError, match="must have the same shape") as error:
            wce.loss(np.zeros(targets), np.zeros(logits))
        assert str(error.value) == (
            "logistic_loss: logits and targets must have the same shape, "
            f"received {logits} and {targets}"
        )
        with pytest.raises(ValueError, match="mine: logits and weights must have the same shape"):
            wce.loss(np.zeros(logits), np.zeros(logits), weights=np.zeros(targets), name="mine")

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


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pos_weight": -1.0}, ValueError, "weights must be finite and at least 0, received -1.0"),
        ({"pos_weight": np.nan}, ValueError, "positive weights must be finite"),
        ({"pos_weight": np.inf}, ValueError, "positive weights must be finite"),
        ({"pos_weight": [1.0, -2.0], "axis": -1}, ValueError, "received -2.0 for class 1"),
        ({"pos_weight": [1.0, 2.0]}, ValueError, "needs the axis"),
        ({"pos_weight": [[1.0, 2.0]], "axis": 1}, ValueError, "must be a number or have one axis"),
        ({"pos_weight": [1, 2, 3], "axis": -1}, ValueError, r"-1 of .* shape \(3, 2\), received 3"),
        ({"pos_weight": [1.0, 2.0], "axis": 2}, np.exceptions.AxisError, "axis 2 is out of bounds"),
        ({"pos_weight": 1.0, "axis": -3}, np.exceptions.AxisError, "axis -3 is out of bounds"),
        ({"pos_weight": [1.0, 2.0], "axis": 1.0}, TypeError, "integer"),
        ({"pos_weight": [1.0, 2.0], "axis": "broadcast"}, TypeError, "integer"),
        ({"unknown": 1}, TypeError, "unexpected keyword argument 'unknown'"),
        ({"pos_weight": "3"}, TypeError, "pos_weight must hold real numbers"),
        ({"pos_weight": 1j}, TypeError, "pos_weight must hold real numbers"),
        ({"pos_weight": None}, TypeError, "pos_weight must hold real numbers"),
        ({"label_smoothing": 1.5}, ValueError, r"smoothing must lie in \[0, 1\], received 1.5"),
        ({"label_smoothing": np.nan}, ValueError, "label smoothing"),
        ({"label_smoothing": None}, TypeError, "smoothing must be a number, received NoneType"),
        ({"label_smoothing": "0.1"}, TypeError, "label_smoothing must be a number, received str"),
        ({"label_smoothing": [0.1]}, TypeError, "label_smoothing must be a number, received list"),
        ({"reduction": "a"}, ValueError, "of 'none', 'sum', 'mean', 'weighted_mean', received 'a'"),
        ({"reduction": None}, ValueError, "received None"),
        ({"reduction": ["mean"]}, ValueError, "received"),
        ({"reduction": "weighted_mean"}, ValueError, "needs weights"),
        ({"threads": 0}, ValueError, "number of threads must be at least 1, received 0"),
        ({"threads": 1.5}, TypeError, "integer"),
        ({"name": 3}, TypeError, "name must be a string or None, received int"),
        ({"name": b"mine"}, TypeError, "name must be a string or None, received bytes"),
        ({"name": "a\0b"}, ValueError, r"name must have no null character, received 'a\\x00b'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "function", [wce.loss, wce.gradient, wce.second_derivative, wce.value_with_gradient])
def test_errors_of_the_options(function, options, error, message):
    with pytest.raises(error, match=message):
        function(np.zeros((3, 2), np.float32), np.zeros((3, 2), np.float32), **options)


def test_positive_weight_beyond_the_type_is_an_error():
    with pytest.raises(ValueError, match="positive weights must be finite"):
        wce.loss(np.zeros(3, np.float32), np.zeros(3, np.float32), 1e300)
    assert np.isfinite(wce.loss(np.zeros(3), np.zeros(3), 1e300)).all()


def test_class_weights_of_no_elements_are_checked():
    empty = np.zeros((0, 2))
    assert wce.loss(empty, empty, [1.0, 2.0], axis=1).shape == (0, 2)
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="positive weights must be finite .* for class 1"):
            wce.loss(empty, empty, [1.0, bad], axis=1)


def test_mean_of_nothing_is_an_error_and_the_sum_is_zero():
    assert wce.loss([], [], reduction="sum") == 0
    for function in (wce.loss, wce.gradient, wce.value_with_gradient):
        with pytest.raises(ValueError, match="mean of no elements"):
            function([], [], reduction="mean")
    with pytest.raises(ValueError, match="sum of the weights must be positive"):
        wce.loss([0.0], [0.0], weights=[0.0], reduction="weighted_mean")


def test_names_are_in_the_errors():
    with pytest.raises(ValueError, match="^café: positive weights"):
        wce.loss([0.0], [0.0], -1.0, name="café")
    with pytest.raises(ValueError, match="^café: logits and labels must have"):
        wce.weighted_cross_entropy_with_logits([0.0], [0.0, 1.0], 2.0, "café")
    # A name that is none comes before other errors.
    for name, error in ((3, TypeError), ("a\0b", ValueError)):
        with pytest.raises(error, match="^name must "):
            wce.weighted_cross_entropy_with_logits([0.0], [0.0, 1.0], 2.0, name)
        with pytest.raises(error, match="^name must "):
            wce.value_with_gradient([0.0], [0.0], reduction="none", out=3, name=name)
    # A name without characters is none.
    for targets in ([0.0], [0.0, 1.0]):
        with pytest.raises(ValueError, match="^logistic_loss: "):
            wce.loss(targets, [0.0], -1.0, name="")


def test_instruction_set_is_named():
    assert wce.instruction_set() in ("baseline", "avx2", "avx512")
