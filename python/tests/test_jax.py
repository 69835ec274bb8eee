# SPDX-License-Identifier: Apache-2.0
"""What the binding for JAX promises on one device; `test_jax_platforms.py` has the others."""

import itertools

import numpy as np
import pytest

import weighted_cross_entropy as wce

jax = pytest.importorskip("jax")
jnp = jax.numpy

import weighted_cross_entropy.jax as adapter
from reference import raises

Q = np.array([0.5, 1.0, 3.0, 8.0], np.float32)
CALL = 'custom_call_target="weighted_cross_entropy"'
WRAPS = pytest.mark.parametrize("wrap", [lambda f: f, jax.jit], ids=["eager", "jit"])


@pytest.fixture
def inputs():
    random = np.random.default_rng(11)
    return random.random((3, 4)).astype(np.float32), random.normal(0, 4, (3, 4)).astype(np.float32)


def total(z, x, **options):
    return adapter.loss(z, x, Q, axis=1, **options).sum()


def operations(z, x, q=1.0, *, weights=None, reduction="none"):
    """The loss in JAX's operations. Its derivatives are not exact at 0."""
    losses = (1 - z) * jax.nn.softplus(x) + q * z * jax.nn.softplus(-x)
    losses = losses if weights is None else weights * losses
    if reduction == "weighted_mean":
        return losses.sum() / (losses.size if weights is None else weights.sum())
    return losses if reduction == "none" else getattr(losses, reduction)()


def calls(function, *arguments):
    """How often a compiled function calls the library."""
    return jax.jit(function).lower(*arguments).compile().as_text().count(CALL)


def close(ours, theirs, tolerance=2e-5):
    for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


class TestValues:
    @WRAPS
    def test_loss(self, wrap, inputs):
        z, x = inputs
        for options in ({}, {"label_smoothing": 0.1, "threads": 1}, {"weights": z}):
            ours = wrap(lambda z, x, o=options: adapter.loss(z, x, Q, axis=1, **o))(z, x)
            assert ours.dtype == jnp.float32
            assert np.array_equal(ours, wce.loss(z, x, Q, axis=1, **options))

    @WRAPS
    @pytest.mark.parametrize("reduction", ["sum", "mean", "weighted_mean"])
    def test_reductions(self, wrap, inputs, reduction):
        z, x = inputs
        for options in ({}, {"weights": z})[reduction == "weighted_mean":]:
            mean = lambda x, o=options: adapter.loss(
                z, x, Q, axis=1, reduction=reduction, label_smoothing=0.1, **o)
            value, gradient = wrap(jax.value_and_grad(mean))(x)
            expected = wce.value_with_gradient(
                z, x, Q, axis=1, reduction=reduction, label_smoothing=0.1, **options)
            assert np.allclose(value, expected[0], rtol=3e-7)
            assert np.allclose(gradient, expected[1], rtol=3e-7, atol=0)

    @WRAPS
    def test_gradients(self, wrap, inputs):
        z, x = inputs
        value, (in_z, in_x) = wrap(jax.value_and_grad(total, (0, 1)))(z, x)
        assert np.allclose(value, wce.loss(z, x, Q, axis=1, reduction="sum"), rtol=1e-6)
        assert np.array_equal(in_x, wce.gradient(z, x, Q, axis=1))
        assert np.allclose(in_z, wce.target_derivative(z, x, Q, axis=1), rtol=1e-5, atol=1e-6)

    @pytest.mark.parametrize("reduction", ["none", "weighted_mean"])
    def test_derivatives_of_every_argument_in_both_modes(self, inputs, reduction):
        z, x = inputs
        q, w = jnp.asarray(Q), jnp.asarray(z + 0.5)
        arguments = z, x, q, w

        def of(loss):
            return lambda z, x, q, w: (loss(z, x, q, weights=w, reduction=reduction) ** 2).sum()

        ours, theirs = of(adapter.loss), of(operations)
        everything = tuple(range(4))
        close(
            jax.jit(jax.grad(ours, everything))(*arguments),
            jax.grad(theirs, everything)(*arguments))  # fmt: skip
        tangents = tuple(jnp.cos(a) for a in arguments)
        close(
            jax.jit(lambda *t: jax.jvp(ours, arguments, t))(*tangents),
            jax.jvp(theirs, arguments, tangents), 1e-4)  # fmt: skip
        second, expected = (
            jax.jit(jax.hessian(f, everything))(*arguments) for f in (ours, theirs))
        close(second, expected, 1e-4)

    def test_second_and_third_derivatives(self, inputs):
        z, x = inputs
        expected = np.diag(wce.second_derivative(z, x, Q, axis=1).ravel())
        for order in itertools.product([jax.jacfwd, jax.jacrev], repeat=2):
            second = order[0](order[1](total, 1), 1)
            matrix = jax.jit(second)(z, x).reshape(12, 12)
            assert np.allclose(matrix, expected, rtol=1e-5, atol=1e-9)
        third = jax.grad(jax.grad(jax.grad(lambda x: adapter.loss(1.0, x, 3.0))))
        expected = 3 * jax.grad(jax.grad(jax.nn.sigmoid))(0.5)
        assert np.allclose(jax.jit(third)(0.5), expected, rtol=1e-5)

    def test_derivatives_at_zero_and_in_the_tails(self):
        """JAX's own formulas are wrong at 0 and lose digits in the tails."""
        for x, slope, curvature in (
            (0.0, -1.5, 0.75), (20.0, -6.1834609e-9, 6.1834609e-9), (-20.0, -3.0, 6.1834609e-9),
        ):  # fmt: skip
            loss = lambda x: adapter.loss(1.0, x, 3.0)
            assert np.allclose(jax.grad(loss)(x), slope, rtol=3e-7, atol=0)
            assert np.allclose(jax.grad(jax.grad(loss))(x), curvature, rtol=1e-6, atol=0)

    def test_vmap(self, inputs):
        z, x = inputs
        rows = jax.jit(jax.vmap(lambda z, x: adapter.loss(z, x, Q, axis=0)))(z, x)
        assert np.array_equal(rows, wce.loss(z, x, Q, axis=1))
        mean = jax.vmap(lambda z, x: adapter.loss(z, x, Q, axis=0, reduction="mean"))
        means = jax.jit(mean)(z, x)
        assert np.allclose(means, wce.loss(z, x, Q, axis=1).mean(1), rtol=3e-7)
        gradients = jax.jit(jax.vmap(jax.grad(lambda x, z: adapter.loss(z, x, 3.0))))(
            x.ravel(), z.ravel())
        assert np.array_equal(gradients, wce.gradient(z, x, 3.0).ravel())
        curvatures = jax.jit(jax.vmap(jax.hessian(lambda x, z: adapter.loss(z, x, 3.0))))(
            x.ravel(), z.ravel())
        assert np.allclose(curvatures, wce.second_derivative(z, x, 3.0).ravel(), rtol=1e-6)

    @pytest.mark.parametrize("reduction", ["none", "mean"])
    def test_vmap_over_any_arguments(self, inputs, reduction):
        """Also twice, and over the positive weight alone."""
        z, x = inputs
        for axes in (
            (0, None, None, None), (None, 1, None, 1), (None, None, 0, None), (1, -1, 0, 0),
            (None, None, None, -1),
        ):  # fmt: skip
            arguments = [
                np.stack([a, a * 0.5], axis) if axis is not None else a
                for a, axis in zip((z, x, Q, z + 1), axes, strict=True)]
            ours, theirs = (
                jax.vmap(lambda z, x, q, w, f=f: f(z, x, q, weights=w, reduction=reduction), axes)
                for f in (adapter.loss, operations))  # fmt: skip
            close(jax.jit(ours)(*arguments), theirs(*arguments))
        grid = lambda f: jax.vmap(jax.vmap(f, (None, None, 0)), (0, 0, None))
        ours, theirs = (
            grid(lambda z, x, q, f=f: f(z, x, q, reduction=reduction))(z, x, Q)
            for f in (adapter.loss, operations))  # fmt: skip
        assert ours.shape[:2] == (3, 4)
        close(ours, theirs)

    def test_scan_and_checkpoint(self, inputs):
        z, x = inputs

        def scanned(x):
            return jax.lax.scan(
                lambda sum, row: (sum + adapter.loss(*row, Q, axis=0).sum(), None), 0.0, (z, x))[0]

        for function in (scanned, jax.checkpoint(lambda x: total(z, x))):
            assert np.array_equal(jax.jit(jax.grad(function))(x), wce.gradient(z, x, Q, axis=1))

    def test_broadcasting(self):
        x, z, q = np.ones((3, 1), np.float32), np.float32([0, 1]), np.ones((2, 1, 1), np.float32)
        for reduction in ("none", "mean"):
            ours, theirs = (
                jax.jit(lambda *a, f=f, r=reduction: f(*a, reduction=r))(z, x, q)
                for f in (adapter.loss, operations))  # fmt: skip
            close(ours, theirs)
        # Positive weights along two axes.
        q = np.arange(6, dtype=np.float32).reshape(3, 2)
        for reduction in ("none", "sum", "mean", "weighted_mean"):
            close(
                jax.jit(lambda q, r=reduction: adapter.loss(z, x, q, reduction=r))(q),
                operations(z, x, q, reduction=reduction))  # fmt: skip

    @pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3)])
    def test_no_elements(self, shape):
        x = np.zeros(shape, np.float32)
        assert jax.jit(adapter.loss)(x, x).shape == shape
        for reduction, expected in (("sum", 0), ("mean", np.nan)):
            mean = lambda x, r=reduction: adapter.loss(x, x, reduction=r)
            value, gradient = jax.jit(jax.value_and_grad(mean))(x)
            assert np.array_equal(value, expected, equal_nan=True) and gradient.shape == shape
        rows = jax.vmap(lambda x: adapter.loss(x, x, reduction="mean"))(np.zeros((2, 0)))
        assert np.isnan(rows).all() and rows.shape == (2,)


@WRAPS
@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
def test_half_precision_is_computed_in_float32_and_rounded(wrap, inputs, dtype):
    z, x = (jnp.asarray(a, dtype) for a in inputs)
    for reduction in ("none", "mean"):
        ours = wrap(lambda z, x: adapter.loss(z, x, 3.0, reduction=reduction))(z, x)  # noqa: B023
        wide = adapter.loss(z.astype(jnp.float32), x.astype(jnp.float32), 3.0, reduction=reduction)
        assert ours.dtype == dtype and np.array_equal(ours, wide.astype(dtype))
    gradient = wrap(jax.grad(lambda x: adapter.loss(z, x, 3.0, reduction="sum")))(x)
    assert gradient.dtype == dtype
    expected = wce.gradient(np.float32(z), np.float32(x), 3.0)
    assert np.array_equal(gradient, jnp.asarray(expected).astype(dtype))


def test_types_are_promoted_as_by_their_operations(inputs):
    z, x = inputs
    for one, other in (
        (np.float32, jnp.bfloat16), (jnp.bfloat16, np.float16), (np.int32, np.float16),
        (np.bool_, np.int32), (jnp.bfloat16, np.int32),
    ):  # fmt: skip
        a, b = jnp.asarray(z > 0.5, one), jnp.asarray(x, other)
        assert adapter.loss(a, b).dtype == jnp.result_type(a, b, 1.0)
    assert adapter.loss(0.0, jnp.float16(1), 2.0).dtype == jnp.float16
    assert np.array_equal(adapter.loss(x > 0, x), adapter.loss((x > 0).astype(np.float32), x))
    enable_x64 = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64
    with enable_x64(True):
        wide = adapter.loss(z.astype(np.float64), x, Q, axis=1)
        assert wide.dtype == np.float64
        assert np.array_equal(wide, wce.loss(z.astype(float), x.astype(float), Q, axis=1))
        gradient = jax.jit(jax.grad(lambda x: adapter.loss(z, x, Q, reduction="mean")))(
            x.astype(np.float64))
        assert np.allclose(
            gradient, wce.gradient(z, x.astype(float), Q, axis=1, reduction="mean"), rtol=1e-14)
    # Without x64, float64 arrays of NumPy are float32 arrays of JAX.
    assert adapter.loss(z.astype(np.float64), x.astype(np.float64), 2.0).dtype == np.float32


def test_value_and_gradient_are_one_call(inputs):
    z, x = inputs
    mean = lambda x: adapter.loss(z, x, Q, reduction="mean")
    for function in (
        mean, jax.grad(mean), jax.value_and_grad(mean), lambda x: total(z, x),
        jax.value_and_grad(lambda x: total(z, x)), jax.vmap(mean), jax.vmap(jax.grad(mean)),
    ):  # fmt: skip
        assert calls(function, x) == 1
    # The derivative in the targets is an operation of JAX, computed only where it is asked for.
    assert calls(jax.value_and_grad(lambda z: total(z, x)), z) == 1
    assert calls(jax.value_and_grad(total, (0, 1)), z, x) == 1


def test_overflow_is_the_value_without_a_warning(recwarn):
    value, gradient = jax.value_and_grad(lambda x: adapter.loss(1.0, x, 3.0))(np.float32(-3e38))
    assert value == np.inf and gradient == -3
    assert not recwarn.list


def test_masked_elements_have_no_gradient(inputs):
    z, x = inputs
    weights = np.ones_like(x)
    weights[0] = 0
    x[0] = np.nan
    for function in (
        lambda x: total(z, x, weights=weights),
        lambda x: adapter.loss(z, x, Q, axis=1, weights=weights, reduction="sum"),
    ):
        gradient = jax.grad(function)(x)
        assert np.all(gradient[0] == 0)
        assert np.array_equal(gradient[1:], wce.gradient(z, x, Q, axis=1)[1:])
        assert np.all(jax.jvp(jax.grad(function), (x,), (np.ones_like(x),))[1][0] == 0)


def test_positive_weights_of_jax_are_not_checked(inputs):
    """As in JAX's operations, a negative one is a number, and NaN gives NaN."""
    z, x = inputs
    for q in (jnp.asarray(-2.0), jnp.asarray([1.0, -1.0, 0.0, 2.0])):
        for reduction in ("none", "sum"):
            arguments = {"weights": z, "reduction": reduction}
            close(adapter.loss(z, x, q, **arguments), operations(z, x, q, **arguments))
        gradient = jax.jit(jax.grad(lambda x, q=q: adapter.loss(z, x, q, reduction="mean")))(x)
        close(gradient, jax.grad(lambda x, q=q: operations(z, x, q, reduction="mean"))(x))
    assert np.isnan(adapter.loss(z, x, jnp.nan * jnp.ones(()))).all()


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
    value, gradient = jax.jit(
        jax.value_and_grad(lambda x: adapter.loss(z, x, 2.0, reduction="mean")))(x)
    assert value == wce.loss(z, x, 2.0, reduction="mean")
    assert np.array_equal(gradient, wce.gradient(z, x, 2.0, reduction="mean"))


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
            "received the shape (3,)"),
        ({"label_smoothing": 2}, "label smoothing must lie in [0, 1], received 2.0"),
        ({"threads": 0}, "the number of threads must be at least 1, received 0"),
        ({"reduction": "median"},
            "reduction must be one of 'none', 'sum', 'mean', 'weighted_mean', received 'median'"),
    ],
)  # fmt: skip
def test_errors_are_found_before_anything_is_compiled(inputs, options, message):
    for wrap in (lambda f: f, jax.jit):
        with raises(ValueError, f"logistic_loss: {message}"):
            wrap(lambda z, x: adapter.loss(z, x, **options))(*inputs)


def test_other_errors(inputs):
    z, x = inputs
    for arguments in ((z[:, :3], x), (z, x, Q[:3])):
        with pytest.raises(ValueError, match="Incompatible shapes for broadcasting"):
            adapter.loss(*arguments)
    with raises(np.exceptions.AxisError, "axis 5 is out of bounds for array of dimension 2"):
        adapter.loss(z, x, Q, axis=5)
    with raises(TypeError, "logistic_loss: the arguments must hold real numbers, "
        "received complex64"):
        adapter.loss(z, x + 1j)
