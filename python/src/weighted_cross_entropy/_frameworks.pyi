# SPDX-License-Identifier: Apache-2.0
from typing import Any, Final

# The names of the functions of PyTorch that `register_torch_kernels` takes the addresses of.
TORCH_FUNCTIONS: Final[tuple[str, ...]]

def compute(
    is_double: bool,
    reduction: int,
    shape: tuple[int, ...],
    targets: int,
    logits: int,
    weights: int,
    pos_weight: float,
    pos_weight_shape: tuple[int, ...] | None,
    smoothing: float,
    threads: int,
    out: int,
    gradient: int,
    /,
) -> None:
    """Computes on memory at addresses, row-major and of one type; 0 is no array.

    The positive weight is a number if its shape is None, else an address. An empty shape is that of
    one weight; others have as many axes as the logits.
    """

def register_torch_kernels(*addresses: int | None) -> None:
    """Registers the kernels of the operators, given the addresses of `TORCH_FUNCTIONS`."""

def xla_handler() -> Any:
    """The handler of XLA's foreign function interface, in a capsule."""
