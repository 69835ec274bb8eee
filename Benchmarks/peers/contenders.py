# SPDX-License-Identifier: Apache-2.0
"""The contenders of compare.py, as calls without arguments that compute the loss, the mean, and the
mean with its gradient.
"""
import ctypes
import os
import shutil
from pathlib import Path

Q = 3.0
REDUCTION_MEAN = 2


class Options(ctypes.Structure):
    """wce_options of weighted_cross_entropy.h."""

    _fields_ = [
        ("struct_size", ctypes.c_int64), ("positive_weight", ctypes.c_double),
        ("label_smoothing", ctypes.c_double),
        ("class_weights", ctypes.c_void_p), ("class_count", ctypes.c_int64),
        ("axis", ctypes.c_int64),
        ("shape", ctypes.c_void_p), ("rank", ctypes.c_int64), ("threads", ctypes.c_int64),
        ("name", ctypes.c_char_p),
    ]


class Library:
    """The C library with one instruction set: a copy of the file, which chooses the set once."""

    def __init__(self, path, instruction_set, folder, threads):
        copy = Path(folder) / f"libwce-{instruction_set}.so"
        shutil.copy(path, copy)
        os.environ["WCE_INSTRUCTION_SET"] = instruction_set
        self.library = ctypes.CDLL(str(copy))
        self.library.wce_instruction_set.restype = ctypes.c_char_p
        chosen = self.library.wce_instruction_set()
        self.is_available = chosen is not None and chosen.decode() == instruction_set
        del os.environ["WCE_INSTRUCTION_SET"]
        self.options = Options(ctypes.sizeof(Options), Q, 0, None, 0, -1, None, 0, threads, None)

    def calls(self, x, z, y):
        """One call without arguments for each quantity."""
        suffix = {4: "f32", 8: "f64"}[x.itemsize]
        scalar = {4: ctypes.c_float, 8: ctypes.c_double}[x.itemsize]
        value = scalar()
        count = ctypes.c_int64(x.size)
        px, pz, py = (ctypes.c_void_p(a.ctypes.data) for a in (x, z, y))
        options, out = ctypes.byref(self.options), ctypes.byref(value)
        zero, mean = ctypes.c_int64(0), ctypes.c_int(REDUCTION_MEAN)
        loss = getattr(self.library, f"wce_loss_{suffix}")
        value_of = getattr(self.library, f"wce_value_{suffix}")
        both = getattr(self.library, f"wce_value_with_gradient_{suffix}")

        def check(status):
            assert status == 0, status

        def run_loss():
            check(loss(count, px, pz, None, options, py, None, zero))
            return y

        def run_mean():
            check(value_of(count, px, pz, None, mean, options, out, None, zero))
            return value.value

        def run_both():
            check(both(count, px, pz, None, mean, options, out, py, None, zero))
            return value.value, y

        return {"loss": run_loss, "mean": run_mean, "mean+gradient": run_both}


# How each peer is told to go no further than AVX2.
AVX2_ONLY = {
    "ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2", "WCE_COMPARE_SIMD_BITS": "256",
}


def torch_calls(x, z, threads):
    import torch

    if bits := os.environ.get("WCE_COMPARE_SIMD_BITS"):
        import torch._inductor.config

        torch._inductor.config.cpp.simdlen = int(bits)

    torch.set_num_threads(threads)
    tx, tz = torch.from_numpy(x), torch.from_numpy(z)
    weight = torch.tensor(Q, dtype=tx.dtype)
    f = torch.nn.functional.binary_cross_entropy_with_logits

    def both_of(mean):
        leaf = tx.clone().requires_grad_(True)

        def run():
            leaf.grad = None
            value = mean(leaf, tz)
            value.backward()
            return value.item(), leaf.grad.numpy()

        return run

    def contender(loss, mean):
        def run_loss():
            with torch.no_grad():
                return loss(tx, tz).numpy()

        def run_mean():
            with torch.no_grad():
                return mean(tx, tz).item()

        return {"loss": run_loss, "mean": run_mean, "mean+gradient": both_of(mean)}

    loss = lambda a, b: f(a, b, pos_weight=weight, reduction="none")
    mean = lambda a, b: f(a, b, pos_weight=weight)
    yield f"PyTorch {torch.__version__.split('+')[0]}", contender(loss, mean)
    compiled = contender(torch.compile(loss), torch.compile(mean))
    # Compiled here, before TensorFlow is loaded, and for the shape that is timed.
    for call in compiled.values():
        call()
    yield "torch.compile", compiled


def tensorflow_calls(x, z, threads):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tx, tz = tf.constant(x), tf.constant(z)
    loss = lambda: tf.nn.weighted_cross_entropy_with_logits(tz, tx, Q)
    mean = lambda: tf.reduce_mean(loss())

    def both():
        with tf.GradientTape() as tape:
            tape.watch(tx)
            value = mean()
        return value, tape.gradient(value, tx)

    for name, wrap in (
        (f"TF {tf.__version__}", lambda g: g), ("TF graph", tf.function),
        ("TF XLA", lambda g: tf.function(g, jit_compile=True)),
    ):

        run_mean, wrapped = wrap(mean), wrap(both)

        def run_both(both=wrapped):
            value, gradient = both()
            return float(value), gradient

        # Not `.numpy()`, which would copy the result.
        yield name, {
            "loss": wrap(loss),
            "mean": lambda mean=run_mean: float(mean()),
            "mean+gradient": run_both,
        }


def jax_calls(x, z, threads):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_platforms", "cpu")
    if x.itemsize == 8:
        jax.config.update("jax_enable_x64", True)
    jx, jz = jnp.asarray(x), jnp.asarray(z)

    # The stable form, as Optax writes it, with the positive weight.
    def loss(a, b):
        return (1 - b) * a + (1 + (Q - 1) * b) * (
            jnp.log1p(jnp.exp(-jnp.abs(a))) + jnp.maximum(-a, 0))

    compiled = jax.jit(loss)
    mean = jax.jit(lambda a, b: loss(a, b).mean())
    both = jax.jit(jax.value_and_grad(lambda a, b: loss(a, b).mean()))
    import numpy as np

    def run_both():
        value, gradient = both(jx, jz)
        return float(value), np.asarray(gradient.block_until_ready())

    yield f"JAX {jax.__version__} jit", {
        "loss": lambda: np.asarray(compiled(jx, jz).block_until_ready()),
        "mean": lambda: float(mean(jx, jz)),
        "mean+gradient": run_both,
    }


# TensorFlow last: PyTorch's compiler brings an LLVM that does not load after TensorFlow's.
PEERS = torch_calls, jax_calls, tensorflow_calls
