# SPDX-License-Identifier: Apache-2.0
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


def are_finite(*results: float | npt.NDArray[Any] | None) -> bool:
    """Whether an overflow left no trace: one of an element that a weight of 0 masks raises the processor's flag too."""
    return all(result is None or bool(np.all(np.isfinite(result))) for result in results)


def report_overflow(operation: str) -> None:
    """Warns, raises or calls as `numpy.geterr()` says.

    Raises:
        FloatingPointError: The action is "raise".
        NameError: The action is "call" or "log" and nothing was given to `numpy.seterrcall`, as in NumPy.
    """
    action = np.geterr()["over"]
    if action == "ignore":
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
