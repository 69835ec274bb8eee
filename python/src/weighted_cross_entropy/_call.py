# SPDX-License-Identifier: Apache-2.0
"""One call of the library: from the arguments of a function to its results."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from numpy import empty, ndarray

from ._arrays import FLOAT32, FLOAT64, check_apart, check_output, half, inputs, is_finite, store
from ._device_arrays import HOST, is_on_gpu
from ._device_arrays import evaluate as evaluate_on_gpu
from ._floating_point import report_overflow
from ._foreign import adopted, adopted_output, adopted_weight, check_labels, is_foreign, returned
from ._layout import arranged, output
from ._native import LOSS_WITH_GRADIENT, VALUE
from ._native import evaluate as compute
from ._options import Options
from ._positive_weight import PositiveWeight, positive_weight


def evaluate(
    operation: int,
    function: str | None,
    options: Options,
    targets: npt.ArrayLike,
    logits: npt.ArrayLike,
    pos_weight: PositiveWeight,
    weights: npt.ArrayLike | None = None,
    out: Any = None,
    gradient_out: Any = None,
    target_name: str = "targets",
) -> tuple[Any, Any]:
    """Computes an operation of the extension module.

    An overflow is reported under the name in the options, or that of `function`. Without
    `function` it is not: the adapters' libraries know no `numpy.errstate`.

    Returns:
        The result, and the gradient if the operation computes one beside it, else None.
    """
    z: Any = targets
    x: Any = logits
    w: Any = weights
    q: Any = pos_weight
    label, axis, order = options.label, -1, None
    is_plain = is_adopted = False
    # The usual case needs no conversion.
    if type(x) is ndarray and type(z) is ndarray and (w is None or type(w) is ndarray):
        shape, dtype = x.shape, x.dtype
        is_plain = (dtype is FLOAT64 or dtype is FLOAT32) and z.dtype is dtype and z.shape == shape
        if w is not None:
            is_plain = is_plain and w.dtype is dtype and w.shape == shape
    if not (is_plain and type(q) in HOST):
        if any(map(is_on_gpu, (x, z, w, q))):
            return evaluate_on_gpu(
                operation, options, z, x, q, w, out, gradient_out, target_name=target_name
            )
        is_adopted = any(map(is_foreign, (x, z, w, q)))
        if is_adopted:
            check_labels(options, {"logits": x, target_name: z, "weights": w}, q)
            outputs = out, gradient_out
            z, x, w, q = adopted(z), adopted(x), adopted(w), adopted_weight(q)
            out, gradient_out = adopted_output(out, label), adopted_output(gradient_out, label)
    if out is not None and gradient_out is not None:
        check_apart(out, gradient_out, label)
    if not is_plain:
        z, x, w = inputs(z, x, w, label, target_name)
        shape, dtype = x.shape, x.dtype
    if type(q) is not float or options.has_axis:
        q, axis = positive_weight(q, options, shape, FLOAT64 if dtype is FLOAT64 else FLOAT32)
    if not x.flags.c_contiguous:
        order, z, x, w, q, axis = arranged(z, x, w, q, axis)
    computed = None
    while computed is None:
        result: Any = None
        gradient: Any = None
        memory = gradient_memory = None
        if operation <= LOSS_WITH_GRADIENT:
            if out is None and order is None:
                memory = result = empty(shape, dtype)
            else:
                memory, result = output(out, shape, dtype, order, label)
        elif out is not None:
            check_output(out, (), dtype, label)
        if operation >= LOSS_WITH_GRADIENT and operation != VALUE:
            gradient_memory, gradient = output(gradient_out, shape, dtype, order, label)
        computed = compute(operation, z, x, w, memory, gradient_memory, q, axis, options.settings)
        if computed is None:
            # An input is not row-major, or not aligned.
            order, z, x, w, q, axis = arranged(z, x, w, q, axis)
    value, overflows = computed
    if value is not None:
        result = dtype.type(value) if type(value) is float else half(value, dtype)
    if overflows:
        # A masked element raises the processor's flag too, but its result is 0.
        overflows = not all(is_finite(a) for a in (result, gradient) if a is not None)
    if out is not None and result is not out:
        overflows |= store(result, out)
        result = out
    if gradient_out is not None and gradient is not gradient_out:
        overflows |= store(gradient, gradient_out)
        gradient = gradient_out
    if is_adopted:
        # A closure over a variable would slow down every call.
        result = returned(result, logits) if outputs[0] is None else outputs[0]
        gradient = returned(gradient, logits) if outputs[1] is None else outputs[1]
    elif not shape:
        # NumPy scalars, as NumPy's operations return them.
        result = result if result is None or out is not None else result[()]
        gradient = gradient if gradient is None or gradient_out is not None else gradient[()]
    if overflows and function is not None:
        report_overflow(options.label if options.name else function)
    return result, gradient
