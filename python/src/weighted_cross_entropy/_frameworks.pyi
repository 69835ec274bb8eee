# SPDX-License-Identifier: Apache-2.0
from typing import Any, Final

# The names of the functions of PyTorch that `register_torch_kernels` takes the addresses of.
TORCH_FUNCTIONS: Final[tuple[str, ...]]

def compute(
    type: int,
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
    one weight; others have as many axes as the logits. The types are float32 (0), float64 (1),
    float16 (2) and bfloat16 (3), the last two on GPUs alone.
    """

def compute_cuda(
    type: int,
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
    operation: int,
    stream: int,
    name: str,
    /,
) -> None:
    """Queues an operation of `_native` on the memory of a GPU.

    Positive weights at an address have the type of the arithmetic, and vary along one axis at most.
    """

def dlpack(
    capsule: Any, /
) -> tuple[int, tuple[int, ...], tuple[int, ...] | None, tuple[int, int], bool]:
    """The address, shape, strides in elements, and code and bits of the type of a DLPack tensor.

    Last, whether nothing may be written: the memory is read-only, or a copy of the tensor's.
    """

def register_torch_kernels(*addresses: int | None) -> None:
    """Registers the kernels of the operators, given the addresses of `TORCH_FUNCTIONS`."""

def xla_handler(on_gpu: bool, /) -> Any:
    """The handler of XLA's foreign function interface for the CPU or for GPUs, in a capsule."""
