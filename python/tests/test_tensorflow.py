# SPDX-License-Identifier: Apache-2.0
"""TensorFlow's tests of the loss, run on TensorFlow and on this package.

The cases are those of `WeightedCrossEntropyTest` and `SigmoidCrossEntropyWithLogitsTest`, with the
exact results. `DIFFERENCES` lists the cases in which TensorFlow's results differ.
"""

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import arrays, assert_close, exact, raises

X = [-100.0, -2.0, -2.0, 0.0, 2.0, 2.0, 2.0, 100.0]
Z = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.5, 1.0]
LOSS = [
    3.720076e-44, 0.12692801, 6.38078403, 0.69314718, 2.12692801, 0.38078403, 1.25385602,
    1.116023e-43]
GRADIENT = [
    3.720076e-44, 0.11920292, -2.64239123, 0.5, 0.88079708, -0.35760877, 0.26159416, -1.116023e-43]


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


def theirs(tf, labels, logits, pos_weight):
    """TensorFlow's loss and gradient."""
    x = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(x)
        losses = tf.nn.weighted_cross_entropy_with_logits(tf.constant(labels), x, pos_weight)
    return losses.numpy(), tape.gradient(losses, x).numpy()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(8,), (2, 2, 2)], ids=["testOutput", "testOutputMultiDim"])
class TestOutput:
    def test_ours(self, dtype, shape):
        x, z = np.array(X, dtype).reshape(shape), np.array(Z, dtype).reshape(shape)
        losses = wce.weighted_cross_entropy_with_logits(labels=z, logits=x, pos_weight=3.0)
        assert losses.dtype == dtype and losses.shape == shape
        assert_close(losses, exact("loss", z, x, 3), dtype)
        assert np.allclose(
            losses.ravel(), LOSS, rtol=1e-7, atol=1e-50 if dtype is np.float64 else 3e-45)
        gradient = wce.gradient(z, x, 3.0).ravel()
        assert np.allclose(
            gradient, GRADIENT, rtol=2e-7, atol=1e-50 if dtype is np.float64 else 3e-45)

    def test_is_theirs(self, tf, dtype, shape):
        x, z = np.array(X, dtype).reshape(shape), np.array(Z, dtype).reshape(shape)
        losses, gradient = theirs(tf, z, x, 3.0)
        assert np.allclose(
            wce.weighted_cross_entropy_with_logits(z, x, 3.0), losses, rtol=1e-6, atol=1e-6)
        # At logit 0 theirs is wrong: see the differences.
        assert np.allclose(wce.gradient(z, x, 3.0)[x != 0], gradient[x != 0], rtol=1e-6, atol=1e-6)


def greatest_error(loss, gradient, x):
    """Of a gradient against central differences of the loss, as TensorFlow's checker finds it."""
    delta = 1e-3
    return np.max(np.abs((loss(x + delta) - loss(x - delta)) / (2 * delta) - gradient))


@pytest.mark.parametrize("kind", ["testGradient", "with the logits of testOutput"])
class TestGradient:
    def inputs(self, kind):
        # Where their test gives no logits to the checker, it draws them.
        x = np.random.default_rng(4).random(8) if kind == "testGradient" else np.array(X)
        return np.array(Z).reshape(4, 2), x.reshape(4, 2)

    def test_ours(self, kind):
        z, x = self.inputs(kind)
        loss = lambda x: wce.weighted_cross_entropy_with_logits(z, x, 3.0)
        assert greatest_error(loss, wce.gradient(z, x, 3.0), x) < 1e-7
        assert greatest_error(
            loss, wce.value_with_gradient(z, x, 3.0, reduction="none")[1], x) < 1e-7

    def test_theirs(self, tf, kind):
        z, x = self.inputs(kind)
        gradient = theirs(tf, z, x, 3.0)[1]
        # At logit 0 theirs is wrong: see the differences.
        assert greatest_error(
            lambda x: theirs(tf, z, x, 3.0)[0], gradient, x) < 1e-7 or kind != "testGradient"
        gradient[x == 0] = wce.gradient(z, x, 3.0)[x == 0]
        assert greatest_error(lambda x: theirs(tf, z, x, 3.0)[0], gradient, x) < 1e-7


@pytest.mark.parametrize("labels", [[1, 2, 3], [1.0, 2.0, 3.0]], ids=["testShapeError", "floats"])
@pytest.mark.parametrize("name", [None, "mybce"])
def test_shape_error_is_theirs(tf, labels, name):
    logits = [[type(labels[0])(2), type(labels[0])(1)]]
    for call in (tf.nn.weighted_cross_entropy_with_logits, wce.weighted_cross_entropy_with_logits):
        with pytest.raises(ValueError, match="must have the same shape"):
            call(labels=labels, logits=logits, pos_weight=2.0, name=name)


def test_construction_named(tf):
    """testConstructionNamed: the name is that of their operation in a graph; here errors say it."""
    with tf.Graph().as_default():
        loss = tf.nn.weighted_cross_entropy_with_logits(
            tf.constant(Z), tf.constant(X), 3.0, name="mybce")
        assert loss.op.name == "mybce"
    assert np.array_equal(
        wce.weighted_cross_entropy_with_logits(Z, X, 3.0, name="mybce"),
        wce.weighted_cross_entropy_with_logits(Z, X, 3.0))
    for arguments in ((Z, X[1:], 3.0), (Z, X, -3.0), (Z, X, [3.0, 3.0])):
        with pytest.raises(ValueError, match="^mybce: "):
            wce.weighted_cross_entropy_with_logits(*arguments, name="mybce")


@pytest.mark.parametrize("labels_of_zero", [[0.0, 1.0]], ids=["testGradientAtZero"])
def test_gradient_at_zero_is_theirs(tf, labels_of_zero):
    z, x = np.array(labels_of_zero, np.float32), np.zeros(2, np.float32)
    with tf.GradientTape() as tape:
        logits = tf.constant(x)
        tape.watch(logits)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.constant(z), logits)
    assert np.array_equal(tape.gradient(losses, logits).numpy(), [0.5, -0.5])
    assert np.array_equal(wce.gradient(z, x), [0.5, -0.5])


@pytest.mark.parametrize(
    ("pos_weight", "expected"),
    [(1.5, [0.30211992, 0.88049583, 4.5398899e-5]), (0.5, [0.10070664, 0.50829750, 4.5398899e-5])],
)
def test_examples_in_their_documentation(tf, pos_weight, expected):
    z, x = np.array([1, 0.5, 0], np.float32), np.array([1.5, -0.1, -10], np.float32)
    assert np.allclose(
        wce.weighted_cross_entropy_with_logits(z, x, pos_weight), expected, rtol=3e-7)
    assert np.allclose(theirs(tf, z, x, pos_weight)[0], expected, rtol=1e-2)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (1, 3), (2, 1), (2, 3), (1, 1)])
def test_positive_weight_is_broadcast_as_theirs(tf, shape):
    random = np.random.default_rng(3)
    z, x = random.random((2, 3)), random.normal(0, 3, (2, 3))
    pos_weight = np.array(random.random(shape) * 4)
    ours = wce.weighted_cross_entropy_with_logits(z, x, pos_weight)
    assert np.allclose(ours, theirs(tf, z, x, tf.constant(pos_weight))[0], rtol=1e-12)
    assert_close(ours, exact("loss", z, x, pos_weight), np.float64)


@pytest.mark.parametrize("shape", [(2,), (4,), (3, 3), (5, 2, 3), (1, 2, 3)])
def test_positive_weight_never_makes_the_result_larger(shape):
    with pytest.raises(ValueError, match=r"broadcast to the shape of the logits \(2, 3\)"):
        wce.weighted_cross_entropy_with_logits(np.zeros((2, 3)), np.zeros((2, 3)), np.ones(shape))


# (label, logit, positive weight), the exact loss and gradient, and TensorFlow's in float32.
DIFFERENCES = {
    "the gradient at logit 0, where the slope of abs(x) counts as 0": (
        (1.0, 0.0, 3.0), (2.0794415, -1.5), (2.0794415, 0.0)),
    "the gradient at logit 0 of label 0": ((0.0, 0.0, 3.0), (0.69314718, 0.5), (0.69314718, 1.0)),
    "the gradient at logit 0 of a soft label": (
        (0.5, 0.0, 3.0), (1.3862944, -0.5), (1.3862944, 0.5)),
    "a confident right answer is the difference of nearly equal numbers": (
        (0.0, -10.0, 1.5), (4.5398899e-5, 4.5397869e-5), (4.5776367e-5, 4.5397869e-5)),
    "a more confident one has no digit left": (
        (0.0, -20.0, 3.0), (2.0611536e-9, 2.0611536e-9), (0.0, 2.0611536e-9)),
    "subnormal numbers are lost": ((0.0, -100.0, 3.0), (3.7835e-44, 3.7835e-44), (0.0, 0.0)),
    "a positive weight below the last place of 1 is lost in 1 + (q - 1) z": (
        (1.0, 0.5, 1e-8), (4.7407698e-9, -3.7754068e-9), (0.0, 0.0)),
    "an infinite logit that is right": ((1.0, np.inf, 3.0), (0.0, 0.0), (np.nan, 0.0)),
    "an infinite logit that is right, negative": ((0.0, -np.inf, 3.0), (0.0, 0.0), (np.nan, 0.0)),
    "an infinite logit that is wrong": ((1.0, -np.inf, 3.0), (np.inf, -3.0), (np.nan, -3.0)),
}  # fmt: skip


@pytest.mark.parametrize("case", DIFFERENCES, ids=DIFFERENCES.keys())
class TestDifferences:
    def test_ours_is_exact(self, case):
        arguments, (loss, gradient), _ = DIFFERENCES[case]
        z, x = np.float32(arguments[0]), np.float32(arguments[1])
        assert np.allclose(wce.loss(z, x, arguments[2]), loss, rtol=3e-7, atol=1e-45)
        assert np.allclose(wce.gradient(z, x, arguments[2]), gradient, rtol=3e-7, atol=1e-45)

    def test_theirs_is_as_listed(self, tf, case):
        (z, x, q), exactly, listed = DIFFERENCES[case]
        loss, gradient = theirs(tf, np.float32(z), np.float32(x), q)
        assert np.allclose((loss, gradient), listed, rtol=1e-6, atol=0, equal_nan=True)
        assert not np.allclose(listed, exactly, rtol=1e-3, atol=0, equal_nan=True)


def test_labels_of_tensorflow_2_are_targets_of_tensorflow_1():
    z, x = arrays(np.float32, 10)
    expected = wce.weighted_cross_entropy_with_logits(z, x, 3.0)
    function = wce.weighted_cross_entropy_with_logits
    assert np.array_equal(function(labels=z, logits=x, pos_weight=3.0), expected)
    assert np.array_equal(function(targets=z, logits=x, pos_weight=3.0, name="mine"), expected)
    with raises(ValueError, "logistic_loss: cannot specify both labels and targets"):
        function(labels=z, targets=z, logits=x, pos_weight=3.0)
    with raises(TypeError, "labels must hold real numbers, received None"):
        function(logits=x, pos_weight=3.0)
    message = "logits and targets must have the same shape, received (10,) and (9,)"
    with raises(ValueError, f"logistic_loss: {message}"):
        function(targets=z[1:], logits=x, pos_weight=3.0)
