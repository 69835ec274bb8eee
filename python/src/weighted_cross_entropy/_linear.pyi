# SPDX-License-Identifier: Apache-2.0
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

# A capsule with a table, a model or a study.
Handle: TypeAlias = Any

def table(row_count: int, /) -> Handle:
    """A table without columns."""

def table_from_arrow(stream: Handle, /) -> Handle:
    """The table of an Arrow stream, a capsule of the name `arrow_array_stream`."""

def add_numbers(table: Handle, names: tuple[str, ...] | None, array: npt.NDArray[Any], /) -> None:
    """Adds an array with one axis, or all columns of one with two, which the table keeps.

    Without names the columns are those of a matrix.
    """

def add_labels(
    table: Handle, name: str, codes: npt.NDArray[np.int32], labels: tuple[str, ...], /
) -> None:
    """Adds a column of labels: a code for each row, or -1."""

def shape(table: Handle, /) -> tuple[int, int]: ...
def column_names(table: Handle, /) -> list[str]: ...
def fit(
    table: Handle,
    /,
    *,
    progress: Callable[[float], None] | None,
    excluded: tuple[str, ...] = ...,
    pos_weights: npt.NDArray[np.float64] = ...,
    target: str,
    positive: str | None,
    weights: str | None,
    data_name: str | None = None,
    pos_weight: float = 1,
    l2: float = 1,
    threshold: float = -1,
    max_iter: int = 100,
    threads: int = 0,
    missing: int = 0,
    rare: int = 0,
    folds: int = 5,
    seed: int = 0,
    recall: float = 0,
    precision: float = 0,
    confidence: float = 0,
    cost_miss: float = 0,
    cost_alarm: float = 0,
) -> Handle:
    """A model. `pos_weight` 0 is balanced, `l2` below 0 is chosen, `threshold` below 0 is none."""

tradeoff = fit

def model(json: str, /) -> Handle: ...
def model_json(model: Handle, /) -> str: ...
def model_notices(model: Handle, /) -> str: ...
def predict(
    model: Handle,
    table: Handle,
    prediction: int,
    unseen_is_zero: int,
    threads: int,
    output: npt.NDArray[np.float64],
    /,
) -> None:
    """Writes a prediction of the kind `wce_prediction` for each row."""

def study_json(study: Handle, /) -> str: ...
def study_report(study: Handle, /) -> str: ...
