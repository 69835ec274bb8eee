# SPDX-License-Identifier: Apache-2.0
"""What the adapter for JAX promises."""

import numpy as np
import pytest

import weighted_cross_entropy as wce

jax = pytest.importorskip("jax")
jnp = jax.numpy

import weighted_cross_entropy.jax as adapter
from reference import raises
from weighted_cross_entropy import _native

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
        assert np.allclose(
            in_z, wce.loss(one, x, Q, axis=1) - wce.loss(zero, x, Q, axis=1), rtol=1e-5, atol=1e-5)

    def test_second_derivatives(self, wrap, inputs):
        z, x = inputs
        expected = np.diag(wce.second_derivative(z, x, Q, axis=1).ravel())
        # Forward over reverse and reverse over reverse, also of a function that is compiled alone.
        orders = [
            lambda f: jax.hessian(f, 1), lambda f: jax.jacrev(jax.grad(f, 1), 1),
            lambda f: jax.jacfwd(jax.grad(f, 1), 1)]
        for second in [order(f) for order in orders for f in (total, jax.jit(total))]:
            assert np.allclose(wrap(second)(z, x).reshape(12, 12), expected, rtol=1e-6)
        mixed = wrap(jax.jacrev(jax.grad(total, 1), 0))(z, x).reshape(12, 12)
        one, zero = np.ones_like(z), np.zeros_like(z)
        difference = wce.gradient(one, x, Q, axis=1) - wce.gradient(zero, x, Q, axis=1)
        assert np.allclose(mixed, np.diag(difference.ravel()), rtol=1e-5)

    def test_second_derivatives_in_both_arguments(self, wrap, inputs):
        """Compares a function that is not linear in the loss with JAX's operations."""

        def squared(loss, z, x):
            return (loss(z, x) ** 2).sum()

        def operations(z, x):
            return (1 - z) * jax.nn.softplus(x) + Q.astype(np.float32) * z * jax.nn.softplus(-x)

        z, x = (a[:2] for a in inputs)
        for transform in (jax.hessian, lambda f, n: jax.jacrev(jax.jacrev(f, n), n)):
            ours = wrap(
                transform(
                    lambda z, x: squared(lambda z, x: adapter.loss(z, x, Q, axis=1), z, x),
                    (0, 1)))(z, x)
            theirs = transform(lambda z, x: squared(operations, z, x), (0, 1))(z, x)
            for block, expected in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
                assert np.allclose(block, expected, rtol=1e-4, atol=1e-4)

    def test_vmap(self, wrap, inputs):
        z, x = inputs
        rows = wrap(jax.vmap(lambda z, x: adapter.loss(z, x, Q, axis=0)))(z, x)
        assert np.array_equal(rows, wce.loss(z, x, Q, axis=1))
        gradients = wrap(jax.vmap(jax.grad(lambda x, z: adapter.loss(z, x, 3.0))))(
            x.ravel(), z.ravel())
        assert np.array_equal(gradients, wce.gradient(z, x, 3.0).ravel())
        curvatures = wrap(jax.vmap(jax.hessian(lambda x, z: adapter.loss(z, x, 3.0))))(
            x.ravel(), z.ravel())
        assert np.array_equal(curvatures, wce.second_derivative(z, x, 3.0).ravel())

    def test_scan_and_checkpoint(self, wrap, inputs):
        z, x = inputs

        def scanned(x):
            return jax.lax.scan(
                lambda sum, row: (sum + adapter.loss(*row, Q, axis=0).sum(), None), 0.0, (z, x))[0]

        for function in (scanned, jax.checkpoint(lambda x: total(z, x))):
            assert np.array_equal(wrap(jax.grad(function))(x), wce.gradient(z, x, Q, axis=1))


def operations_called(monkeypatch, function, *arguments):
    """The operations of the library that a compiled function calls."""
    called = []
    original = adapter.evaluate

    def evaluate(operation, *rest):
        called.append(operation)
        return original(operation, *rest)

    monkeypatch.setattr(adapter, "evaluate", evaluate)
    compiled = jax.jit(function).lower(*arguments).compile()
    called.clear()
    jax.block_until_ready(compiled(*arguments))
    return called


def test_value_and_gradient_are_one_call(inputs, monkeypatch):
    z, x = inputs
    fused, loss, in_targets = _native.LOSS_WITH_GRADIENT, _native.LOSS, _native.TARGET_DERIVATIVE
    assert operations_called(monkeypatch, jax.value_and_grad(total, 1), z, x) == [fused]
    assert operations_called(monkeypatch, jax.grad(total, 1), z, x) == [fused]
    assert operations_called(monkeypatch, total, z, x) == [loss]
    # The derivative in the targets is computed only where it is asked for.
    assert sorted(operations_called(monkeypatch, jax.value_and_grad(total, 0), z, x)) == sorted(
        [loss, in_targets])
    assert sorted(
        operations_called(monkeypatch, jax.value_and_grad(total, (0, 1)), z, x)) == sorted(
            [fused, in_targets])


@pytest.mark.parametrize("wrap", [lambda f: f, jax.jit], ids=["eager", "jit"])
def test_forward_mode_of_the_loss_is_an_error_of_jax(wrap, inputs):
    """As of every `jax.custom_vjp`; forward mode of the gradient works (`hessian`)."""
    z, x = inputs
    for call in (
            lambda: jax.jvp(wrap(lambda x: total(z, x)), (x,), (x,)),
            lambda: jax.jacfwd(wrap(total), 1)(z, x)):
        with pytest.raises(
                TypeError, match=r"can't apply forward-mode.*\(jvp\) to a custom_vjp function"):
            call()
    _, tangent = jax.jvp(wrap(jax.grad(total, 1)), (z, x), (np.zeros_like(z), np.ones_like(x)))
    assert np.array_equal(tangent, wce.second_derivative(z, x, Q, axis=1))


def test_third_derivatives_are_an_error_of_jax():
    third = jax.grad(jax.grad(jax.grad(lambda x: adapter.loss(1.0, x, 3.0))))
    with pytest.raises(ValueError, match="Pure callbacks do not support JVP"):
        third(1.0)


def test_overflow_is_the_value_without_a_warning(inputs, recwarn):
    value, gradient = jax.value_and_grad(lambda x: adapter.loss(1.0, x, 3.0))(np.float32(-3e38))
    assert value == np.inf and gradient == -3
    assert not recwarn.list


def test_masked_elements_have_no_gradient(inputs):
    z, x = inputs
    weights = np.ones_like(x)
    weights[0] = 0
    x[0] = np.nan
    gradient = jax.grad(lambda x: total(z, x, weights=weights))(x)
    assert np.all(gradient[0] == 0) and np.array_equal(
        gradient[1:], wce.gradient(z, x, Q, axis=1)[1:])


def test_differences_from_their_operations():
    """TensorFlow's formula in JAX has a wrong gradient at 0 and loses digits."""

    def published(z, x, q):
        return (1 - z) * x + (1 + (q - 1) * z) * (
            jnp.log1p(jnp.exp(-jnp.abs(x))) + jnp.maximum(-x, 0))

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


def test_targets_of_other_types(inputs):
    _, x = inputs
    expected = adapter.loss((x > 0).astype(np.float32), x)
    for dtype in (np.bool_, np.int32):
        assert np.array_equal(adapter.loss((x > 0).astype(dtype), x), expected)


AT_LEAST_0 = "positive weights must be finite and at least 0, received"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pos_weight": -1.0}, f"{AT_LEAST_0} -1.0"),
        ({"pos_weight": -Q, "axis": 1}, f"{AT_LEAST_0} -0.5 for class 0"),
        ({"pos_weight": -np.repeat(Q, 2)[::2], "axis": 1}, f"{AT_LEAST_0} -0.5 for class 0"),
        ({"pos_weight": 1e300}, f"{AT_LEAST_0} 1e+300, which is infinite in 32 bits"),
        ({"pos_weight": Q[:3], "axis": 1},
            "there must be one pos_weight for each class along axis 1 of logits of shape (3, 4), "
            "received 3"),
        ({"pos_weight": Q}, "pos_weight of shape (4,) needs the axis along which the classes lie"),
        ({"label_smoothing": 2}, "label smoothing must lie in [0, 1], received 2.0"),
        ({"threads": 0}, "the number of threads must be at least 1, received 0"),
        ({"weights": np.ones(3)},
            "logits and weights must have the same shape, received (3, 4) and (3,)"),
    ],
)  # fmt: skip
def test_errors_are_found_before_anything_is_compiled(inputs, options, message):
    for wrap in (lambda f: f, jax.jit):
        with raises(ValueError, f"logistic_loss: {message}"):
            wrap(lambda z, x: adapter.loss(z, x, **options))(*inputs)


def test_other_errors(inputs):
    z, x = inputs
    message = "logits and targets must have the same shape, received (3, 4) and (4,)"
    with raises(ValueError, f"logistic_loss: {message}"):
        adapter.loss(z[0], x)
    with raises(np.exceptions.AxisError, "axis 5 is out of bounds for array of dimension 2"):
        adapter.loss(z, x, Q, axis=5)
    with raises(TypeError, "logits must be float32 or float64, received bfloat16"):
        adapter.loss(z, jnp.asarray(x, jnp.bfloat16))
    with raises(TypeError, "pos_weight must be a number or a NumPy array, not traced"):
        jax.grad(lambda q: adapter.loss(1.0, 1.0, q))(1.0)
