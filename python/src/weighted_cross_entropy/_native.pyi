# SPDX-License-Identifier: Apache-2.0
from typing import Any, Final

import numpy as np
import numpy.typing as npt

# The operations. Those up to LOSS_WITH_GRADIENT write `out`, the two with a gradient write
# `gradient`, and the last two return a value.
LOSS: Final[int]
GRADIENT: Final[int]
SECOND_DERIVATIVE: Final[int]
TARGET_DERIVATIVE: Final[int]
POSITIVE_WEIGHT_DERIVATIVE: Final[int]
LOSS_WITH_GRADIENT: Final[int]
VALUE_WITH_GRADIENT: Final[int]
VALUE: Final[int]

# The codes of the reductions.
REDUCTIONS: Final[dict[str, int]]

def evaluate(
    operation: int,
    targets: npt.NDArray[Any],
    logits: npt.NDArray[Any],
    weights: npt.NDArray[Any] | None,
    out: npt.NDArray[Any] | None,
    gradient: npt.NDArray[Any] | None,
    pos_weight: float | npt.NDArray[np.floating[Any]],
    axis: int,
    settings: tuple[int, float, int, str | None],
    /,
) -> tuple[float | int | None, bool] | None:
    """Computes an operation on aligned, row-major arrays of one type. Returns None for others.

    The type is float32, float64, float16, or bfloat16 as uint16. `pos_weight` has float64 for
    float64, else float32.

    `settings` has the reduction, the label smoothing, the threads (0: all processors) and the name.

    Returns:
        The value if the operation is a reduction, in 16-bit types its bits, and whether a number
        overflowed.
    """

def check(
    is_double: bool,
    pos_weight: float | npt.NDArray[np.floating[Any]],
    settings: tuple[int, float, int, str | None],
    /,
) -> None:
    """Checks the ranges of the numbers, for arrays of float64 or float32."""

def instruction_set() -> str:
    """The instruction set of the kernels."""
