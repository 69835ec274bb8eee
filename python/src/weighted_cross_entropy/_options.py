# SPDX-License-Identifier: Apache-2.0
"""The options of a call: one frozen object for the NumPy functions and for the adapters."""

from __future__ import annotations

import operator
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, TypedDict

import numpy as np

from . import _native

Reduction: TypeAlias = Literal["none", "sum", "mean", "weighted_mean"]

DEFAULT_NAME: Final = "logistic_loss"

_SHORT_ESCAPES: Final = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}

# More than any machine has.
_MAXIMUM_THREADS = 1 << 30


class Broadcast:
    """As `Options.axis`: the positive weight is broadcast to the shape of the logits."""


class Keywords(TypedDict, total=False):
    """The keyword arguments that every function passes on to `Options`."""

    axis: int | None
    label_smoothing: float
    threads: int | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Options:
    """What a call has beside its arrays.

    The constructor checks types. The library checks the ranges of numbers: at each call, and in
    `check`.
    """

    reduction: str = "none"
    axis: int | type[Broadcast] | None = None
    label_smoothing: float = 0.0
    threads: int | None = None
    name: str | None = None

    #: The options as the extension module takes them.
    settings: tuple[int, float, int, str | None] = field(init=False, repr=False, compare=False)

    #: Whether there is an axis to check.
    has_axis: bool = field(init=False, repr=False, compare=False)

    #: The name of the operation in error messages.
    label: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        label = DEFAULT_NAME if self.name is None else _label(self.name)
        code = _native.REDUCTIONS.get(self.reduction) if isinstance(self.reduction, str) else None
        if code is None:
            known = ", ".join(map(repr, _native.REDUCTIONS))
            raise ValueError(
                f"{label}: reduction must be one of {known}, received {self.reduction!r}"
            )
        smoothing, threads = self.label_smoothing, 0
        if type(smoothing) is not float:
            smoothing = _number(smoothing, "label_smoothing", label)
        if self.threads is not None:
            threads = operator.index(self.threads)
            if threads < 1:
                raise ValueError(
                    f"{label}: the number of threads must be at least 1, received {threads}"
                )
        settings = code, smoothing, min(threads, _MAXIMUM_THREADS), self.name or None
        object.__setattr__(self, "settings", settings)
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "has_axis", self.axis is not None and self.axis is not Broadcast)

    def check(self, pos_weight: Any, is_double: bool = True) -> None:
        """Checks the ranges of numbers: of the options and of a positive weight."""
        if type(pos_weight) is not float:
            pos_weight = np.array(pos_weight, order="C")
        _native.check(is_double, pos_weight, self.settings)


# The types of values that never change; `type` is that of `Broadcast`.
_PLAIN = frozenset({float, int, str, type, type(None), np.float32, np.float64, np.int32, np.int64})
_MAXIMUM_KNOWN = 256
_known: dict[tuple[Any, ...], Options] = {}


def options_of(
    reduction: Any,
    axis: int | type[Broadcast] | None,
    label_smoothing: float,
    threads: int | None,
    name: str | None,
) -> Options:
    """The options of a function's arguments. Those of plain values are validated once."""
    # Values of different types are different options: threads=1.0 is an error.
    kinds = type(axis), type(label_smoothing), type(threads)
    key = reduction, axis, label_smoothing, threads, name, kinds
    try:
        if (known := _known.get(key)) is not None:
            return known
    except TypeError:
        pass  # A value without a hash.
    options = Options(reduction, axis, label_smoothing, threads, name)
    if _PLAIN.issuperset((type(reduction), type(name), *kinds)):
        if len(_known) >= _MAXIMUM_KNOWN:
            _known.clear()
        _known[key] = options
    return options


def _number(value: Any, argument: str, label: str) -> float:
    """The value as a float. A string is an error, though `float` reads it."""
    if not (hasattr(value, "__float__") or hasattr(value, "__index__")):
        raise TypeError(f"{label}: {argument} must be a number, received {type(value).__name__}")
    return float(value)


def _label(name: Any) -> str:
    """What messages call an operation with this name; an empty name is the default.

    Control and format characters are escaped, as in the messages of the library.
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be a string or None, received {type(name).__name__}")
    if "\0" in name:
        raise ValueError(f"name must not contain a null character, received {name!r}")
    return "".join(map(_escaped, name)) or DEFAULT_NAME


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp"):
        return character
    code = ord(character)
    width = 2 if code < 0x80 else 4 if code < 0x10000 else 8
    return _SHORT_ESCAPES.get(character, f"\\u{{{code:0{width}X}}}")
