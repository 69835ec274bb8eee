# SPDX-License-Identifier: Apache-2.0
"""Writes numpy-arrays.txt: arrays as NumPy stores them, with the values that must be read.

Each line has an array: name, shape, values as the hexadecimal bits of float64 in C order, and the
bytes of the .npy file, separated by tabs. The tests read the text file and need no NumPy. Made with
NumPy 2.4.6:

    python3 make_fixtures.py
"""
import io
import pathlib
import struct

import numpy as np
from numpy.lib import format as npy

LINES = []


def add(name, array, version=None):
    file = io.BytesIO()
    npy.write_array(file, array, version=version)
    values = " ".join(struct.pack(">d", float(v)).hex() for v in array.reshape(-1, order="C"))
    shape = " ".join(map(str, array.shape))
    LINES.append("\t".join([name, shape, values, file.getvalue().hex()]))


def samples(dtype):
    """Twelve values, the extreme ones among them, each of which a float64 holds."""
    kind, bits = dtype.kind, dtype.itemsize * 8
    if kind == "b":
        return [True, False, False, True] * 3
    if kind == "i":
        top = 2**62 if bits == 64 else 2 ** (bits - 1) - 1
        return [-(2 ** (bits - 1)), top, 0, -1, 1, 2, -3, 100, -100, 7, 2 ** (bits - 2), 64]
    if kind == "u":
        top = 2**63 if bits == 64 else 2**bits - 1
        return [top, 0, 1, 2, 3, 200, 128, 127, 5, 10, 100, 64]
    info = np.finfo(dtype)
    return [
        0.0, -0.0, 0.1, -1.5, info.max, info.tiny, info.smallest_subnormal, np.inf, -np.inf, np.nan,
        2.0, 1 / 3]


for code in ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
    for order in "<>" if code[1] != "1" else "|":
        dtype = np.dtype(order + code)
        values = np.array(samples(dtype), dtype=dtype).reshape(3, 4)
        for layout in "CF":
            for version in [(1, 0), (2, 0), (3, 0)]:
                name = f"{order}{code} {layout} {version[0]}"
                add(name, np.array(values, dtype=dtype, order=layout), version)

for layout in "CF":
    for shape in [
            (), (0,), (1,), (5,), (5, 0, 2), (1, 6), (6, 1), (2, 3, 4), (2, 1, 3, 1, 2),
            (3, 2, 2, 2, 2, 2)]:
        count = int(np.prod(shape))
        array = np.arange(count, dtype="<f4").reshape(shape) / 8
        add(f"shape {layout} {shape}", np.array(array, order=layout))

pathlib.Path(__file__).with_name("numpy-arrays.txt").write_text("\n".join(LINES) + "\n")

# Types that are not supported: name, what the error has to quote, and the bytes of the file.
UNSUPPORTED = {
    "complex": np.zeros(2, "<c16"),
    "object": np.array([None, 1]),
    "structured": np.zeros(2, [("a", "<f4"), ("b", "<i2")]),
    "date and time": np.zeros(2, "<M8[ns]"),
    "text": np.array(["ab", "c"]),
    "raw or structured": np.zeros(2, "V3"),
    "extended-precision": np.zeros(2, np.longdouble),
}
lines = []
for name, array in UNSUPPORTED.items():
    file = io.BytesIO()
    npy.write_array(file, array, allow_pickle=True)
    quote = "[('a', '<f4'), ('b', '<i2')]" if name == "structured" else array.dtype.str
    lines.append("\t".join([name, quote, file.getvalue().hex()]))
pathlib.Path(__file__).with_name("numpy-unsupported.txt").write_text("\n".join(lines) + "\n")
