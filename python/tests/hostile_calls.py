"""Calls the functions 10,000 times with arguments of every kind, good and bad; a program of its own, so that a crash is seen.

Every call must raise an exception or give the right answer; one whose arguments are all good must give the answer. Memory beside
the output stays as it was, and all of it after an exception. Prints how many calls gave an answer.
"""

import resource
import sys

import numpy as np
import weighted_cross_entropy as wce
from reference import assert_close, exact

FUNCTIONS = {"loss": wce.loss, "gradient": wce.gradient, "hessian": wce.hessian}
SHAPES = [(), (1,), (2,), (7,), (64,), (1, 1), (3, 4), (4, 3), (2, 3, 4), (0,), (0, 3), (2, 0, 5), (1,) * 7, (5000,)]
GOOD_TYPES = ["f4", "f8", "f4", "f8", ">f4", ">f8", "f2", "i1", "i8", "u2", "?"]
BAD_TYPES = ["c8", "c16", "S3", "U2", "O", "M8[s]", "m8[s]", "V4", "g"]


class Case:
    """One call, drawn at random; `is_good` while nothing in it must be refused."""

    def __init__(self, random):
        self.random = random
        self.is_good = True
        self.shape = SHAPES[random.integers(len(SHAPES))]
        self.logits = self.array(self.shape, 6)
        self.labels = self.array(self.shape, 1)
        self.options = {}
        self.pos_weight = self.draw_pos_weight()
        if self.chance(0.4):
            self.options["weights"] = self.array(self.shape, 2)
        for name, values, good in (
            ("label_smoothing", [0.0, 0.1, 1.0, -0.1, 1.5, np.nan, "a", None], 3),
            ("reduction", ["none", "sum", "mean", "weighted_mean", "", 3, None], 3),
            ("threads", [None, 1, 2, 1 << 70, 0, -1, 1.5, "2"], 4),
            ("name", [None, "café", "x" * 5000, 7, b"name", "\ud800"], 3),
        ):
            if self.chance(0.3):
                self.options[name] = self.pick(values, good)
        self.memory = self.out = None

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, values, good):
        """One of `values`, of which the first `good` are good."""
        index = self.random.integers(good) if good and self.chance(0.9) else self.random.integers(len(values))
        self.is_good &= bool(index < good)
        return values[index]

    def array(self, shape, scale):
        if self.chance(0.04):
            self.is_good = False
            return self.pick([None, "text", object(), {}, [[1.0], [1.0, 2.0]], wce, range(3), b"bytes", np.ma.masked_array([1.0], [1])], 0)
        if self.chance(0.04):
            other = SHAPES[self.random.integers(len(SHAPES))]
            self.is_good &= other == shape
            shape = other
        if self.chance(0.02):
            self.is_good = False
            # As large as an index goes, over a few bytes.
            return np.broadcast_to(np.float32(1), self.pick([(1 << 50,), (1 << 25, 1 << 25), (1 << 60,), (1 << 31, 1 << 29)], 0))
        values = np.abs(self.random.normal(0, scale, shape)) if scale < 6 else self.random.normal(0, scale, shape)
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
            return self.pick([0, 1, True, np.float32(2.5), np.int64(3), -1.0, np.nan, np.inf, "3", None, 1j, [1, [2]], -5, 1e300], 5)
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
        return [weights, weights.astype(np.float32), weights.tolist(), np.repeat(weights, 2)[::2]][self.random.integers(4)]

    def place_output(self, inputs):
        """An output: in memory of its own, beyond an input's, in place of one, or nothing that can be written to."""
        shape = np.shape(inputs[1])
        count = int(np.prod(shape))
        dtype = np.dtype(["f4", "f8", "f4", "f8", "f2", "c8", ">f4", "i8", "O"][self.random.integers(9)])
        self.is_good &= dtype.kind in "fc"
        self.memory = np.full(count * 2 + 9, 7, dtype)
        kind = self.random.integers(7)
        if kind == 0:
            self.out = self.memory[4 : 4 + count].reshape(shape)
        elif kind == 1:
            self.out = self.memory[: 2 * count : 2] if len(shape) == 1 else self.memory[:count].reshape(shape)
        elif kind == 2 and len(shape) == 1:
            self.out = self.memory[3 : 3 + count][::-1]
        elif kind == 3:
            self.is_good = False
            self.out = self.memory[: count + 1]
        elif kind == 4:
            self.is_good = False
            self.out = self.memory[:count].reshape(shape)
            self.out.flags.writeable = False
        elif kind == 5 and self.is_good and isinstance(inputs[1], np.ndarray) and inputs[1].dtype == dtype:
            # Beside its input by a few elements, or in its place.
            shift = int(self.random.integers(0, 4))
            place = self.memory[2 : 2 + count].reshape(shape)
            place[...] = inputs[1]
            self.logits = place
            self.out = self.memory[2 + shift : 2 + shift + count].reshape(shape)
        else:
            self.is_good = False
            self.out = self.pick([[0.0] * count, "out", 3, (None,), np.zeros((), "f4") if shape else np.zeros(2)], 0)


def check(case, quantity, result, inputs, options):
    """That a result is right, from the numbers that the inputs had before the call."""
    labels, logits, weights = inputs
    reduction = options.get("reduction", "none")
    # What the library computes with: the options and the inputs rounded to the type of the computation.
    computing = case.computing
    z, x = np.asarray(labels, computing), np.asarray(logits, computing)
    w = np.ones((), computing) if weights is None else np.asarray(weights, computing)
    smoothing = computing(options.get("label_smoothing", 0.0))
    q = np.asarray(case.pos_weight, np.float64).astype(computing)
    if q.ndim:
        axis = options["axis"] % x.ndim
        q = q.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    denominator = {"mean": x.size, "weighted_mean": None}.get(reduction, 1)
    if denominator is None:
        denominator = np.broadcast_to(w, x.shape).astype(np.longdouble).sum()
    expected = exact(quantity, z, x, q, weights=w, label_smoothing=smoothing, denominator=denominator)
    scale = np.max(np.abs(w), initial=1) * (np.max(np.abs(q), initial=1) + 1) * (np.max(np.abs(z), initial=1) + 1)
    if quantity == "loss":
        # Labels beyond 1 make terms of both signs.
        scale = scale * (np.max(np.abs(x), initial=1) + 1)
        if reduction != "none":
            expected, scale = np.sum(expected), scale * (x.size if reduction == "sum" else 1)
            if reduction == "weighted_mean":
                scale = scale * x.size / float(denominator)
    result = np.asarray(result)
    if result.dtype == object:
        # An output of objects holds Python numbers, of the computation's precision.
        result = result.astype(float)
    # As precise as the less precise of the computation and the output.
    dtype = np.float32 if computing is np.float32 or result.real.dtype.itemsize < 8 else np.float64
    if result.dtype == np.float16:
        return np.testing.assert_allclose(result.astype(float), np.asarray(expected, float), rtol=2e-3, atol=2e-3 * float(scale))
    assert_close(result.real, expected, dtype, scale / float(denominator) if reduction != "sum" else scale)


def run(seed):
    """One call; whether it gave an answer."""
    random = np.random.default_rng(seed)
    case = Case(random)
    quantity = ["loss", "gradient", "hessian", "value_and_grad"][random.integers(4)]
    options = case.options
    is_reduced = options.get("reduction", "none") != "none"
    if quantity == "value_and_grad":
        options["reduction"] = options.get("reduction", "mean")
        is_reduced = True
        if options["reduction"] == "none":
            options["reduction"] = "sum"
    if case.is_good and random.random() < 0.5 and not (quantity == "loss" and is_reduced):
        case.place_output((case.labels, case.logits))
        options["out"] = case.out
    labels, logits, weights = case.labels, case.logits, options.get("weights")
    if options.get("reduction") in ("mean", "weighted_mean") and np.size(logits if case.is_good else 0) == 0:
        case.is_good = False
    before = None if case.memory is None else case.memory.copy()
    inputs = tuple(np.array(a) if case.is_good and a is not None else a for a in (labels, logits, weights))
    try:
        with np.errstate(all="ignore"):
            if quantity == "value_and_grad":
                result = wce.value_and_grad(labels, logits, case.pos_weight, **options)
            else:
                result = FUNCTIONS[quantity](labels, logits, case.pos_weight, **options)
    except Exception as error:
        assert not case.is_good, f"a good call raised {type(error).__name__}: {error}"
        if before is not None:
            assert np.array_equal(case.memory, before), "an error changed the output"
        return False
    if before is not None:
        outside = case.memory.copy()
        beside = np.ones(outside.shape, bool)
        start = (case.out.__array_interface__["data"][0] - case.memory.__array_interface__["data"][0]) // case.memory.itemsize
        stride = case.out.strides[0] // case.memory.itemsize if case.out.ndim == 1 and case.out.size else 1
        beside[start + stride * np.arange(case.out.size)] = False
        assert np.array_equal(outside[beside], before[beside]), "memory beside the output changed"
    # A result of arguments that may be refused but were not is right all the same.
    case.computing = np.float32
    arrays = [a if isinstance(a, np.ndarray) else np.asarray(a) for a in (labels, logits, weights) if a is not None]
    originals = [a for a in (labels, logits, weights) if a is not None]
    floats = [a.dtype for a, o in zip(arrays, originals, strict=True) if a.dtype.kind == "f" and type(o) not in (float, int, bool)]
    if not floats or np.result_type(*floats).itemsize > 4:
        case.computing = np.float64
    if quantity == "value_and_grad":
        check(case, "loss", result[0], inputs, options)
        check(case, "gradient", result[1], inputs, options)
    else:
        check(case, quantity, result, inputs, options)
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
