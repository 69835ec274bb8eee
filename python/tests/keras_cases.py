# SPDX-License-Identifier: Apache-2.0
"""The tests of the loss for Keras on one back end, which `test_keras.py` runs on each.

KERAS_BACKEND names the back end, which Keras reads when it is imported.
"""

import json
import unittest

import keras
import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import arrays, exact
from weighted_cross_entropy.keras import WeightedBinaryCrossentropy

BACKEND = keras.backend.backend()
Z, X = (a.reshape(20, 3) for a in arrays(np.float32, 60))
Q = [0.5, 1.0, 4.0]


def number(value):
    return np.asarray(keras.ops.convert_to_numpy(value), np.float64)


def test_published_cases(monkeypatch):
    """Keras's own tests of its loss, with this one in its place."""
    published = pytest.importorskip("keras.src.losses.losses_test")

    def make(*arguments, from_logits=False, **options):
        return WeightedBinaryCrossentropy(1.0, from_logits, *arguments, **options)

    monkeypatch.setattr(published.losses, "BinaryCrossentropy", make)
    suite = unittest.TestLoader().loadTestsFromTestCase(published.BinaryCrossentropyTest)
    assert suite.countTestCases() >= 8
    result = unittest.TestResult()
    suite.run(result)
    assert result.wasSuccessful(), result.failures + result.errors
    assert len(result.skipped) <= (1 if BACKEND == "torch" else 0)


@pytest.mark.parametrize("pos_weight", [3, Q, np.float32(Q)])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("axis", [-1, 0])
def test_values(pos_weight, smoothing, axis):
    make = lambda **options: WeightedBinaryCrossentropy(
        pos_weight, label_smoothing=smoothing, axis=axis, **options)
    losses = exact("loss", Z, X, pos_weight, label_smoothing=smoothing).mean(axis)
    assert np.allclose(number(make(reduction=None)(Z, X)), losses.astype(float), rtol=1e-6)
    assert np.allclose(number(make()(Z, X)), float(losses.mean()), rtol=1e-6)
    assert np.allclose(number(make(reduction="sum")(Z, X)), float(losses.sum()), rtol=1e-6)
    if axis == -1:
        w = np.arange(20, dtype=np.float32)
        expected = float((w * losses).mean())
        assert np.allclose(number(make()(Z, X, w)), expected, rtol=1e-6)
        assert np.allclose(number(make()(Z, X, w[:, None])), expected, rtol=1e-6)
        assert np.allclose(
            number(make(reduction="mean_with_sample_weight")(Z, X, w)),
            float((w * losses).sum() / w.sum()), rtol=1e-6)


def test_small_losses_have_their_digits():
    x = np.float32([[-20], [-60]])
    losses = number(WeightedBinaryCrossentropy(reduction="none")(np.zeros_like(x), x))
    assert np.allclose(losses, [2.0611536e-9, 8.7565108e-27], rtol=1e-6, atol=0)


def test_probabilities():
    p = 1 / (1 + np.exp(-np.clip(X, -5, 5)))
    loss = WeightedBinaryCrossentropy(Q, from_logits=False, label_smoothing=0.2)
    expected = exact("loss", Z, np.log(p / (1 - p)), Q, label_smoothing=0.2).mean()
    assert np.allclose(number(loss(Z, p)), float(expected), rtol=1e-5)
    # Clipped as by Keras's own loss.
    theirs = keras.losses.BinaryCrossentropy()(np.float32([[1.0]]), np.float32([[0.0]]))
    loss = WeightedBinaryCrossentropy(2.0, from_logits=False)
    assert np.allclose(
        number(loss(np.float32([[1]]), np.float32([[0]]))), 2 * number(theirs), rtol=1e-6)


@pytest.mark.parametrize(
    "shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((4, 3), (4, 3, 1)), ((4, 3, 1), (4, 3))])
@pytest.mark.parametrize("from_logits", [False, True])
def test_ranks_are_as_in_keras(shapes, from_logits):
    (z, x), (labels, predictions) = arrays(np.float32, 12), shapes
    z, x = z[:np.prod(labels)].reshape(labels), x[:np.prod(predictions)].reshape(predictions)
    x = np.clip(x, -4, 4) if from_logits else 0.5 + np.clip(x, -0.4, 0.4)
    options = {"from_logits": from_logits, "reduction": "none"}
    theirs = number(keras.losses.BinaryCrossentropy(**options)(z, x))
    ours = number(WeightedBinaryCrossentropy(**options)(z, x))
    assert ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=1e-4)


@pytest.mark.parametrize("shapes", [((4, 3), (4, 2)), ((4, 1), (4, 3)), ((4,), (4, 3))])
@pytest.mark.parametrize("from_logits", [False, True])
def test_shapes_that_differ(shapes, from_logits):
    loss = WeightedBinaryCrossentropy(from_logits=from_logits)
    with pytest.raises(ValueError, match="y_true and y_pred must have the same shape, received"):
        loss(*(np.zeros(shape, np.float32) for shape in shapes))


def test_masks():
    mask = np.arange(20) % 3 > 0
    x = keras.ops.convert_to_tensor(X)
    keras.src.backend.set_keras_mask(x, keras.ops.convert_to_tensor(mask))
    expected = exact("loss", Z, X, 3)[mask].mean()
    assert np.allclose(number(WeightedBinaryCrossentropy(3.0)(Z, x)), float(expected), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_types(dtype):
    loss = WeightedBinaryCrossentropy(Q, dtype=dtype)(Z, X)
    # JAX and PyTorch have no float64 here.
    assert loss.dtype == keras.losses.MeanSquaredError(dtype=dtype)(Z, X).dtype
    rounded = [keras.ops.convert_to_numpy(keras.ops.cast(keras.ops.cast(a, dtype), "float32"))
        for a in (Z, X)]
    bound = {"float16": 2e-3, "bfloat16": 2e-2, "float64": 1e-6}[dtype]
    value = number(keras.ops.cast(loss, "float32"))
    assert np.allclose(value, float(exact("loss", *rounded, Q).mean()), rtol=bound)


@pytest.mark.parametrize(
    "options", [{"pos_weight": -1}, {"pos_weight": [1.0, np.inf]}, {"label_smoothing": 1.5},
        {"reduction": "average"}])
def test_numbers_out_of_range(options):
    with pytest.raises(ValueError):
        WeightedBinaryCrossentropy(**options)


def test_configuration():
    options = {
        "pos_weight": Q, "from_logits": False, "label_smoothing": 0.1, "axis": 1,
        "reduction": "sum", "name": "mine", "dtype": "float16"}
    loss = WeightedBinaryCrossentropy(**options)
    assert loss.get_config() == options
    assert WeightedBinaryCrossentropy(np.float32(Q)).get_config()["pos_weight"] == Q
    text = json.dumps(keras.losses.serialize(loss))
    again = keras.losses.deserialize(json.loads(text))
    assert type(again) is WeightedBinaryCrossentropy and again.get_config() == options


def make_model():
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Input((5,)), keras.layers.Dense(8, activation="tanh")]
    return keras.Sequential(layers + [keras.layers.Dense(3)])


def fit(loss, **options):
    """A model, its losses during the training, and its inputs and labels."""
    random = np.random.default_rng(3)
    inputs = random.normal(size=(256, 5)).astype(np.float32)
    labels = (inputs[:, :3] + random.normal(size=(256, 3)) > 1).astype(np.float32)
    model = make_model()
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss=loss, **options)
    weights = np.where(np.arange(256) % 2, 1, 0.5).astype(np.float32)
    history = model.fit(
        inputs, labels, sample_weight=weights, batch_size=64, epochs=4, shuffle=False, verbose=0)
    return model, history.history["loss"], inputs, labels


@pytest.mark.parametrize("jit_compile", [False, True])
def test_training_is_that_of_keras_loss(jit_compile):
    if jit_compile and BACKEND == "torch":
        pytest.skip("Keras compiles PyTorch's models only with a C++ compiler")
    # The steps of the optimizer are the same for the same gradients.
    _, ours, *_ = fit(WeightedBinaryCrossentropy([1.0, 1.0, 1.0]), jit_compile=jit_compile)
    theirs = keras.losses.BinaryCrossentropy(from_logits=True)
    assert np.allclose(ours, fit(theirs, jit_compile=jit_compile)[1], rtol=1e-4)
    assert ours[-1] < 0.95 * ours[0]


def test_trains_and_loads(tmp_path):
    model, losses, inputs, labels = fit(WeightedBinaryCrossentropy(20.0))
    assert losses[-1] < 0.95 * losses[0]
    scores = model.predict(inputs, verbose=0)
    assert np.mean(scores[labels == 1] > 0) > 0.95
    expected = wce.loss(labels, scores, 20.0, reduction="mean")
    assert np.allclose(model.evaluate(inputs, labels, verbose=0), expected, rtol=1e-5)

    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.loss.get_config() == model.loss.get_config()
    assert np.allclose(loaded.evaluate(inputs, labels, verbose=0), expected, rtol=1e-5)
