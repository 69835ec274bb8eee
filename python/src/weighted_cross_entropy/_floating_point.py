"""Overflow as NumPy's operations treat it: what `numpy.errstate(over=...)` asks for."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

# What `numpy.seterrcall` says a function of its is called with.
_OVERFLOW_FLAG = 2

# From where a warning is reported up to the caller of the package: through the call and the public function.
_STACK_LEVEL = 4


def report_overflow(operation: str, *results: float | npt.NDArray[Any] | None) -> None:
    """Warns, raises or calls as `numpy.geterr()` says, where one of the results is infinite or NaN.

    The processor's flag alone does not say so: an overflow of an element that a weight of 0 masks raises it too.

    Raises:
        FloatingPointError: The action is "raise".
        NameError: The action is "call" or "log" and nothing was given to `numpy.seterrcall`, as in NumPy.
    """
    action = np.geterr()["over"]
    if action == "ignore" or all(result is None or np.all(np.isfinite(result)) for result in results):
        return
    message = f"overflow encountered in {operation}"
    if action == "warn":
        warnings.warn(message, RuntimeWarning, stacklevel=_STACK_LEVEL)
    elif action == "raise":
        raise FloatingPointError(message)
    elif action == "print":
        print(f"Warning: {message}", file=sys.stderr)
    else:
        handler: Any = np.geterrcall()
        if action == "call":
            if handler is None:
                raise NameError(f"python callback specified for overflow (in {operation}) but no function found.")
            handler("overflow", _OVERFLOW_FLAG)
        else:
            if handler is None:
                raise NameError(f"log specified for overflow (in {operation}) but no object with write method found.")
            handler.write(f"Warning: {message}\n")
