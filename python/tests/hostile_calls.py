# SPDX-License-Identifier: Apache-2.0
"""Calls the functions with random arguments, good and bad. A separate program, to detect a crash.

Every call must raise an exception or return the correct answer. A call whose arguments are all good
must return the answer. Memory beside the output must not change, and no memory may change in a call
that raises an exception. The program prints the number of calls that returned an answer.
"""

import resource
import sys

import numpy as np

import weighted_cross_entropy as wce
from reference import assert_close, exact

FUNCTIONS = [
    wce.loss, wce.gradient, wce.second_derivative, wce.target_derivative,
    wce.positive_weight_derivative, wce.value_with_gradient, wce.weighted_cross_entropy_with_logits,
]  # fmt: skip
SHAPES = [
    (), (1,), (2,), (7,), (64,), (1, 1), (3, 4), (4, 3), (2, 3, 4), (0,), (0, 3), (2, 0, 5),
    (1,) * 7, (5000,),
]  # fmt: skip
GOOD_TYPES = ["f4", "f8", "f4", "f8", ">f4", ">f8", "f2", "i1", "i8", "u2", "?"]
BAD_TYPES = ["c8", "c16", "S3", "U2", "O", "M8[s]", "m8[s]", "V4", "g"]


class Case:
    """One call of a function, drawn at random; `is_good` while nothing in it must be refused."""

    def __init__(self, random):
        self.random = random
        self.is_good, self.must_raise = True, False
        self.function = FUNCTIONS[random.integers(len(FUNCTIONS))]
        self.shape = SHAPES[random.integers(len(SHAPES))]
        self.logits = self.array(self.shape, 6)
        self.targets = self.array(self.shape, 1)
        self.options = {}
        has_options = self.function is not wce.weighted_cross_entropy_with_logits
        draw = self.draw_pos_weight if has_options else self.draw_broadcast_pos_weight
        self.pos_weight = draw()
        if has_options and self.chance(0.4):
            self.options["weights"] = self.array(self.shape, 2)
        for name, values, good in (
            ("label_smoothing", [0.0, 0.1, 1.0, -0.1, 1.5, np.nan, "a", None], 3),
            ("reduction", ["none", "sum", "mean", "weighted_mean", "", 3, None], 3),
            ("threads", [None, 1, 2, 1 << 70, 0, -1, 1.5, "2"], 4),
            ("name", [None, "café", "x" * 5000, 7, b"name", "\ud800", "a\0b"], 3),
        ):
            if (has_options or name == "name") and self.chance(0.3):
                self.options[name] = self.pick(values, good)
        if self.function is wce.value_with_gradient and self.chance(0.3):
            self.options.setdefault("reduction", "none")
        has_weights = self.is_good and np.any(self.options.get("weights", 0))
        if has_weights and self.reduction == "mean" and self.chance(0.5):
            self.options["reduction"] = "weighted_mean"
        self.memory = self.out = None

    @property
    def reduction(self):
        return self.options.get(
            "reduction", "mean" if self.function is wce.value_with_gradient else "none")

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, values, good):
        """One of `values`, of which the first `good` are good."""
        is_good = good and self.chance(0.9)
        index = self.random.integers(good if is_good else len(values))
        self.is_good &= bool(index < good)
        return values[index]

    def array(self, shape, scale):
        if self.chance(0.04):
            self.is_good = False
            masked = np.ma.masked_array([1.0], [1])
            ragged = [[1.0], [1.0, 2.0]]
            return self.pick(
                [None, "text", object(), {}, ragged, wce, range(3), b"bytes", masked], 0)
        if self.chance(0.04):
            other = SHAPES[self.random.integers(len(SHAPES))]
            self.is_good &= other == shape
            shape = other
        if self.chance(0.02):
            self.is_good = False
            # As large as an index goes, over a few bytes.
            return np.broadcast_to(
                np.float32(1),
                self.pick([(1 << 50,), (1 << 25, 1 << 25), (1 << 60,), (1 << 31, 1 << 29)], 0))
        values = self.random.normal(0, scale, shape)
        values = np.abs(values) if scale < 6 else values
        if self.chance(0.2):
            values = np.round(values)
        values = np.where(self.random.random(shape) < 0.02, 0, values)
        if self.chance(0.05):
            self.is_good = False
            dtype = BAD_TYPES[self.random.integers(len(BAD_TYPES))]
        else:
            dtype = GOOD_TYPES[self.random.integers(len(GOOD_TYPES))]
        with np.errstate(all="ignore"):
            values = np.abs(values) % 100 if dtype in ("u2", "?") else values
            try:
                array = np.asarray(values).astype(dtype)
            except (TypeError, ValueError):
                array = np.zeros(shape, dtype)
        if array.size and self.chance(0.1):
            return array.tolist()
        return self.strided(array)

    def strided(self, array):
        """The same elements, in memory laid out in another way."""
        kind = self.random.integers(8)
        if kind == 0 and array.ndim > 1:
            return np.asfortranarray(array)
        if kind == 1 and array.ndim:
            wide = np.zeros(array.shape[:-1] + (array.shape[-1] * 3,), array.dtype)
            wide[..., ::3] = array
            return wide[..., ::3]
        if kind == 2 and array.ndim:
            return array[::-1].copy()[::-1]
        if kind == 3 and not array.dtype.hasobject:
            data = np.frombuffer(b"x" + array.tobytes(), np.uint8)[1:]
            return data.view(array.dtype).reshape(array.shape) if array.size else array
        if kind == 4 and array.ndim > 1:
            return array.swapaxes(0, -1).copy().swapaxes(0, -1)
        if kind == 5:
            array.flags.writeable = False
        return array

    def draw_pos_weight(self):
        if self.chance(0.5):
            return float(self.random.random() * 4)
        if self.chance(0.2):
            good = [0, 1, True, np.float32(2.5), np.int64(3)]
            bad = [-1.0, np.nan, np.inf, "3", None, 1j, [1, [2]], -5, 1e300]
            return self.pick(good + bad, len(good))
        if not self.shape:
            return 2.0
        axis = int(self.random.integers(-len(self.shape), len(self.shape)))
        count = self.shape[axis]
        if self.chance(0.1):
            self.is_good = False
            axis += 99 if self.chance(0.5) else 0
            count += 1
        self.options["axis"] = axis
        weights = self.random.random(count) * 3
        return [weights, weights.astype(np.float32), weights.tolist(), np.repeat(weights, 2)[::2]][
            self.random.integers(4)]

    def draw_broadcast_pos_weight(self):
        """A number for some axes, each of length 1 or that of the logits."""
        if not self.shape or self.chance(0.3):
            return self.draw_pos_weight() if not self.shape else float(self.random.random() * 4)
        shape = tuple(length if self.chance(0.5) else 1 for length in self.shape)[
            self.random.integers(len(self.shape) + 1) :]
        if self.chance(0.1):
            if self.chance(0.5):
                shape = (self.random.integers(4),) + shape
            else:
                shape = shape + (self.random.integers(6),)
        try:
            self.is_good &= len(shape) <= len(self.shape)
            self.is_good &= np.broadcast_shapes(shape, self.shape) == self.shape
        except ValueError:
            self.is_good = False
        weights = np.array(self.random.random(shape) * 3)
        as_list = weights.tolist() if weights.size else weights
        return [weights, weights.astype(np.float32), as_list, self.strided(weights)][
            self.random.integers(4)]

    def place_output(self):
        """Chooses the output: memory of its own, over an input or beside it, or a bad output."""
        shape, reduction = np.shape(self.logits), self.reduction
        count = int(np.prod(shape))
        dtype = np.dtype(
            ["f4", "f8", "f4", "f8", "f2", "c8", ">f4", "i8", "O"][self.random.integers(9)])
        self.is_good &= dtype.kind in "fc"
        self.memory = np.full(count * 5 + 20, 7, dtype)
        for name in ("logits", "targets"):
            values = getattr(self, name)
            is_array = self.is_good and isinstance(values, np.ndarray) and values.dtype == dtype
            if is_array and self.chance(0.3):
                place = self.view(4, shape, self.random.integers(2))
                place[...] = values
                setattr(self, name, place)
                break
        if self.function is wce.value_with_gradient and reduction == "none":
            self.out = self.output(shape, 8), self.output(shape, 2 * count + 12)
            if all(isinstance(out, np.ndarray) for out in self.out) and np.shares_memory(*self.out):
                self.must_raise = True
        else:
            self.out = self.output(
                () if self.function is wce.loss and reduction != "none" else shape, 8)
        self.is_good &= not self.must_raise
        self.options["out"] = self.out

    def output(self, shape, starts):
        """One output, which starts at one of the first elements of the memory."""
        kind = self.random.integers(9)
        start = int(self.random.integers(starts))
        if kind < 5:
            return self.view(start, shape, kind)
        self.is_good = False
        if kind == 5:
            return self.memory[: int(np.prod(shape)) + 1]
        if kind == 6:
            out = self.view(start, shape, 0)
            out.flags.writeable = False
            return out
        if kind == 7 and shape:
            # Elements that lie on each other.
            strides = [self.memory.itemsize * int(self.random.integers(2)) for _ in shape]
            out = np.lib.stride_tricks.as_strided(self.memory[start:], shape, strides)
            self.must_raise |= out.size > len(np.unique(places(self.memory, out)))
            return out
        other = np.zeros((), "f4") if shape else np.zeros(2)
        return self.pick([[0.0] * int(np.prod(shape)), "out", 3, (None,), other], 0)

    def view(self, start, shape, kind):
        """Elements in row-major or column-major order, every second one, reversed or transposed."""
        count = int(np.prod(shape))
        if kind == 1:
            return self.memory[start : start + count].reshape(shape[::-1]).T
        if kind == 2:
            return self.memory[start : start + 2 * count : 2].reshape(shape)
        if kind == 3 and shape:
            return self.memory[start : start + count].reshape(shape)[::-1]
        if kind == 4 and len(shape) > 1:
            return self.memory[start : start + count].reshape(shape[1:] + shape[:1]).transpose(
                -1, *range(len(shape) - 1))
        return self.memory[start : start + count].reshape(shape)


def places(memory, out):
    """The index in the memory of each element of a view."""
    start, first = (array.__array_interface__["data"][0] for array in (memory, out))
    indices = np.array((first - start) // memory.itemsize)
    for stride, length in zip(out.strides, out.shape, strict=True):
        indices = np.add.outer(indices, stride // memory.itemsize * np.arange(length))
    return indices.ravel()


def check(case, quantity, result, inputs, options):
    """That a result is right, from the numbers that the inputs had before the call."""
    targets, logits, weights = inputs
    reduction = case.reduction
    # The options and the inputs, rounded to the type of the computation.
    computing = case.computing
    z, x = np.asarray(targets, computing), np.asarray(logits, computing)
    w = np.ones((), computing) if weights is None else np.asarray(weights, computing)
    smoothing = computing(options.get("label_smoothing", 0.0))
    q = np.asarray(case.pos_weight, np.float64).astype(computing)
    if q.ndim and "axis" in options:
        axis = options["axis"] % x.ndim
        q = q.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    denominator = {"mean": x.size, "weighted_mean": None}.get(reduction, 1)
    if denominator is None:
        denominator = np.broadcast_to(w, x.shape).astype(np.longdouble).sum()
    expected = exact(
        quantity, z, x, q, weights=w, label_smoothing=smoothing, denominator=denominator)
    most_w, most_q, most_z = (np.max(np.abs(a), initial=1) for a in (w, q, z))
    scale = most_w * (most_q + 1) * (most_z + 1)
    if quantity not in ("gradient", "second_derivative"):
        # Targets beyond 1 make terms of both signs.
        scale = scale * (np.max(np.abs(x), initial=1) + 1)
        if quantity == "loss" and reduction != "none":
            expected, scale = np.sum(expected), scale * (x.size if reduction == "sum" else 1)
            if reduction == "weighted_mean":
                scale = scale * x.size / float(denominator)
    result = np.asarray(result)
    if result.dtype == object:
        # An output of objects holds Python numbers, of the computation's precision.
        result = result.astype(float)
    # As precise as the less precise of the computation and the output.
    dtype = np.float32 if computing is np.float32 or result.real.dtype.itemsize < 8 else np.float64
    if result.dtype == np.float16 or case.is_half:
        with np.errstate(over="ignore"):
            expected = np.asarray(expected, float).astype(np.float16).astype(float)
        return np.testing.assert_allclose(
            result.astype(float), expected, rtol=2e-3, atol=2e-3 * float(scale))
    assert_close(
        result.real, expected, dtype, scale / float(denominator) if reduction != "sum" else scale)


def run(seed):
    """One call; whether it gave an answer."""
    random = np.random.default_rng(seed)
    case = Case(random)
    options = case.options
    has_out = case.function is not wce.weighted_cross_entropy_with_logits
    is_placed = case.is_good and random.random() < 0.5 and has_out
    if is_placed:
        case.place_output()
    targets, logits, weights = case.targets, case.logits, options.get("weights")
    if case.reduction in ("mean", "weighted_mean") and np.size(logits if case.is_good else 0) == 0:
        case.is_good = False
    before = None if case.memory is None else case.memory.copy()
    arguments = targets, logits, weights
    inputs = arguments
    if case.is_good or is_placed:
        inputs = tuple(None if a is None else np.array(a) for a in arguments)
    try:
        with np.errstate(all="ignore"):
            result = case.function(targets, logits, case.pos_weight, **options)
    except Exception as error:
        assert not case.is_good, f"a good call raised {type(error).__name__}: {error}"
        if before is not None:
            assert np.array_equal(case.memory, before), "an error changed the output"
        return False
    assert not case.must_raise, "outputs that overlap were taken"
    if before is not None:
        beside = np.ones(case.memory.shape, bool)
        for out in case.out if isinstance(case.out, tuple) else (case.out,):
            beside[places(case.memory, out)] = False
        assert np.array_equal(
            case.memory[beside], before[beside]), "memory beside the output changed"
    # A result of arguments that may be refused but were not is right all the same.
    case.computing = np.float32
    typed = [a for a in arguments if a is not None and type(a) not in (float, int, bool)]
    floats = [a.dtype for a in map(np.asarray, typed) if a.dtype.kind == "f"]
    if not floats or np.result_type(*floats).itemsize > 4:
        case.computing = np.float64
    case.is_half = bool(floats) and np.result_type(*floats).itemsize == 2
    if case.function is wce.value_with_gradient:
        check(case, "loss", result[0], inputs, options)
        check(case, "gradient", result[1], inputs, options)
    elif case.function is wce.weighted_cross_entropy_with_logits:
        check(case, "loss", result, inputs, options)
    else:
        check(case, case.function.__name__, result, inputs, options)
    return True


def main(count, first):
    # A huge copy is an error, not the end of the machine.
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    answered = 0
    for seed in range(first, first + count):
        try:
            answered += run(seed)
        except BaseException:
            print(f"the call of seed {seed} is wrong", file=sys.stderr, flush=True)
            raise
    print(answered)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
