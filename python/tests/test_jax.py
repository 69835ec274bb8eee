"""What the adapter for JAX promises."""

import numpy as np
import pytest
import weighted_cross_entropy as wce

jax = pytest.importorskip("jax")
jnp = jax.numpy

import weighted_cross_entropy.jax as adapter  # noqa: E402

Q = np.array([0.5, 1.0, 3.0, 8.0])


@pytest.fixture
def inputs():
    random = np.random.default_rng(11)
    return random.random((3, 4)).astype(np.float32), random.normal(0, 4, (3, 4)).astype(np.float32)


def total(z, x, **options):
    return adapter.loss(z, x, Q, axis=1, **options).sum()


@pytest.mark.parametrize("wrap", [lambda f: f, jax.jit], ids=["eager", "jit"])
class TestValues:
    def test_loss(self, wrap, inputs):
        z, x = inputs
        for options in ({}, {"label_smoothing": 0.1, "threads": 1}, {"weights": z}):
            ours = wrap(lambda z, x, o=options: adapter.loss(z, x, Q, axis=1, **o))(z, x)
            assert ours.dtype == jnp.float32
            assert np.array_equal(ours, wce.loss(z, x, Q, axis=1, **options))

    def test_gradients(self, wrap, inputs):
        z, x = inputs
        value, (in_z, in_x) = wrap(jax.value_and_grad(total, (0, 1)))(z, x)
        assert np.allclose(value, wce.loss(z, x, Q, axis=1, reduction="sum"), rtol=1e-6)
        assert np.array_equal(in_x, wce.gradient(z, x, Q, axis=1))
        one, zero = np.ones_like(z), np.zeros_like(z)
        assert np.allclose(in_z, wce.loss(one, x, Q, axis=1) - wce.loss(zero, x, Q, axis=1), rtol=1e-5, atol=1e-5)

    def test_second_derivatives(self, wrap, inputs):
        z, x = inputs
        expected = np.diag(wce.hessian(z, x, Q, axis=1).ravel())
        for second in (jax.hessian(total, 1), jax.jacrev(jax.grad(total, 1), 1), jax.jacfwd(jax.grad(total, 1), 1)):
            assert np.allclose(wrap(second)(z, x).reshape(12, 12), expected, rtol=1e-6)
        mixed = wrap(jax.jacrev(jax.grad(total, 1), 0))(z, x).reshape(12, 12)
        one, zero = np.ones_like(z), np.zeros_like(z)
        difference = wce.gradient(one, x, Q, axis=1) - wce.gradient(zero, x, Q, axis=1)
        assert np.allclose(mixed, np.diag(difference.ravel()), rtol=1e-5)

    def test_vmap(self, wrap, inputs):
        z, x = inputs
        rows = wrap(jax.vmap(lambda z, x: adapter.loss(z, x, Q, axis=0)))(z, x)
        assert np.array_equal(rows, wce.loss(z, x, Q, axis=1))
        gradients = wrap(jax.vmap(jax.grad(lambda x, z: adapter.loss(z, x, 3.0))))(x.ravel(), z.ravel())
        assert np.array_equal(gradients, wce.gradient(z, x, 3.0).ravel())


def test_masked_elements_have_no_gradient(inputs):
    z, x = inputs
    weights = np.ones_like(x)
    weights[0] = 0
    x[0] = np.nan
    gradient = jax.grad(lambda x: total(z, x, weights=weights))(x)
    assert np.all(gradient[0] == 0) and np.array_equal(gradient[1:], wce.gradient(z, x, Q, axis=1)[1:])


def test_differences_from_their_operations():
    """The formula as TensorFlow publishes it, in JAX's operations: its gradient at 0 is off and confident answers lose all digits."""

    def published(z, x, q):
        return (1 - z) * x + (1 + (q - 1) * z) * (jnp.log1p(jnp.exp(-jnp.abs(x))) + jnp.maximum(-x, 0))

    assert jax.grad(published, 1)(1.0, 0.0, 3.0) == -3.0
    assert jax.grad(adapter.loss, 1)(1.0, 0.0, 3.0) == -1.5
    assert published(0.0, jnp.float32(-20), 1.0) == 0
    assert np.allclose(adapter.loss(0.0, jnp.float32(-20), 1.0), 2.0611536e-9, rtol=2e-7, atol=0)


def test_large_arrays_in_a_compiled_program():
    x = jnp.linspace(-9, 9, 1 << 21)
    z = (x > 0).astype(x.dtype)
    value, gradient = jax.jit(jax.value_and_grad(lambda x: adapter.loss(z, x, 2.0).mean()))(x)
    assert np.allclose(value, wce.loss(z, x, 2.0, reduction="mean"), rtol=1e-5)
    assert np.allclose(gradient, wce.gradient(z, x, 2.0, reduction="mean"), rtol=1e-5, atol=0)


def test_labels_of_other_types(inputs):
    _, x = inputs
    z = x > 0
    assert np.array_equal(adapter.loss(z, x), adapter.loss(z.astype(np.float32), x))
    assert np.array_equal(adapter.loss(z.astype(np.int32), x), adapter.loss(z.astype(np.float32), x))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pos_weight": -1.0}, ValueError, "positive weights must be finite"),
        ({"pos_weight": -Q, "axis": 1}, ValueError, "received -0.5 for class 0"),
        ({"pos_weight": Q[:3], "axis": 1}, ValueError, r"shape \(3, 4\), received 3"),
        ({"pos_weight": Q}, ValueError, "needs the axis"),
        ({"pos_weight": Q, "axis": 5}, np.exceptions.AxisError, "axis 5"),
        ({"label_smoothing": 2}, ValueError, "label smoothing"),
        ({"threads": 0}, ValueError, "threads"),
        ({"weights": np.ones(3)}, ValueError, "logits and weights must have the same shape"),
    ],
)
def test_errors_are_found_before_anything_is_compiled(inputs, options, error, message):
    for wrap in (lambda f: f, jax.jit):
        with pytest.raises(error, match=message):
            wrap(lambda z, x: adapter.loss(z, x, **options))(*inputs)


def test_other_errors(inputs):
    z, x = inputs
    with pytest.raises(ValueError, match="must have the same shape"):
        adapter.loss(z[0], x)
    with pytest.raises(TypeError, match="float32 or float64"):
        adapter.loss(z, jnp.asarray(x, jnp.bfloat16))
    with pytest.raises(TypeError, match="not traced"):
        jax.grad(lambda q: adapter.loss(1.0, 1.0, q))(1.0)
