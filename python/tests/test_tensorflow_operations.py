# SPDX-License-Identifier: Apache-2.0
"""Where the library computes TensorFlow's tensors, and what the operations do beside the values."""

import subprocess
import sys

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import arrays

tf = pytest.importorskip("tensorflow")

from weighted_cross_entropy import _tensorflow_operations as operations
from weighted_cross_entropy import tensorflow as adapter

Z, X = arrays(np.float32, 12)
Q = np.float32([0.5, 1.0, 4.0])
PREFIX = "WeightedCrossEntropy>"


def used(function, *arguments):
    """The operations of the library in the graph of a function, and the result."""
    compiled = tf.function(function)
    graph = compiled.get_concrete_function(*arguments).graph
    names = sorted(o.type.removeprefix(PREFIX) for o in graph.get_operations() if PREFIX in o.type)
    return names, compiled(*arguments)


def with_gradient(function):
    def both(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        return value, tape.gradient(value, x)
    return both


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("q", [3.0, Q])
@pytest.mark.parametrize("weights", [None, np.float32([1, 0, 2])])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("is_graph", [False, True])
def test_has_the_bits_of_the_library(dtype, q, weights, reduction, is_graph):
    z, x = (a.astype(dtype).reshape(4, 3) for a in (Z, X))
    w = None if weights is None else np.broadcast_to(weights, x.shape).astype(dtype)
    function = with_gradient(lambda x: adapter.loss(
        z, x, q, weights=None if weights is None else weights.astype(dtype), reduction=reduction))
    found = (tf.function(function) if is_graph else function)(tf.constant(x))
    expected = wce.value_with_gradient(
        z, x, q, weights=w, reduction=reduction, axis=-1 if np.ndim(q) else None)
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one, other)
    alone = adapter.loss(
        z, tf.constant(x), q, weights=None if weights is None else weights.astype(dtype),
        reduction=reduction)
    assert np.array_equal(alone, expected[0])


def test_one_pass_computes_a_value_and_its_gradient():
    x = tf.constant(X)
    mean = lambda x: adapter.loss(Z, x, 3.0, reduction="mean")
    losses = lambda x: adapter.weighted_cross_entropy_with_logits(Z, x, 3.0)
    assert used(mean, x)[0] == ["Value"] and used(losses, x)[0] == ["Loss"]
    assert used(with_gradient(mean), x)[0] == ["ScaledGradient", "ValueWithGradient"]
    assert used(with_gradient(losses), x)[0] == ["LossWithGradient", "ScaledGradient"]
    half = lambda x: adapter.loss(tf.constant(Z, tf.bfloat16), x, 3.0)
    assert used(half, tf.constant(X, tf.bfloat16))[0] == ["Loss"]


def test_eager_calls_are_those_of_the_graph(monkeypatch):
    calls, library = [], operations._library()

    class Recorder:
        def __getattr__(self, name):
            calls.append(name.removeprefix("weighted_cross_entropy_"))
            return getattr(library, name)

    monkeypatch.setattr(operations, "_library", Recorder)
    mean = lambda x: adapter.loss(Z, x, 3.0, reduction="mean")
    value, gradient = with_gradient(mean)(tf.constant(X))
    assert calls.count("scaled_gradient") == 1
    expected = wce.value_with_gradient(Z, X, 3.0)
    assert value == expected[0] and np.array_equal(gradient, expected[1])


def test_gradients_of_a_graph_that_was_built_without_them():
    for reduction in ("none", "sum", "mean"):
        function = tf.function(lambda x, r=reduction: adapter.loss(Z, x, 3.0, reduction=r))
        _, gradient = with_gradient(function)(tf.constant(X))
        assert np.array_equal(gradient, wce.value_with_gradient(Z, X, 3.0, reduction=reduction)[1])
        with tf.GradientTape() as tape:
            x = tf.constant(X)
            tape.watch(x)
            slope = with_gradient(function)(x)[1]
        expected = wce.second_derivative(Z, X, 3.0, reduction=reduction)
        assert np.allclose(tape.gradient(slope, x), expected, rtol=1e-5, atol=1e-8)


def test_upstream_gradients():
    """Of each loss, and of the reduced one: other than 1, and 1."""
    u = np.float32(np.arange(12))
    for function, factor in (
            (lambda x: tf.reduce_sum(u * adapter.loss(Z, x, 3.0)), u),
            (lambda x: -2 * adapter.loss(Z, x, 3.0, reduction="sum"), np.float32(-2)),
            (lambda x: adapter.loss(Z, x, 3.0, reduction="sum"), np.float32(1))):
        for mode in (lambda f: f, tf.function):
            gradient = mode(with_gradient(function))(tf.constant(X))[1]
            assert np.array_equal(gradient, factor * wce.gradient(Z, X, 3.0))


def test_every_input_has_a_gradient_in_a_graph():
    """A tape around a graph asks for what the operations leave to the formula."""
    given = [tf.constant(a.reshape(4, 3)) for a in (Z, X)] + [tf.constant(Q), tf.constant([[2.0]])]
    def function(z, x, q, w):
        return adapter.loss(z, x, q, weights=w, reduction="sum")
    results = []
    for one in (tf.function(function), function):
        with tf.GradientTape() as tape:
            tape.watch(given)
            value = one(*given)
        results.append(tape.gradient(value, given))
    for found, expected in zip(*results, strict=True):
        assert np.allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_the_formula_computes_what_the_library_does_not(monkeypatch):
    x, two_axes = tf.constant(X.reshape(4, 3)), np.float32(np.ones((4, 3)))
    z = tf.constant(Z.reshape(4, 3))
    mean = lambda x, q=3.0: adapter.loss(z, x, q, reduction="mean")
    assert used(lambda x: mean(x, two_axes), x)[0] == []
    assert used(lambda x: adapter.loss(z, x, two_axes), x)[0] == ["Loss"]
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = mean(x)
    assert tape.gradient(value, z).shape == z.shape
    compiled = tf.function(mean, jit_compile=True).get_concrete_function(x)
    unknown = tf.function(lambda q: mean(x, q)).get_concrete_function(tf.TensorSpec(None))
    for function in (compiled, unknown):
        assert not any(PREFIX in o.type for o in function.graph.get_operations())
    monkeypatch.setattr(operations, "_has_accelerators", lambda: True)
    assert used(mean, x)[0] == []
    assert np.allclose(mean(x), wce.loss(Z, X, 3.0, reduction="mean"))


def test_without_the_library_the_formula_computes(monkeypatch):
    monkeypatch.setattr(tf, "load_op_library", lambda path: object())
    operations._library.cache_clear()
    try:
        with pytest.warns(RuntimeWarning, match="computes in TensorFlow's operations"):
            losses = adapter.loss(Z, tf.constant(X), 3.0)
        assert np.allclose(losses, wce.loss(Z, X, 3.0), rtol=1e-6)
    finally:
        operations._library.cache_clear()


def test_shapes_that_are_known_late():
    @tf.function(input_signature=[tf.TensorSpec([None, 3])] * 2)
    def mean(z, x):
        assert adapter.loss(z, x, Q).shape.as_list() == [None, 3]
        assert adapter.loss(z, x, Q, reduction="sum").shape == ()
        return adapter.loss(z, x, Q, reduction="mean")

    z, x = Z.reshape(4, 3), X.reshape(4, 3)
    assert mean(z, x) == wce.loss(z, x, Q, axis=-1, reduction="mean")
    assert np.isnan(mean(z[:0], x[:0]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="must have the same shape"):
        mean(z[:2], x)


def test_threads_are_those_of_tensorflow(monkeypatch):
    monkeypatch.setattr(tf.config.threading, "get_intra_op_parallelism_threads", lambda: 3)
    graph = tf.function(lambda x: adapter.loss(Z, x, 3.0)).get_concrete_function(X).graph
    found = [o.get_attr("threads") for o in graph.get_operations() if PREFIX in o.type]
    assert found == [3]


@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_vectorized(reduction):
    x = tf.constant(X.reshape(4, 3))
    for one in (
            lambda x: adapter.loss(Z[:3], x, Q, reduction=reduction),
            with_gradient(lambda x: adapter.loss(Z[:3], x, Q, reduction=reduction)),
            lambda x: adapter.loss(x, X[:3], Q[0], weights=Q, reduction=reduction)):
        found = tf.vectorized_map(one, x, fallback_to_while_loop=False)
        for row, expected in enumerate(map(one, tf.unstack(x))):
            for a, b in zip(tf.nest.flatten(found), tf.nest.flatten(expected), strict=True):
                assert np.allclose(a[row], b, rtol=1e-5, atol=1e-7)


LOADS = """
import sys
import tensorflow as tf
library, compiled = map(sys.argv[1].__add__, ("/library", "/compiled"))
assert tf.saved_model.load(compiled).mean(tf.zeros(2)).shape == ()
try:
    tf.saved_model.load(library)
except Exception as error:
    assert "WeightedCrossEntropy>Value" in str(error), error
else:
    raise AssertionError("loaded without the import")
import weighted_cross_entropy.tensorflow
x = tf.constant([0.0, -1.0])
with tf.GradientTape() as tape:
    tape.watch(x)
    value = tf.saved_model.load(library).mean(x)
assert float(tape.gradient(value, x)[0]) == -0.75
"""


def test_saved_models(tmp_path):
    for name in ("library", "compiled"):
        module = tf.Module()
        module.mean = tf.function(
            lambda x: adapter.loss(tf.ones_like(x), x, 3.0, reduction="mean"),
            input_signature=[tf.TensorSpec([None])], jit_compile=name == "compiled")
        tf.saved_model.save(module, str(tmp_path / name))
    result = subprocess.run(
        [sys.executable, "-c", LOADS, tmp_path], check=False, capture_output=True, text=True,
        timeout=600)
    assert result.returncode == 0, result.stderr[-3000:]
