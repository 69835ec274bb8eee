# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the loss for Keras, `keras_cases.py`, on each of Keras's back ends."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest


# NumPy's back end does not train, and so not all cases are for it.
@pytest.mark.parametrize(
    ("backend", "selected"),
    [("tensorflow", ""), ("jax", ""), ("torch", ""), ("numpy", "values or digits or ranks")])
def test_back_end(backend, selected):
    if not all(map(importlib.util.find_spec, ("keras", backend))):
        pytest.skip(f"Keras or {backend} is not installed")
    path = Path(__file__).with_name("keras_cases.py")
    environment = os.environ | {
        "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "pytest", "-qp", "no:cacheprovider", "-k", selected, path]
    result = subprocess.run(
        command, check=False, env=environment, cwd=path.parent, capture_output=True, text=True,
        timeout=1800)
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
    assert " passed" in result.stdout
