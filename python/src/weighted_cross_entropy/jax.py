# SPDX-License-Identifier: Apache-2.0
"""The loss for JAX, as an operation of the compiled program.

    >>> import jax, jax.numpy as jnp
    >>> import weighted_cross_entropy.jax as wce
    >>> targets, logits = jnp.array([1.0, 0.5, 0.0]), jnp.array([1.5, -0.1, -10.0])
    >>> mean = lambda x: wce.loss(targets, x, pos_weight=1.5, reduction="mean")
    >>> jax.grad(mean)(logits)[:2].round(6)
    Array([-0.091213, -0.052075], dtype=float32)

On one device, a CPU or an NVIDIA GPU, and inside `jax.shard_map`, XLA calls the library. A value
and its gradient are one call. Elsewhere the loss is the same formula in JAX's operations: on other
platforms, on GPUs for positive weights along several axes, and in a program that XLA itself
partitions over several devices, so that sharded arrays are not gathered.

All transformations work, to every order: `jit`, `grad`, `jvp`, `hessian`, `vmap`, `scan`,
`checkpoint`, `shard_map`. All arguments that are arrays may be traced and have derivatives.
"""

from __future__ import annotations

import math
import operator
import re
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from . import _frameworks, _native
from ._options import Options, Reduction

__all__ = ["loss"]

# The name of the custom call in compiled and exported programs.
_TARGET = "weighted_cross_entropy"


def loss(
    targets: jax.typing.ArrayLike,
    logits: jax.typing.ArrayLike,
    pos_weight: jax.typing.ArrayLike = 1.0,
    *,
    weights: jax.typing.ArrayLike | None = None,
    reduction: Reduction = "none",
    axis: int | None = None,
    label_smoothing: float = 0.0,
    threads: int | None = None,
) -> jax.Array:
    """The loss of each element, or its sum or mean, as `weighted_cross_entropy.loss` has it.

    The arrays are broadcast to one shape and promoted to one floating-point type, as by JAX's
    operations. float16 and bfloat16 are computed in float32 and rounded.

    Args:
        targets: z, usually in [0, 1].
        logits: x. Infinite logits give the limits.
        pos_weight: q. A Python number or a NumPy array must be finite and at least 0; the values of
            JAX arrays are not checked.
        weights: w, or None. A weight of 0 masks an element, even a NaN.
        reduction: "none", "sum", "mean" or "weighted_mean". Other than the sum or mean of the
            losses, it computes value and gradient in one pass. The mean of no elements is NaN.
        axis: The axis of the logits that `pos_weight` has one weight for each index of; None
            broadcasts it.
        label_smoothing: s in [0, 1], a Python number.
        threads: The maximum number of threads; None is the number of processors.

    Returns:
        The losses `w ((1 - z) softplus(x) + q z softplus(-x))`, or their reduction.

    Raises:
        ValueError: The shapes do not broadcast, or a number is out of its range.
        TypeError: An argument holds no real numbers.
        numpy.exceptions.AxisError: The logits have no such axis.
    """
    options = Options(reduction=reduction, label_smoothing=label_smoothing, threads=threads)
    x, z, q = jnp.asarray(logits), jnp.asarray(targets), jnp.asarray(pos_weight)
    w = None if weights is None else jnp.asarray(weights)
    # A Python number takes the type of the arrays; integers alone take the default type.
    dtype = jnp.result_type(*(a for a in (x, z, q, w) if a is not None), 1.0)
    if not jnp.issubdtype(dtype, jnp.floating):
        raise TypeError(f"{options.label}: the arguments must hold real numbers, received {dtype}")
    if not isinstance(pos_weight, jax.Array):
        is_double = dtype == jnp.float64
        known = np.asarray(pos_weight, np.float64)
        with np.errstate(over="ignore"):
            array = known.ravel().astype(np.float64 if is_double else np.float32)
        options.check(array if known.ndim else float(known), is_double)
    if axis is not None:
        q = _along(q, axis, x.shape, options.label)
    _, smoothing, native_threads, _ = options.settings
    return _loss(  # type: ignore[no-any-return]
        z, x, q, w, dtype=dtype, reduction=reduction, smoothing=smoothing, threads=native_threads
    )


def _along(q: jax.Array, axis: int, shape: tuple[int, ...], label: str) -> jax.Array:
    """The positive weights with as many axes as the logits."""
    axis, rank = operator.index(axis), len(shape)
    if not -rank <= axis < rank:
        raise np.exceptions.AxisError(axis, rank)
    if q.ndim == 0:
        return q
    if q.shape != (shape[axis],):
        raise ValueError(
            f"{label}: there must be one pos_weight for each class along axis {axis} of logits "
            f"of shape {shape}, received the shape {q.shape}"
        )
    return q.reshape([-1 if i == axis % rank else 1 for i in range(rank)])


@partial(jax.jit, static_argnames=("dtype", "reduction", "smoothing", "threads"))
def _loss(
    z: Any, x: Any, q: Any, w: Any, *, dtype: Any, reduction: str, smoothing: float, threads: int
) -> Any:
    computing = jnp.float64 if dtype == jnp.float64 else jnp.float32
    shape = jnp.broadcast_shapes(*(a.shape for a in (z, x, q, w) if a is not None))
    z, x, *weights = (
        jnp.broadcast_to(a, shape).astype(computing) for a in (z, x, w) if a is not None
    )
    q = q.reshape((1,) * (len(shape) - q.ndim) + q.shape).astype(computing)
    # The library reduces elements whose positive weights vary along one axis.
    is_reduced = reduction != "none" and sum(length != 1 for length in q.shape) <= 1
    kind = "none" if not is_reduced else "sum" if reduction == "weighted_mean" else reduction
    (result,) = _operation.bind(
        z, x, q, *weights, with_gradient=False, reduction=kind, batch=0, smoothing=smoothing,
        threads=threads,
    )  # fmt: skip
    if not is_reduced and reduction != "none":
        result = result.mean() if reduction == "mean" else result.sum()
    if reduction == "weighted_mean":
        result /= weights[0].sum() if weights else z.size
    return result.astype(dtype)


# The operation as a primitive of JAX, so that each platform has its own implementation and the
# transformations have rules. The operands are targets, logits, positive weights (of the same rank,
# each axis of the same length or of length 1) and, perhaps, weights. The parameters are
# `with_gradient`: whether the gradient is a second result; `reduction`: "none", or "sum" or "mean"
# over all axes but the first `batch`; `smoothing` and `threads`.
_operation = Primitive("weighted_cross_entropy")
_operation.multiple_results = True
_operation.def_impl(
    jax.jit(
        _operation.bind,
        static_argnames=("with_gradient", "reduction", "batch", "smoothing", "threads"),
    )
)


def _formula(
    z: Any, x: Any, q: Any, *weights: Any,
    with_gradient: bool, reduction: str, batch: int, smoothing: float, threads: int,
) -> list[Any]:  # fmt: skip
    """The operation in JAX's operations. Its derivatives of every order are exact at 0 too."""
    z = z * (1 - smoothing) + smoothing / 2
    if weights:
        is_masked = weights[0] == 0
        z, x = jnp.where(is_masked, 0, z), jnp.where(is_masked, 0, x)
    negative, positive = 1 - z, q * z
    # e^-|x|. At 0 its derivative is the one from the right, and so is that of the slope.
    is_below = x < 0
    e = jnp.exp(jnp.where(is_below, x, -x))
    slope = jnp.where(is_below, -positive, negative)
    # An infinite logit costs nothing if its coefficient is 0.
    finite = jnp.where((slope == 0) & jnp.isinf(x), 0, x)
    losses = slope * finite + (negative + positive) * jnp.log1p(e)
    losses = losses * weights[0] if weights else losses
    axes = tuple(range(batch, x.ndim))
    value = losses if reduction == "none" else getattr(jnp, reduction)(losses, axes)
    if not with_gradient:
        return [value]
    gradient = jnp.where(is_below, negative * e - positive, negative - positive * e) / (1 + e)
    gradient = gradient * weights[0] if weights else gradient
    count = math.prod(x.shape[batch:])
    return [value, gradient / count if reduction == "mean" else gradient]


def _abstract(*operands: Any, **parameters: Any) -> Any:
    """The types of the results, which the formula has in every kind of mesh."""
    return jax.make_jaxpr(partial(_formula, **parameters))(*operands).out_avals


_operation.def_abstract_eval(_abstract)


def _tangents(primals: Any, tangents: Any, moving: list[int], **parameters: Any) -> Any:
    """The tangents of the results, by the formula, from those of the `moving` operands."""

    def function(*values: Any) -> Any:
        operands = list(primals)
        for index, value in zip(moving, values, strict=True):
            operands[index] = value
        return _formula(*operands, **parameters)

    return jax.jvp(function, [primals[i] for i in moving], [tangents[i] for i in moving])[1]


def _jvp(primals: Any, tangents: Any, *, with_gradient: bool, **parameters: Any) -> Any:
    moving = [i for i, tangent in enumerate(tangents) if not isinstance(tangent, ad.Zero)]
    if with_gradient or 1 not in moving:
        results = _operation.bind(*primals, with_gradient=with_gradient, **parameters)
        parameters |= {"with_gradient": with_gradient}
        return results, _tangents(primals, tangents, moving, **parameters)
    # The usual case: value and gradient in one call.
    value, gradient = _operation.bind(*primals, with_gradient=True, **parameters)
    change = gradient * tangents[1]
    if parameters["reduction"] != "none":
        change = change.sum(tuple(range(parameters["batch"], change.ndim)))
    moving.remove(1)
    if moving:
        change += _tangents(primals, tangents, moving, with_gradient=False, **parameters)[0]
    return [value], [change]


ad.primitive_jvps[_operation] = _jvp


def _batched(operands: Any, axes: Any, *, batch: int, **parameters: Any) -> Any:
    """The operation with one more axis in front."""
    sizes = (a.shape[axis] for a, axis in zip(operands, axes, strict=True) if axis is not None)
    size = next(sizes)
    moved = [
        jnp.moveaxis(operand, axis, 0)
        if axis is not None
        else operand[None] if index == 2 else jnp.broadcast_to(operand, (size, *operand.shape))
        for index, (operand, axis) in enumerate(zip(operands, axes, strict=True))
    ]  # fmt: skip
    results = _operation.bind(*moved, batch=batch + 1, **parameters)
    return results, [0] * len(results)


batching.primitive_batchers[_operation] = _batched

_lower_formula = mlir.lower_fun(_formula, multiple_results=True)
mlir.register_lowering(_operation, _lower_formula)


def _lower(
    ctx: mlir.LoweringRuleContext, *operands: Any, on_gpu: bool = False, **parameters: Any
) -> Any:
    """A custom call, unless XLA partitions the program: it would gather the operands for it."""
    context = ctx.module_context.axis_context
    if isinstance(context, mlir.SPMDAxisContext):
        is_whole = set(context.manual_axes) == set(context.mesh.axis_names)
    else:
        is_whole = isinstance(context, mlir.ShardingContext) and context.num_devices == 1
    if not is_whole or (on_gpu and not _is_for_gpu(ctx.avals_in, **parameters)):
        return _lower_formula(ctx, *operands, **parameters)
    attributes = {
        "with_gradient": np.int64(parameters["with_gradient"]),
        "reduction": np.int64(_native.REDUCTIONS[parameters["reduction"]]),
        "batch": np.int64(parameters["batch"]),
        "smoothing": np.float64(parameters["smoothing"]),
        "threads": np.int64(parameters["threads"]),
    }
    return jax.ffi.ffi_lowering(_TARGET)(ctx, *operands, **attributes)


def _is_for_gpu(operands: Any, *, reduction: str, batch: int, **_: Any) -> bool:
    """Whether the library takes it on a GPU: elements, and positive weights along one axis."""
    _, x, q, *_ = operands
    has_elements = all(isinstance(length, int) and length > 0 for length in x.shape)
    has_one_axis = sum(length != 1 for length in q.shape) <= 1
    return has_elements and has_one_axis and (reduction == "none" or batch == 0)


def evaluate_on_gpu(
    operation: int,
    options: Options,
    arrays: list[jax.Array],
    q: Any,
    q_shape: tuple[int, ...],
    shape: tuple[int, ...],
) -> tuple[Any, Any]:
    """An operation of `_native` on targets, logits and, perhaps, weights on a GPU.

    `shape` is that of the logits or one axis, and `q_shape` as in `_frameworks.compute_cuda`.
    """
    code, smoothing, *_ = options.settings
    return _call_on_gpu(  # type: ignore[no-any-return]
        arrays, q, operation=operation, code=code, smoothing=smoothing, q_shape=q_shape, shape=shape
    )


@partial(jax.jit, static_argnames=("operation", "code", "smoothing", "q_shape", "shape"))
def _call_on_gpu(
    arrays: Any, q: Any, *, operation: int, code: int, smoothing: float, q_shape: Any, shape: Any
) -> tuple[Any, Any]:
    _, x, *_ = arrays
    is_value = operation >= _native.VALUE_WITH_GRADIENT
    types = [jax.ShapeDtypeStruct(() if is_value else shape, x.dtype)]
    if with_gradient := operation in (_native.LOSS_WITH_GRADIENT, _native.VALUE_WITH_GRADIENT):
        types.append(jax.ShapeDtypeStruct(shape, x.dtype))
    attributes: dict[str, Any] = {
        "with_gradient": np.int64(with_gradient), "reduction": np.int64(code),
        "batch": np.int64(0), "smoothing": np.float64(smoothing), "threads": np.int64(0),
    }  # fmt: skip
    if _native.GRADIENT <= operation <= _native.POSITIVE_WEIGHT_DERIVATIVE:
        attributes["operation"] = np.int64(operation)
    if 0 in shape:
        results: Any = [jnp.zeros(one.shape, one.dtype) for one in types]
    else:
        z, x, *weights = (a.reshape(shape) for a in arrays)
        kind = jnp.float64 if x.dtype == jnp.float64 else jnp.float32
        q = jnp.asarray(q, kind).reshape(q_shape)
        results = jax.ffi.ffi_call(_TARGET, types)(z, x, q, *weights, **attributes)
    value, *gradients = results
    value = value if is_value else value.reshape(arrays[1].shape)
    return value, gradients[0].reshape(arrays[1].shape) if gradients else None


def _register() -> None:
    """Registers the library with XLA, unless its interface has another major version.

    A handler that XLA refuses later, when it creates its CPU client, would disable that client.
    """
    try:
        header = Path(jax.ffi.include_dir(), "xla", "ffi", "api", "c_api.h").read_text()
        if not re.search(r"#define XLA_FFI_API_MAJOR 0$", header, re.MULTILINE):
            raise RuntimeError("unknown version of XLA's foreign function interface")
        jax.ffi.register_ffi_target(_TARGET, _frameworks.xla_handler(False), platform="cpu")
        mlir.register_lowering(_operation, _lower, platform="cpu")
        jax.ffi.register_ffi_target(_TARGET, _frameworks.xla_handler(True), platform="CUDA")
        mlir.register_lowering(_operation, partial(_lower, on_gpu=True), platform="cuda")
    except Exception as error:
        warnings.warn(
            f"weighted_cross_entropy.jax computes in JAX's operations: {error}",
            RuntimeWarning,
            stacklevel=2,
        )


_register()
