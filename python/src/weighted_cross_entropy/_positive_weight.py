# SPDX-License-Identifier: Apache-2.0
"""The positive weight as the library takes it: one number, or one for each class along an axis."""

from __future__ import annotations

import operator
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ._arrays import plain_array

PositiveWeight: TypeAlias = float | npt.ArrayLike


class _Broadcast:
    """The peers' rule in place of an axis: the positive weight is broadcast to the shape of the logits."""


BROADCAST: Final = _Broadcast()

Axis: TypeAlias = int | None | _Broadcast


def positive_weight(
    pos_weight: PositiveWeight, axis: Axis, shape: tuple[int, ...], dtype: np.dtype[Any], name: str
) -> tuple[float | npt.NDArray[Any], int]:
    """The weight and the class axis: a number, or an array of `dtype` with a number for each class or each element.

    Raises:
        ValueError: The weight has axes and `axis` is None, or more than one axis, or another length than the axis, or it is
            not broadcast to `shape`.
        numpy.exceptions.AxisError: The logits have no such axis.
        TypeError: The weight holds no real numbers, or the axis is no integer.
    """
    array = pos_weight if type(pos_weight) is np.ndarray else plain_array(pos_weight, "pos_weight")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name}: pos_weight must hold real numbers, received {array.dtype}")
    if axis is not BROADCAST and axis is not None:
        axis = operator.index(axis)  # type: ignore[arg-type]
        if not -len(shape) <= axis < len(shape):
            raise np.exceptions.AxisError(axis, len(shape))
    if array.ndim == 0:
        return float(array), -1
    if axis is BROADCAST:
        array, axis = _broadcast(array, shape, name)
        if array.ndim == 0:
            return float(array), -1
    elif axis is None:
        raise ValueError(f"{name}: pos_weight of shape {array.shape} needs the axis along which the classes lie")
    elif array.ndim != 1:
        raise ValueError(f"{name}: pos_weight must be a number or have one axis, received the shape {array.shape}")
    elif len(array) != shape[axis]:  # type: ignore[index]
        raise ValueError(
            f"{name}: there must be one pos_weight for each class along axis {axis} of logits of shape {shape}, "
            f"received {len(array)}"
        )
    if array.dtype != dtype:
        # A weight beyond the type becomes infinite, which is an error of its own.
        with np.errstate(all="ignore"):
            array = np.asarray(array, dtype)
    return array, axis  # type: ignore[return-value]


def _broadcast(array: npt.NDArray[Any], shape: tuple[int, ...], name: str) -> tuple[npt.NDArray[Any], int]:
    """A weight for each class where the weight has one axis longer than 1, as it mostly has; else one for each element."""
    lengths = (1,) * (len(shape) - array.ndim) + array.shape
    if len(lengths) != len(shape) or any(own not in (1, length) for own, length in zip(lengths, shape, strict=True)):
        raise ValueError(
            f"{name}: pos_weight must be broadcast to the shape of the logits {shape}, received the shape {array.shape}"
        )
    long = [axis for axis, length in enumerate(lengths) if length != 1]
    if not long:
        return array.reshape(()), -1
    if len(long) == 1:
        return array.reshape(-1), long[0] - len(shape)
    return np.broadcast_to(array, shape), 0
