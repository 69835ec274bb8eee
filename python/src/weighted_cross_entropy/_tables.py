# SPDX-License-Identifier: Apache-2.0
"""Tables of the library from data frames, arrays and Arrow streams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _linear

if TYPE_CHECKING:
    from ._linear import Handle

MISSING = {"error": 0, "mean": 1, "drop": 2}
RARE = {"error": 0, "other": 1}
UNSEEN = {"error": 0, "zero": 1}


@dataclass(frozen=True)
class Training:
    """The options of a fit and of a study."""

    positive: str | None = None
    weights: str | None = None
    target: str = "target"
    pos_weight: float = 1.0
    l2: float = 1.0
    threshold: float = -1.0
    max_iter: int = 100
    threads: int = 0
    missing: int = 0
    rare: int = 0
    progress: Callable[[float], None] | None = None


def choice(name: str, value: object, choices: dict[str, int]) -> int:
    """The code of a word."""
    if not isinstance(value, str) or value not in choices:
        words = " or ".join(repr(word) for word in choices)
        raise ValueError(f"{name} must be {words}, received {value!r}")
    return choices[value]


def is_table(X: object) -> bool:
    """Whether X has columns with types of their own."""
    return is_pandas(X) or hasattr(X, "__arrow_c_stream__")


def is_pandas(X: object) -> bool:
    return hasattr(X, "iloc") and hasattr(X, "columns")


def table_of(X: Any, *, is_fit: bool) -> Handle:
    """A table with the columns of a data frame, which are not copied if the layout allows it."""
    if is_pandas(X):
        return of_pandas(X, is_fit)
    return _linear.table_from_arrow(X.__arrow_c_stream__())


def of_array(X: npt.NDArray[Any], names: tuple[str, ...] | None) -> Handle:
    """A table of the columns of an array; without names, a matrix."""
    table = _linear.table(X.shape[0])
    _linear.add_numbers(table, names, aligned(X))
    return table


def by_columns(X: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A copy by columns of an array by rows.

    A fit reads each column several times, and in a wide array each number is on a cache line of its
    own: that takes twice as long as with the copy. Blocks of rows stay in the cache.
    """
    if abs(X.strides[0]) <= 64 or not X.size:
        return X
    result = np.empty(X.shape, dtype=X.dtype, order="F")
    for first in range(0, len(X), 1024):
        result[first : first + 1024] = X[first : first + 1024]
    return result


def of_pandas(X: Any, is_fit: bool) -> Handle:
    kinds = set(X.dtypes)
    if is_fit and len(kinds) == 1 and kinds <= {np.dtype(np.float64), np.dtype(np.float32)}:
        # A data frame of one block, which may be by rows.
        column = X.iloc[:, 0].to_numpy()
        if column.strides[0] > column.itemsize:
            return of_array(by_columns(X.to_numpy()), tuple(map(str, X.columns)))
    table = _linear.table(len(X))
    for index, label in enumerate(X.columns):
        add_series(table, str(label), X.iloc[:, index])
    return table


def add_series(table: Handle, name: str, column: Any) -> None:
    """Adds a column of pandas."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "fiub":
        _linear.add_numbers(table, (name,), aligned(column.to_numpy()))
    elif getattr(dtype, "_is_numeric", False) or getattr(dtype, "_is_boolean", False):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        _linear.add_numbers(table, (name,), numbers)
    elif hasattr(column, "cat"):
        codes = np.ascontiguousarray(column.cat.codes.to_numpy(), dtype=np.int32)
        _linear.add_labels(table, name, codes, tuple(map(str, column.cat.categories)))
    elif str(dtype).startswith(("object", "str", "large_string")):
        codes, labels = column.factorize()
        if len(labels) and all(isinstance(label, int | float | np.number) for label in labels):
            _linear.add_numbers(table, (name,), column.to_numpy(dtype=np.float64))
            return
        codes = np.ascontiguousarray(codes, dtype=np.int32)
        _linear.add_labels(table, name, codes, tuple(map(str, labels)))
    else:
        raise ValueError(
            f"column {name!r}: a feature cannot have the type {dtype}; convert it to numbers or "
            "texts, or drop it"
        )


def aligned(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The array with elements that the library can read in place."""
    isotropic = array.dtype.isnative and array.flags.aligned
    multiple = all(stride % array.itemsize == 0 for stride in array.strides[:1])
    return array if isotropic and multiple else np.array(array, dtype=array.dtype.newbyteorder("="))


def unused_name(name: str, names: list[str]) -> str:
    """The name, or the name with a number if a column has it."""
    taken = set(names)
    known, number = name, 2
    while known in taken:
        known, number = f"{name}_{number}", number + 1
    return known
