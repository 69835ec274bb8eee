# SPDX-License-Identifier: Apache-2.0
"""One call of the library: from the arguments of a function to its results."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numpy import empty, ndarray

from ._arrays import FLOATS, check_output, inputs, store
from ._floating_point import report_overflow
from ._layout import arranged, output
from ._native import LOSS_WITH_GRADIENT, VALUE
from ._native import evaluate as compute
from ._options import Options
from ._positive_weight import PositiveWeight, positive_weight


def evaluate(
    operation: int,
    options: Options,
    targets: npt.ArrayLike,
    logits: npt.ArrayLike,
    pos_weight: PositiveWeight,
    weights: npt.ArrayLike | None = None,
    out: Any = None,
    gradient_out: Any = None,
    function: str | None = None,
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
    # The usual case needs no conversion.
    if not (
        type(x) is type(z) is ndarray
        and x.dtype is z.dtype
        and x.dtype in FLOATS
        and x.shape == z.shape
        and (w is None or (type(w) is ndarray and w.dtype is x.dtype and w.shape == x.shape))
    ):
        z, x, w = inputs(z, x, w, label, target_name)
    shape, dtype = x.shape, x.dtype
    if type(q) is not float or options.has_axis:
        q, axis = positive_weight(q, options, shape, dtype)
    # Row-major arrays, the usual case, are used as they are.
    if not (
        x.flags.carray
        and z.flags.carray
        and (w is None or w.flags.carray)
        and (type(q) is float or q.flags.carray)
    ):
        order, z, x, w, q, axis = arranged(z, x, w, q, axis)
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
    value, overflows = compute(
        operation, z, x, w, memory, gradient_memory, q, axis, options.settings
    )
    if value is not None:
        result = dtype.type(value)
    if overflows:
        # A masked element raises the processor's flag too, but its result is 0.
        overflows = not all(np.isfinite(a).all() for a in (result, gradient) if a is not None)
    if out is not None and result is not out:
        overflows |= store(result, out)
        result = out
    if gradient_out is not None and gradient is not gradient_out:
        overflows |= store(gradient, gradient_out)
        gradient = gradient_out
    if not shape:
        # NumPy scalars, as NumPy's operations return them.
        result = result if result is None or out is not None else result[()]
        gradient = gradient if gradient is None or gradient_out is not None else gradient[()]
    if overflows and function is not None:
        report_overflow(options.name or function)
    return result, gradient
