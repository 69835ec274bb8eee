# SPDX-License-Identifier: Apache-2.0
"""The tests that Optax and Keras are published with, with the losses of this package in place.

They are in the installed packages. `published_losses.py` replaces the losses.
"""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

KERAS = {"keras.src.losses.losses_test": ["BinaryCrossentropyTest"]}
OPTAX = {"optax.losses._classification_test": ["SigmoidCrossEntropyTest", "SigmoidFocalLossTest"]}


# Keras skips one of its 9 tests on PyTorch.
@pytest.mark.parametrize(
    ("backend", "published", "count"),
    [("jax", OPTAX | KERAS, 28), ("tensorflow", KERAS, 9), ("torch", KERAS, 8)])
def test_published(backend, published, count):
    for name in (backend, *(module.split(".")[0] for module in published)):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    for module in published:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    folder = str(Path(__file__).parent)
    path = os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))
    environment = os.environ | {
        "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "",
        "PYTHONPATH": path}
    tests = [f"{module}::{one}" for module, classes in published.items() for one in classes]
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "published_losses", "-p", "no:cacheprovider",
        "-c", os.devnull, "--rootdir", folder, "--pyargs", *tests]
    result = subprocess.run(
        command, check=False, env=environment, cwd=folder, capture_output=True, text=True,
        timeout=600)
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed and result.returncode == 0, result.stdout[-5000:] + result.stderr[-2000:]
    assert int(passed[1]) >= count
