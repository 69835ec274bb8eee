# SPDX-License-Identifier: Apache-2.0
"""The examples in the documentation print what they say."""

import doctest
import importlib
import re
from pathlib import Path

import numpy as np
import pytest

README = Path(__file__).parent.parent / "README.md"
OPTIONS = doctest.ELLIPSIS
PARTS = re.split(r"<!-- needs: (\w+) -->\n(```python\n.*?```)", README.read_text(), flags=re.DOTALL)


def run(text, name, names):
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    test = doctest.DocTestParser().get_doctest(text, names, name, str(README), 0)
    assert test.examples
    output = []
    options = np.get_printoptions()
    runner.run(test, out=output.append)
    np.set_printoptions(**options)
    assert runner.failures == 0, "".join(output)


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.0.0",
    reason="the page shows NumPy 2's notation of scalars")
def test_read_me():
    """All but the examples that need a peer."""
    run("".join(PARTS[::3]), "README.md", {})


@pytest.mark.parametrize(
    ("peer", "text"), list(zip(PARTS[1::3], PARTS[2::3], strict=True)), ids=PARTS[1::3])
def test_read_me_with(peer, text):
    pytest.importorskip(peer)
    for other in ("sklearn", "pandas", "pyarrow"):
        if other in text or (other == "sklearn" and "lassifier(" in text):
            pytest.importorskip(other, reason="the example needs it")
    run(text, peer, {"np": np})


@pytest.mark.parametrize(
    ("module", "peer"),
    [("", "numpy"), (".torch", "torch"), (".jax", "jax"), (".boosting", "numpy"),
        (".tensorflow", "tensorflow"), (".keras", "keras"), (".sklearn", "sklearn")])
def test_docstrings(module, peer):
    pytest.importorskip(peer)
    result = doctest.testmod(
        importlib.import_module("weighted_cross_entropy" + module), optionflags=OPTIONS)
    assert result.attempted > 0 and result.failed == 0


# Beside README.md in a copy of the tests, else in the checkout.
GPU_PAGE = README.with_name("OnAGPU.md")
if not GPU_PAGE.exists():
    catalog = "Sources/WeightedCrossEntropy/WeightedCrossEntropy.docc"
    GPU_PAGE = README.parent.parent / catalog / "OnAGPU.md"


@pytest.mark.parametrize(
    "program", re.findall(r"```python\n(.*?)```", GPU_PAGE.read_text(), re.DOTALL))
def test_page_of_the_gpu(program, capsys):
    """Its training loop runs on the CPU too."""
    pytest.importorskip("torch")
    exec(program, {})
    assert re.search(r"recall (0\.9|1)", capsys.readouterr().out)


def test_adapters_are_imported_only_when_asked():
    import subprocess
    import sys

    peers = ("'torch', 'jax', 'tensorflow', 'keras', 'xgboost', 'lightgbm', 'catboost', "
             "'sklearn', 'pandas', 'matplotlib'")
    modules = f"[m for m in ({peers}) if m in sys.modules]"
    program = f"import sys, weighted_cross_entropy; print({modules})"
    assert subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True,
        check=True).stdout == "[]\n"
