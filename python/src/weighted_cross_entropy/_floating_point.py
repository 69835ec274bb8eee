# SPDX-License-Identifier: Apache-2.0
"""Overflow as NumPy's operations report it: `numpy.errstate(over=...)` chooses the action."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np

# The flag that NumPy passes to the function of `numpy.seterrcall`.
_OVERFLOW_FLAG = 2


# The frames from `report_overflow` to the caller of the package.
_STACK_LEVEL = 4


def report_overflow(operation: str) -> None:
    """Warns, raises or calls as `numpy.geterr()` says.

    Raises:
        FloatingPointError: The action is "raise".
        NameError: The action is "call" or "log" and `numpy.seterrcall` set nothing, as in NumPy.
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
        if handler is None:
            subject, needed = ("log", "object with write method")
            if action == "call":
                subject, needed = "python callback", "function"
            raise NameError(
                f"{subject} specified for overflow (in {operation}) but no {needed} found."
            )
        if action == "call":
            handler("overflow", _OVERFLOW_FLAG)
        else:
            handler.write(f"Warning: {message}\n")
