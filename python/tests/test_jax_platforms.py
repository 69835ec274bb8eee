# SPDX-License-Identifier: Apache-2.0
"""The binding for JAX on several devices, in exported programs and on other platforms.

What needs another configuration of JAX runs in a process of its own, which must not hang.
"""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

import weighted_cross_entropy as wce

jax = pytest.importorskip("jax")
import jax.export

import weighted_cross_entropy.jax as adapter

Q = np.array([0.5, 1.0, 3.0, 8.0], np.float32)


EDGES = np.float32([-np.inf, -3e38, -100, -20, -1e-3, -0.0, 0, 1e-3, 20, 100, 3e38, np.inf, np.nan])


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("with_gradient", [False, True])
def test_formula_of_other_platforms_has_the_values_of_the_library(reduction, with_gradient):
    z, x = (a.ravel() for a in np.meshgrid(np.float32([0, 0.25, 1]), EDGES))
    q, w = np.full((1,), 3, np.float32), np.ones_like(x)
    w[::7], w[5::7] = 0, 0.5
    if reduction == "mean":
        w[~np.isfinite(x)] = 0
    parameters = {
        "with_gradient": with_gradient, "reduction": reduction, "batch": 0, "smoothing": 0.0,
        "threads": 0}
    for weights in ([w],) if reduction == "mean" else ([], [w]):
        ours = adapter._operation.bind(z, x, q, *weights, **parameters)
        formula = jax.jit(lambda *a: adapter._formula(*a, **parameters))(z, x, q, *weights)
        for one, other in zip(ours, formula, strict=True):
            # XLA flushes subnormal numbers.
            np.testing.assert_allclose(other, one, rtol=5e-7, atol=1e-37)


def test_export():
    pytest.importorskip("flatbuffers")
    z, x = np.random.default_rng(11).random((2, 3, 4)).astype(np.float32)
    mean = jax.jit(lambda x: adapter.loss(z, x, Q, axis=1, reduction="mean"))
    check = jax.export.DisabledSafetyCheck.custom_call("weighted_cross_entropy")
    exported = jax.export.export(mean, disabled_checks=[check])(x)
    assert jax.export.deserialize(exported.serialize()).call(x) == mean(x)
    (rows,) = jax.export.symbolic_shape("rows")
    general = jax.export.export(
        jax.jit(jax.grad(lambda x: adapter.loss(1.0, x, 3.0, reduction="mean"))),
        disabled_checks=[check])(jax.ShapeDtypeStruct((rows, 4), np.float32))
    assert np.allclose(general.call(x), wce.gradient(np.ones_like(x), x, 3.0, reduction="mean"))
    # On other platforms it is the formula, which needs no library.
    assert "custom_call" not in str(
        jax.export.export(mean, platforms=["tpu"])(x).mlir_module())


def test_interface_that_xla_refuses():
    """The import warns, and the loss is that of other platforms."""
    program = """
        import pathlib, sys, tempfile, warnings
        import jax, jax.numpy as jnp
        folder = pathlib.Path(tempfile.mkdtemp())
        header = folder / "xla" / "ffi" / "api" / "c_api.h"
        header.parent.mkdir(parents=True)
        header.write_text("#define XLA_FFI_API_MAJOR 1\\n")
        jax.ffi.include_dir = lambda: str(folder)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            import weighted_cross_entropy.jax as wce
        assert "computes in JAX's operations" in str(caught[0].message), caught
        mean = lambda x: wce.loss(1.0, x, 3.0, reduction="mean")
        assert "custom_call" not in jax.jit(mean).lower(jnp.ones(3)).as_text()
        assert jax.grad(mean)(jnp.zeros(1)) == -1.5
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)


PROGRAM = """
    import os
    os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
    import jax, jax.numpy as jnp, numpy as np
    from jax.sharding import AxisType, NamedSharding, PartitionSpec as P
    import weighted_cross_entropy as wce
    import weighted_cross_entropy.jax as adapter

    CALL = 'custom_call_target="weighted_cross_entropy"'
    n = 1 << 20
    x, z = np.linspace(-9, 9, n, dtype=np.float32), (np.arange(n) % 3 == 0).astype(np.float32)
    value, gradient = wce.value_with_gradient(z, x, 3.0)

    def check(function, *arguments, calls=None):
        compiled = function.lower(*arguments).compile()
        text = compiled.as_text()
        assert "all-gather" not in text, text
        assert (CALL in text) == calls, text
        for _ in range(5):
            result = jax.block_until_ready(compiled(*arguments))
        return result

    for kind in ("Auto", "Explicit"):
        mesh = jax.make_mesh((2,), ("d",), axis_types=(getattr(AxisType, kind),))
        with jax.set_mesh(mesh) if hasattr(jax, "set_mesh") else mesh:
            sharding = NamedSharding(mesh, P("d"))
            xs, zs = jax.device_put(x, sharding), jax.device_put(z, sharding)
            mean = lambda x, z, q=3.0: adapter.loss(z, x, q, reduction="mean")
            # XLA partitions the program.
            v, g = check(jax.jit(jax.value_and_grad(mean)), xs, zs, calls=False)
            assert np.allclose(v, value, rtol=1e-5), (v, value)
            assert np.allclose(g, gradient, rtol=1e-5, atol=0)
            assert g.sharding.is_equivalent_to(sharding, 1), g.sharding
            losses = check(jax.jit(lambda x, z: adapter.loss(z, x, 3.0)), xs, zs, calls=False)
            assert losses.sharding.is_equivalent_to(sharding, 1)
            eager = adapter.loss(zs, xs, 3.0)
            assert eager.sharding.is_equivalent_to(sharding, 1)
            assert np.allclose(eager, wce.loss(z, x, 3.0), rtol=1e-5, atol=0)

            # The program says how it is partitioned: it calls the library on each device.
            def body(x, z, q):
                return jax.lax.pmean(mean(x, z, q), "d")

            try:
                local = jax.shard_map
            except AttributeError:  # before JAX 0.6.1
                from jax.experimental.shard_map import shard_map as local
            sharded = local(body, mesh=mesh, in_specs=(P("d"), P("d"), P()), out_specs=P())
            q = jax.device_put(jnp.float32(3), NamedSharding(mesh, P()))
            v, (g, in_q) = check(
                jax.jit(jax.value_and_grad(lambda x, z, q: sharded(x, z, q), (0, 2))), xs, zs, q,
                calls=True)
            assert np.allclose(v, value, rtol=1e-6)
            assert np.allclose(g, gradient, rtol=1e-6, atol=0)
            expected = wce.positive_weight_derivative(z, x, 3.0).mean()
            assert np.allclose(in_q, expected, rtol=1e-4), (in_q, expected)
            # The logits of every device are the same.
            repeated = local(
                lambda x, z: adapter.loss(z, x, 3.0), mesh=mesh, in_specs=(P(), P("d")),
                out_specs=P("d"))
            row = jax.device_put(x[:4], NamedSharding(mesh, P()))
            zs8 = jax.device_put(z[:8], sharding)
            g = jax.jit(jax.grad(lambda x: repeated(x, zs8).sum()))(row)
            assert np.allclose(g, wce.gradient(z[:8], np.tile(x[:4], 2), 3.0).reshape(2, 4).sum(0))
    print("done")
"""


def test_sharded_arrays_are_not_gathered_and_nothing_waits_for_ever():
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)], capture_output=True, text=True,
        timeout=600, check=False)
    assert result.stdout == "done\n", result.stderr[-3000:]
