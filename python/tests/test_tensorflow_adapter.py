# SPDX-License-Identifier: Apache-2.0
"""The binding for TensorFlow: its own cases, in both signatures and every mode, and the accuracy.

The cases of `test_tensorflow.py`, which are TensorFlow's, with this function in place of `tf.nn`'s.
"""

import inspect

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import arrays, exact, raises
from test_tensorflow import DIFFERENCES, GRADIENT, LOSS, X, Z

tf = pytest.importorskip("tensorflow")

from weighted_cross_entropy import tensorflow as adapter

MODES = {
    "eager": lambda function: function,
    "graph": tf.function,
    "compiled": lambda function: tf.function(function, jit_compile=True),
}
SIGNATURES = {
    "TensorFlow 2": lambda z, x, q, **more: adapter.weighted_cross_entropy_with_logits(
        labels=z, logits=x, pos_weight=q, **more),
    "TensorFlow 1": lambda z, x, q, **more: adapter.weighted_cross_entropy_with_logits(
        targets=z, logits=x, pos_weight=q, **more),
    "loss": adapter.loss,
}
every_mode = pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
# Every signature eagerly, and one in every mode.
PAIRS = [(call, MODES["eager"]) for call in SIGNATURES.values()]
PAIRS += [(SIGNATURES["TensorFlow 2"], MODES[name]) for name in ("graph", "compiled")]
NAMES = [*SIGNATURES, "graph", "compiled"]


def derivatives(call, mode, z, x, q):
    """The losses, and the derivatives of their sum in targets, logits and positive weight."""
    def function(z, x, q):
        with tf.GradientTape() as tape:
            tape.watch([z, x, q])
            losses = call(z, x, q)
        return losses, tape.gradient(losses, [z, x, q])

    z, x = tf.constant(z), tf.constant(x)
    losses, gradients = mode(function)(z, x, tf.constant(q, x.dtype))
    return losses.numpy(), *(g.numpy() for g in gradients)


def test_signature():
    theirs = inspect.signature(tf.nn.weighted_cross_entropy_with_logits).parameters
    ours = inspect.signature(adapter.weighted_cross_entropy_with_logits).parameters
    assert list(ours) == [*theirs, "targets"]


@pytest.mark.parametrize(("call", "mode"), PAIRS, ids=NAMES)
class TestPublished:
    """`WeightedCrossEntropyTest`, with the exact results."""

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("shape", [(8,), (2, 2, 2)], ids=["testOutput", "testOutputMultiDim"])
    def test_output(self, call, mode, dtype, shape):
        z, x = np.array(Z, dtype).reshape(shape), np.array(X, dtype).reshape(shape)
        losses, _, gradient, _ = derivatives(call, mode, z, x, 3.0)
        assert losses.dtype == dtype and losses.shape == shape
        assert np.allclose(losses.ravel(), LOSS, rtol=5e-7, atol=2e-43)
        assert np.allclose(gradient.ravel(), GRADIENT, rtol=5e-7, atol=2e-43)

    @pytest.mark.parametrize("is_random", [True, False])
    def test_gradient(self, call, mode, is_random):
        x = np.random.default_rng(4).random(8) if is_random else np.array(X)
        z, q = tf.constant(np.reshape(Z, (4, 2))), tf.constant(3.0, tf.float64)
        function = mode(call)
        computed, numerical = tf.test.compute_gradient(function, [z, x.reshape(4, 2), q])
        for one, other in zip(computed, numerical, strict=True):
            assert np.allclose(one, other, rtol=1e-7, atol=1e-7)

    def test_shape_error(self, call, mode):
        message = r"must have the same shape, received \(\(1, 2\) vs \(3,\)\)"
        with pytest.raises(ValueError, match=message):
            mode(lambda: call([1.0, 2.0, 3.0], [[2.0, 1.0]], 2.0))()

    def test_construction_named(self, call, mode):
        with tf.Graph().as_default():
            for dtype in (tf.float32, tf.float16):
                z, x = tf.constant(Z, dtype), tf.constant(X, dtype)
                assert call(z, x, 3.0).op.name.startswith("logistic_loss")
                assert call(z, x, 3.0, name=dtype.name).op.name == dtype.name

    @pytest.mark.parametrize("case", DIFFERENCES.values(), ids=DIFFERENCES)
    def test_is_exact_where_theirs_differs(self, call, mode, case):
        (z, x, q), (loss, gradient), _ = case
        found = derivatives(call, mode, np.float32([z]), np.float32([x]), q)
        # TensorFlow flushes subnormal numbers.
        assert np.allclose(found[0], loss, rtol=5e-7, atol=4e-44)
        assert np.allclose(found[2], gradient, rtol=5e-7, atol=4e-44)


@every_mode
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("q", [3.0, 1.0, 0.0, 1e-4])
def test_accuracy(mode, dtype, q):
    """Each element against extended precision, the tiny ones too."""
    random = np.random.default_rng(7)
    x = np.concatenate([random.normal(0, 8, 2000), random.uniform(-75, 75, 2000)]).astype(dtype)
    x[:6] = 0, -0.0, 1e-30, -1e-30, 75, -75
    q = dtype(q)

    def function(z, x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch([z, x])
                losses = adapter.loss(z, x, q)
            in_z, in_x = tape.gradient(losses, [z, x])
        return losses, in_x, in_z, outer.gradient(in_x, x)

    function = mode(function)
    for z in (np.zeros_like(x), np.ones_like(x), random.random(x.size).astype(dtype)):
        results = function(tf.constant(z), tf.constant(x))
        names = "loss", "gradient", "target_derivative", "second_derivative"
        for name, result in zip(names, results, strict=True):
            expected = exact(name, z, x, q)
            # The size of the terms, which cancel in the derivatives of soft targets.
            scale = np.abs(expected)
            if name == "gradient":
                scale = exact(name, 0 * z, x) * (1 - z) - exact(name, 1 + 0 * z, x, q) * z
            elif name == "target_derivative":
                scale = exact("loss", 0 * z, x) + exact("loss", 1 + 0 * z, x, q)
            bound = 6 * np.finfo(dtype).eps * scale + np.finfo(dtype).tiny
            assert np.all(np.abs(result.numpy() - expected) <= bound), name


@every_mode
def test_infinite_logits_give_the_limits(mode):
    z, x = (a.ravel() for a in np.meshgrid(np.float32([0, 0.5, 1]), np.float32([-np.inf, np.inf])))
    losses, _, gradient, in_q = derivatives(adapter.loss, mode, z, x, 3.0)
    assert np.array_equal(losses, exact("loss", z, x, 3.0).astype(np.float32))
    assert np.array_equal(gradient, exact("gradient", z, x, 3.0).astype(np.float32))
    assert in_q == np.inf
    zeros = derivatives(adapter.loss, mode, 0 * z[:1], x[:1], 3.0)
    assert zeros[3] == 0 and zeros[0] == 0
    assert np.isnan(derivatives(adapter.loss, mode, z[:1], x[:1] * np.nan, 3.0)[0])


@every_mode
def test_derivatives_of_every_order(mode):
    def function(x):
        results = []
        with tf.GradientTape() as first:
            first.watch(x)
            with tf.GradientTape() as second:
                second.watch(x)
                with tf.GradientTape() as third:
                    third.watch(x)
                    value = tf.reduce_sum(adapter.loss(tf.ones_like(x), x, 3.0))
                results.append(third.gradient(value, x))
            results.append(second.gradient(results[0], x))
        return *results, first.gradient(results[1], x)

    x = np.array([0.0, -0.0, 0.7, -3.0, 200.0, -200.0])
    s = 1 / (1 + np.exp(-x))
    expected = -3 * (1 - s), 3 * s * (1 - s), 3 * s * (1 - s) * (1 - 2 * s)
    for found, one in zip(mode(function)(tf.constant(x)), expected, strict=True):
        assert np.allclose(found, one, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("mode", [MODES["eager"], MODES["compiled"]])
@pytest.mark.parametrize(
    ("q", "smoothing"),
    [(2.5, 0.0), (np.array([0.5, 1.0, 4.0]), 0.2), (tf.constant([[1.0], [2.0]]), 0.0)])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean", "weighted_mean"])
@pytest.mark.parametrize("has_weights", [False, True])
def test_reductions(mode, q, smoothing, reduction, has_weights):
    z, x = (a.reshape(2, 3) for a in arrays(np.float32, 6))
    x[0, 1] = np.nan if has_weights else 1
    w = np.float32([[1, 0, 2], [0.5, 3, 1]]) if has_weights else None
    losses = exact(
        "loss", z, x, np.asarray(q), weights=1 if w is None else w, label_smoothing=smoothing)
    divisor = np.size(x) if w is None or reduction == "mean" else w.sum()
    expected = losses if reduction == "none" else losses.sum()
    expected = expected / divisor if "mean" in reduction else expected

    def function(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = adapter.loss(
                z, x, q, weights=w, reduction=reduction, label_smoothing=smoothing)
        return value, tape.gradient(value, x)

    value, gradient = mode(function)(tf.constant(x))
    assert np.allclose(value, expected.astype(np.float32), rtol=1e-6)
    exactly = exact(
        "gradient", z, x, np.asarray(q), weights=1 if w is None else w,
        label_smoothing=smoothing, denominator=divisor if "mean" in reduction else 1)
    assert np.allclose(gradient, exactly.astype(np.float32), rtol=1e-5, atol=1e-7)


def test_weights_are_broadcast_before_the_mean():
    value = adapter.loss([[1.0, 1.0]], [[0.0, 0.0]], weights=[[2.0]], reduction="weighted_mean")
    assert np.allclose(value, np.log(2), rtol=1e-7)


@every_mode
@pytest.mark.parametrize("reduction", ["mean", "weighted_mean"])
def test_mean_of_no_elements_is_theirs(mode, reduction):
    value = mode(lambda x: adapter.loss(x, x, 3.0, reduction=reduction))(tf.zeros([0]))
    assert np.isnan(value) and np.isnan(tf.reduce_mean(tf.zeros([0])))


@every_mode
@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16])
def test_16_bit_types_are_rounded_once(mode, dtype):
    z, x = (tf.cast(a, dtype) for a in arrays(np.float32, 500))

    def function(z, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            losses = adapter.loss(z, x, 3.0)
        return losses, tape.gradient(losses, x)

    losses, gradient = mode(function)(z, x)
    wide = [tf.cast(a, tf.float32).numpy() for a in (z, x)]
    for found, function in ((losses, wce.loss), (gradient, wce.gradient)):
        expected = tf.cast(function(*wide, 3.0), dtype)
        assert found.dtype == dtype
        # Of the rare ties of the two roundings one may go the other way.
        assert np.mean(found.numpy() != expected.numpy()) < 0.01


ONE = tf.constant([1.0])


# What their function does with it, ours does: a result, or an error of the same class.
@pytest.mark.parametrize("is_graph", [False, True])
@pytest.mark.parametrize("arguments", [
    (tf.constant([1]), ONE, 2.0), (tf.constant([1.0], tf.float64), ONE, 2.0),
    (ONE, ONE, tf.constant(2.0, tf.float64)), (ONE, ONE, np.float64(2)),
    (ONE, ONE, np.array([2.0])), ([1, 0], [2, 1], 2), (["a"], ["b"], 1.0), (ONE, None, 1.0),
    (tf.constant([1j]), tf.constant([1j]), 1.0), (tf.Variable([1.0]), ONE, tf.Variable(2.0)),
    (tf.cast(ONE, tf.float16), tf.cast(ONE, tf.float16), ONE),
    (tf.sparse.from_dense(ONE), tf.sparse.from_dense(ONE), 1.0),
    (tf.ragged.constant([[1.0], [0.0, 1.0]]), tf.ragged.constant([[1.0], [0.0, 1.0]]), 1.0),
], ids=str)  # fmt: skip
def test_types_and_errors_are_theirs(arguments, is_graph):
    results = []
    for function in (
            tf.nn.weighted_cross_entropy_with_logits, adapter.weighted_cross_entropy_with_logits):
        call = lambda function=function: function(*arguments)
        try:
            value = (tf.function(call) if is_graph else call)()
            results.append((value.dtype, value.shape))
        except Exception as error:
            results.append(type(error))
    assert results[0] == results[1]


@pytest.mark.parametrize("q", [-1, -1.0, np.inf, np.array([1.0, -1.0]), [1.0, np.nan]])
def test_numbers_out_of_range(q):
    for call in SIGNATURES.values():
        with pytest.raises(ValueError, match="positive weights must be finite and at least 0"):
            call(tf.zeros(2), tf.zeros(2), q)
    # The values of tensors are not looked at.
    adapter.loss(tf.zeros(2), tf.zeros(2), tf.constant(q, tf.float32))


def test_other_errors():
    call = adapter.weighted_cross_entropy_with_logits
    with raises(ValueError, "Cannot specify both 'labels' and 'targets'"):
        call(labels=ONE, targets=ONE, logits=ONE, pos_weight=1.0)
    with raises(TypeError, "weighted_cross_entropy_with_logits needs a pos_weight"):
        call(labels=ONE, logits=ONE)
    with pytest.raises(ValueError, match="label smoothing must lie in"):
        adapter.loss(ONE, ONE, label_smoothing=2.0)
    with pytest.raises(ValueError, match="reduction must be one of"):
        adapter.loss(ONE, ONE, reduction="average")


def test_unknown_shapes():
    @tf.function(input_signature=[tf.TensorSpec(None), tf.TensorSpec([None, 2])])
    def mean(z, x):
        assert adapter.loss(z, x).shape.rank is None or adapter.loss(z, x).shape[1] == 2
        return adapter.loss(z, x, 3.0, reduction="mean")

    assert np.allclose(mean(tf.ones([3, 2]), tf.zeros([3, 2])), 3 * np.log(2), rtol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError):
        mean(tf.ones([2, 3]), tf.zeros([3, 2]))


def test_transforms_and_saved_models(tmp_path):
    x = tf.constant([0.0, 1.0, -2.0])
    one = lambda x: adapter.loss(tf.ones_like(x), x, 3.0)
    gradient = wce.gradient(np.ones(3), x.numpy(), 3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as forward:
        losses = one(x)
    assert np.allclose(forward.jvp(losses), gradient, rtol=1e-6)
    assert np.allclose(tf.vectorized_map(one, x), losses, rtol=1e-6)
    with tf.GradientTape() as tape:
        tape.watch(x)
        losses = one(x)
    assert np.allclose(tape.jacobian(losses, x), np.diag(gradient), rtol=1e-6)

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None])])
        def __call__(self, x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                losses = one(x)
            return tape.gradient(losses, x)

    tf.saved_model.save(Module(), str(tmp_path))
    assert np.allclose(tf.saved_model.load(str(tmp_path))(x), gradient, rtol=1e-6)
