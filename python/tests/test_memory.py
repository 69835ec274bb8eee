# SPDX-License-Identifier: Apache-2.0
"""Which arrays are copied, and whether other threads and child processes run."""

import os
import subprocess
import sys
import threading
import time
import tracemalloc

import numpy as np
import pytest

import weighted_cross_entropy as wce
from reference import QUANTITIES, arrays

ELEMENTWISE = [getattr(wce, quantity) for quantity in QUANTITIES]


class TestMemory:
    COUNT = 1 << 20

    def peak(self, call):
        call()
        tracemalloc.start()
        try:
            call()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize("order", [None, (0, 1, 2), (1, 0, 2), (2, 1, 0), (0, 2, 1)])
    def test_contiguous_arrays_are_never_copied(self, order):
        shape = (self.COUNT,) if order is None else (16, 64, self.COUNT // 1024)
        z, x, out = (np.zeros(shape, np.float32).transpose(order) for _ in range(3))
        for function in ELEMENTWISE:
            assert self.peak(lambda f=function: f(z, x, 3.0, weights=z, out=out)) < 10_000
        if order is not None:
            classes = np.ones(x.shape[1])
            call = lambda: wce.loss(z, x, classes, axis=1, weights=z, out=out)
            assert self.peak(call) < 20_000
            both = out, np.zeros_like(out)
            call = lambda: wce.value_with_gradient(z, x, 3.0, reduction="none", out=both)
            assert self.peak(call) < 10_000
        assert self.peak(lambda: wce.loss(z, x, 3.0, reduction="mean")) < 10_000
        assert self.peak(lambda: wce.value_with_gradient(z, x, 3.0, out=out)) < 10_000
        assert self.peak(lambda: wce.loss(z, x, 3.0)) < x.nbytes + 10_000

    def test_others_are_copied_once(self):
        z, x = np.zeros((self.COUNT, 2), np.float32).T
        out = np.empty(self.COUNT, np.float32)
        assert self.peak(lambda: wce.loss(z, x, 3.0, out=out)) < 2 * out.nbytes + 10_000
        assert self.peak(lambda: wce.loss(out, x, 3.0, out=out)) < out.nbytes + 10_000
        integers = np.zeros(self.COUNT, np.int64)
        assert self.peak(lambda: wce.loss(integers, out, 3.0, out=out)) < out.nbytes + 10_000

    @pytest.mark.parametrize("which", range(3))
    def test_only_what_is_not_aligned_is_copied(self, which):
        inputs = [np.zeros(self.COUNT, np.float32) for _ in range(3)]
        inputs[which] = np.zeros(4 * self.COUNT + 1, np.uint8)[1:].view(np.float32)
        out = np.empty(self.COUNT, np.float32)
        assert self.peak(
            lambda: wce.loss(
                inputs[0], inputs[1], weights=inputs[2], out=out)) < out.nbytes + 10_000

    @pytest.mark.parametrize("step", [slice(1, None), slice(None, -1)])
    def test_no_input_is_copied_where_an_output_overlaps_it(self, step):
        memory, z = np.zeros((2, self.COUNT + 1), np.float32)
        x = memory[slice(None, -1) if step.start else slice(1, None)]
        assert self.peak(
            lambda: wce.loss(z[1:], x, 3.0, weights=z[1:], out=memory[step])) < x.nbytes + 10_000


def test_other_threads_run_meanwhile():
    """Without forced switches, the other thread counts only if the call releases the lock."""
    targets, logits = arrays(np.float32, 1 << 20)
    out = np.empty_like(logits)
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0)

    thread = threading.Thread(target=count)
    thread.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        for _ in range(100):
            before = counted[0]
            wce.loss(targets, logits, 3.0, out=out, threads=1)
            if counted[0] > before:
                break
        else:
            pytest.fail("the interpreter was held")
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()


FORK = """
import os
import numpy as np
import weighted_cross_entropy as wce

targets, logits = np.zeros((2, 1 << 19), np.float32)
expected = wce.loss(targets, logits, reduction="sum", threads=4)
child = os.fork()
if child == 0:
    os._exit(0 if wce.loss(targets, logits, reduction="sum", threads=4) == expected else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_child_of_a_process_that_used_threads_computes_too():
    """As the workers of a data loader do."""
    assert subprocess.run([sys.executable, "-c", FORK], timeout=600, check=False).returncode == 0
