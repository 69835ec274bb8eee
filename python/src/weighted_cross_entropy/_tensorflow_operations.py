# SPDX-License-Identifier: Apache-2.0
"""The loss as operations of TensorFlow, whose kernels are the library's, and as the formula."""

from __future__ import annotations

import functools
import importlib.util
import warnings
from typing import Any

import tensorflow as tf

CODES = {"none": 0, "sum": 1, "mean": 2}
_NAME = "WeightedCrossEntropy"


def formula(z: Any, x: Any, q: Any, w: Any, code: int) -> Any:
    """The losses or their reduction.

    Derivatives of every order are exact at 0 too, as those of abs are not.
    """
    if w is not None:
        is_masked = tf.equal(w, 0)
        z, x = (tf.where(is_masked, tf.zeros_like(t), t) for t in (z, x))
    # `MulNoNan` of y = 0 is 0, also for an infinite x.
    negative, positive = 1 - z, tf.raw_ops.MulNoNan(x=q, y=z)
    # e^-|x|. At 0 its derivative is the one from the right, and so is that of the slope.
    is_below = x < 0
    e = tf.exp(tf.where(is_below, x, -x))
    slope = tf.where(is_below, -positive, negative)
    losses = tf.raw_ops.MulNoNan(x=x, y=slope) + (negative + positive) * tf.math.log1p(e)
    losses = losses if w is None else losses * w
    return (tf.identity, tf.reduce_sum, tf.reduce_mean)[code](losses)


def compute(z: Any, x: Any, q: Any, w: Any, code: int, name: str | None) -> Any:
    """The losses or their reduction by the library; None if it does not compute these tensors.

    In a graph the gradient is computed beside the loss if a tape asks for it while the graph is
    built, else in the backward pass.
    """
    if not _is_for_library(z, x, q, w):
        return None
    if code != CODES["none"] and sum(length != 1 for length in q.shape.as_list()) > 1:
        return None
    if w is not None and w.shape.as_list() != x.shape.as_list():
        w = tf.broadcast_to(w, tf.shape(x))
    ws = [] if w is None else [w]
    if _records([z, q, *ws]):
        return None
    options = {"reduction": code, "threads": tf.config.threading.get_intra_op_parallelism_threads()}
    loss, with_gradient = _functions(code)
    if not _records([x]):
        return loss(z, x, q, ws, name=name, **options)
    if not tf.executing_eagerly():
        return with_gradient(z, x, q, ws, name=name, **options)[0]

    @tf.custom_gradient
    def recorded(x: Any) -> Any:
        value, gradient = with_gradient(z, x, q, ws, **options)
        scaled = _library().weighted_cross_entropy_scaled_gradient
        return value, lambda upstream: scaled(upstream, gradient, z, x, q, ws, **options)

    return recorded(x)


def _is_for_library(z: Any, x: Any, q: Any, w: Any) -> bool:
    tensors = [t for t in (z, x, q, w) if t is not None]
    return (
        x.dtype in (tf.float32, tf.float64)
        and all(isinstance(t, tf.Tensor) and t.dtype == x.dtype for t in tensors)
        and all(_fits(t.shape, x.shape) for t in tensors[2:])
        and _is_on_cpu(tensors)
        and _library() is not None
    )


def _fits(own: tf.TensorShape, whole: tf.TensorShape) -> bool:
    """Whether it is known that a shape broadcasts to that of the logits."""
    if own.rank in (None, 0):
        return own.rank == 0
    if whole.rank is None or own.rank > whole.rank:
        return False
    lengths = zip(own.as_list(), whole.as_list()[-own.rank :], strict=True)
    return all(a in (1, b) for a, b in lengths)


def _is_on_cpu(tensors: list[Any]) -> bool:
    """Whether the operation runs on the CPU. Compiled programs and other devices have no kernel."""
    if tf.executing_eagerly():
        return not _has_accelerators() or all("CPU" in t.device for t in tensors)
    if _is_compiled(tf.compat.v1.get_default_graph()):
        return False
    return not _has_accelerators() or all("CPU" in t.device.upper() for t in tensors[:2])


@functools.cache
def _has_accelerators() -> bool:
    return any(device.device_type != "CPU" for device in tf.config.list_physical_devices())


def _functions(code: int) -> tuple[Any, Any]:
    """The operation, and the one that computes the gradient too."""
    library, name = _library(), "value" if code else "loss"
    return (
        getattr(library, f"weighted_cross_entropy_{name}"),
        getattr(library, f"weighted_cross_entropy_{name}_with_gradient"),
    )


@functools.cache
def _library() -> Any:
    """TensorFlow's functions for the operations, or None."""
    try:
        spec = importlib.util.find_spec("weighted_cross_entropy._tensorflow")
        library = tf.load_op_library(spec.origin)  # type: ignore[union-attr]
        if not hasattr(library, "weighted_cross_entropy_loss"):
            raise RuntimeError("it does not have the functions for C that the kernels need")
    except Exception as error:
        warnings.warn(
            f"weighted_cross_entropy.tensorflow computes in TensorFlow's operations: {error}",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    return library


def _of(inputs: list[Any], code: int) -> Any:
    """The formula of an operation's inputs."""
    z, x, q, *w = inputs
    return formula(z, x, q, w[0] if w else None, code)


def _loss_gradient(op: Any, upstream: Any, *_: Any) -> list[Any]:
    """The gradients of a loss. Those that nothing needs are no part of the program."""
    z, x, q, *w = op.inputs
    code, options = op.get_attr("reduction"), {"threads": op.get_attr("threads")}
    if len(op.outputs) == 2:
        gradient = op.outputs[1]
    else:
        _, with_gradient = _functions(1)
        # That of each loss is that of the sum.
        _, gradient = with_gradient(z, x, q, w, reduction=code or CODES["sum"], **options)
    scaled = _library().weighted_cross_entropy_scaled_gradient
    in_x = scaled(upstream, gradient, z, x, q, w, reduction=code, **options)
    with tf.GradientTape() as tape:
        tape.watch([z, q, *w])
        value = _of([z, x, q, *w], code)
    in_z, in_q, *in_w = tape.gradient(value, [z, q, *w], upstream)
    return [in_z, in_x, in_q, *in_w]


def _scaled_gradient_gradient(op: Any, upstream: Any) -> list[Any]:
    """The gradients of the gradient, by the formula. The inputs tell it, not the one computed."""
    factor, _, *inputs = op.inputs
    watched = [factor, *inputs]
    with tf.GradientTape() as outer:
        outer.watch(watched)
        with tf.GradientTape() as inner:
            inner.watch(inputs[1])
            value = _of(inputs, op.get_attr("reduction"))
        in_x = inner.gradient(value, inputs[1], factor)
    in_factor, *others = outer.gradient(in_x, watched, upstream)
    return [in_factor, None, *others]


def _vectorized(pfor_input: Any) -> Any:
    """An operation under `tf.vectorized_map`, in TensorFlow's operations."""
    inputs = [pfor_input.input(i) for i in range(pfor_input.num_inputs)]
    code, is_gradient = pfor_input.get_attr("reduction"), "Scaled" in pfor_input.op_type
    has_gradient = len(pfor_input.outputs) == 2

    def one(stacked: Any) -> Any:
        slices = iter(stacked)
        given = [next(slices) if is_stacked else tensor for tensor, is_stacked, _ in inputs]
        if is_gradient:
            return [given[0] * given[1]]
        if not has_gradient:
            return [_of(given, code)]
        with tf.GradientTape() as tape:
            tape.watch(given[1])
            value = _of(given, code)
        return [value, tape.gradient(value, given[1])]

    results = tf.vectorized_map(one, [tensor for tensor, is_stacked, _ in inputs if is_stacked])
    return [_pfor.wrap(result, True) for result in results]


for _suffix in ("Loss", "LossWithGradient", "Value", "ValueWithGradient"):
    tf.RegisterGradient(f"{_NAME}>{_suffix}")(_loss_gradient)
tf.RegisterGradient(f"{_NAME}>ScaledGradient")(_scaled_gradient_gradient)

# TensorFlow has no public functions for these. Without the first two the formula computes, and
# without the third `tf.vectorized_map` is a loop.
try:
    from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext as _is_compiled
except ImportError:
    _is_compiled = lambda graph: True
try:
    from tensorflow.python.eager.record import should_record_backprop as _records
except ImportError:
    _records = lambda tensors: True
try:
    from tensorflow.python.ops.parallel_for import pfor as _pfor
except ImportError:
    pass
else:
    for _suffix in ("Loss", "LossWithGradient", "Value", "ValueWithGradient", "ScaledGradient"):
        _pfor.RegisterPFor(f"{_NAME}>{_suffix}")(_vectorized)

# Saved models need the operations before a call does.
_library()
