# SPDX-License-Identifier: Apache-2.0
from typing import Any

import numpy as np
import numpy.typing as npt

class CopyNeeded(Exception):
    """An output overlaps another array, or an array is not contiguous or not aligned."""

def evaluate(
    operation: int,
    reduction: int,
    labels: npt.NDArray[np.floating[Any]],
    logits: npt.NDArray[np.floating[Any]],
    weights: npt.NDArray[np.floating[Any]] | None,
    out: npt.NDArray[np.floating[Any]] | None,
    gradient: npt.NDArray[np.floating[Any]] | None,
    pos_weight: float | npt.NDArray[np.floating[Any]],
    axis: int,
    label_smoothing: float,
    threads: int,
    name: str | None,
    /,
) -> tuple[float | None, bool]:
    """Computes an operation on contiguous arrays of one type: the value where it reduces, and whether a number overflowed."""

def instruction_set() -> str:
    """The instruction set of the kernels."""
