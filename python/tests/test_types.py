# SPDX-License-Identifier: Apache-2.0
"""What type checkers see of the package."""

from pathlib import Path

import pytest

import weighted_cross_entropy

api = pytest.importorskip("mypy.api")

SETTINGS = str(Path(__file__).parent.parent / "pyproject.toml")

USE = """
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt
import weighted_cross_entropy as wce

Array = npt.NDArray[np.floating[Any]]
Number = np.floating[Any]
Single = npt.NDArray[np.float32]
Double = npt.NDArray[np.float64]
z: Single = np.zeros(3, np.float32)


def use(single: Single, double: Double, number: Double) -> None:
    assert_type(wce.weighted_cross_entropy_with_logits([1, 0], z, 2.0), Array)
    assert_type(wce.weighted_cross_entropy_with_logits(z, z, [2.0, 3.0], name="mine"), Array)
    assert_type(
        wce.weighted_cross_entropy_with_logits(targets=z, logits=z, pos_weight=2), Array)
    assert_type(wce.loss(z, z), Array)
    assert_type(wce.loss(z, [1.0], 2.0, weights=z, axis=0, reduction="none", threads=1), Array)
    assert_type(wce.loss(z, z, label_smoothing=0.1, name="mine"), Array)
    assert_type(wce.loss(z, z, reduction="mean"), Number)
    assert_type(wce.loss(z, z, out=single), Single)
    assert_type(wce.loss(z, z, reduction="sum", out=number), Double)
    assert_type(wce.gradient(z, z, reduction="weighted_mean", weights=z), Array)
    assert_type(wce.gradient(z, z, out=double), Double)
    assert_type(wce.second_derivative(z, z), Array)
    assert_type(wce.second_derivative(z, z, out=double), Double)
    assert_type(wce.value_with_gradient(z, z), tuple[Number, Array])
    assert_type(wce.value_with_gradient(z, z, reduction="sum", out=single), tuple[Number, Single])
    assert_type(wce.value_with_gradient(z, z, reduction="none"), tuple[Array, Array])
    both = wce.value_with_gradient(z, z, reduction="none", out=(single, double))
    assert_type(both, tuple[Single, Double])
    assert_type(wce.target_derivative(z, z, label_smoothing=0.1), Array)
    assert_type(wce.positive_weight_derivative(z, z, out=double), Double)
    assert_type(wce.positive_weight([1, 0], "sqrt"), float)
    assert_type(wce.positive_weight(z, axis=0, cap=10), Double)


def choose(reduction: wce.Reduction) -> Array | Number:
    wce.gradient(z, z, reduction=reduction)
    return wce.loss(z, z, reduction=reduction)
"""

MISUSES = [
    'wce.loss(z, z, reduction="sums")', 'wce.gradient(z, z, reduction="average")',
    'wce.second_derivative(z, z, reduction=None)',
    'wce.value_with_gradient(z, z, reduction="Mean")', 'wce.loss(z, z, weight=z)',
    'wce.positive_weight(z, "mean")', 'wce.positive_weight(z, axis="a")',
    "wce.loss(z, z, out=[0.0])", "wce.loss(z)",
    "wce.value_with_gradient(z, z, out=(z, z))", "wce.weighted_cross_entropy_with_logits(z, z)",
]  # fmt: skip


def test_types_are_marked_and_hold():
    assert Path(weighted_cross_entropy.__file__).with_name("py.typed").exists()
    # By name, as users check it: a path would make sources of all installed packages.
    output, errors, status = api.run(["--config-file", SETTINGS, "-p", "weighted_cross_entropy"])
    assert status == 0, output + errors


def test_results_have_types_and_misuses_are_errors(tmp_path):
    program = USE.splitlines() + MISUSES
    path = tmp_path / "use.py"
    path.write_text("\n".join(program))
    output, errors, _ = api.run(
        ["--strict", "--config-file", "", "--cache-dir", str(tmp_path / "cache"), str(path)])
    found = {
        program[int(line.split(":")[1]) - 1] for line in output.splitlines() if ": error:" in line}
    assert found == set(MISUSES), output + errors
