# SPDX-License-Identifier: Apache-2.0
"""The positive weight as the extension module takes it."""

from __future__ import annotations

import math
import operator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ._arrays import plain_array
from ._options import Broadcast, Options

PositiveWeight: TypeAlias = float | npt.ArrayLike


def positive_weight(
    pos_weight: PositiveWeight, options: Options, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> tuple[float | npt.NDArray[Any], int]:
    """The weight for logits of a shape, and the class axis.

    The weight is a number, or an array of `dtype`: with one axis it has a weight for each class,
    with the axes of the logits a weight for each element.

    Raises:
        ValueError: The weight has axes and `options.axis` is None; it has more than one axis; its
            length is not that of the class axis; or it does not broadcast to `shape`.
        numpy.exceptions.AxisError: The logits have no such axis.
        TypeError: The weight holds no real numbers, or the axis is not an integer.
    """
    label, axis, rank = options.label, options.axis, len(shape)
    # The usual case: a weight for each class, which needs no conversion.
    if type(pos_weight) is np.ndarray and pos_weight.dtype is dtype and pos_weight.ndim == 1:
        if axis is Broadcast and rank > 0 and len(pos_weight) == shape[-1] > 1:
            return pos_weight, -1
        if type(axis) is int and -rank <= axis < rank and len(pos_weight) == shape[axis]:
            return pos_weight, axis
    array = plain_array(pos_weight, "pos_weight")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{label}: pos_weight must hold real numbers, received {array.dtype}")
    reduced, axis = class_layout(array.shape, options, shape)
    if not reduced:
        return float(array.reshape(())), -1
    # Broadcast only if they vary along several axes.
    is_whole = array.size == math.prod(reduced)
    array = array.reshape(reduced) if is_whole else np.broadcast_to(array, reduced)
    if array.dtype != dtype:
        # A weight beyond the type becomes infinite. The library reports it.
        with np.errstate(all="ignore"):
            array = np.asarray(array, dtype)
    return array, axis


def class_layout(
    own: tuple[int, ...], options: Options, shape: tuple[int, ...]
) -> tuple[tuple[int, ...], int]:
    """The shape of the weights without their axes of length 1, and the class axis.

    That shape is () for one weight, (classes,), or the shape of the logits.

    Raises:
        ValueError: As `positive_weight`.
        numpy.exceptions.AxisError: The logits have no such axis.
        TypeError: The axis is not an integer.
    """
    label, axis, rank = options.label, options.axis, len(shape)
    if axis is Broadcast:
        lengths = (1,) * (rank - len(own)) + own
        if len(lengths) != rank or any(
            length not in (1, whole) for length, whole in zip(lengths, shape, strict=True)
        ):
            raise ValueError(
                f"{label}: pos_weight must be broadcast to the shape of the logits {shape}, "
                f"received the shape {own}"
            )
        long = [axis for axis, length in enumerate(lengths) if length != 1]
        if len(long) > 1:
            return shape, 0
        return ((lengths[long[0]],), long[0] - rank) if long else ((), -1)
    if axis is not None:
        axis = operator.index(axis)  # type: ignore[arg-type]
        if not -rank <= axis < rank:
            raise np.exceptions.AxisError(axis, rank)
    if not own:
        return (), -1
    if axis is None:
        raise ValueError(
            f"{label}: pos_weight of shape {own} needs the axis along which the classes lie"
        )
    if len(own) != 1:
        raise ValueError(
            f"{label}: pos_weight must be a number or have one axis, received the shape {own}"
        )
    if own[0] != shape[axis]:
        raise ValueError(
            f"{label}: there must be one pos_weight for each class along axis {axis} of logits "
            f"of shape {shape}, received {own[0]}"
        )
    return own, axis
