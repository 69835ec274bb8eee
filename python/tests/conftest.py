# SPDX-License-Identifier: Apache-2.0
"""The tests' own CUDA driver, `Tests/_FakeCUDA`: two GPUs whose memory is the host's.

WCE_FAKE_CUDA names the library. Its soname is that of the driver, so that the package finds it.
"""

import bisect
import contextlib
import ctypes
import os
import weakref

import pytest

PATH = os.environ.get("WCE_FAKE_CUDA")


class FakeCUDA:
    """The driver, with the memory that the tests allocate on it."""

    def __init__(self):
        self.library = ctypes.CDLL(PATH)
        self.addresses, self.sizes = [], {}

    def allocate(self, byte_count, device=0):
        """Memory of a GPU, as a buffer of the host that frees it."""
        context, address = ctypes.c_void_p(100 + device), ctypes.c_uint64()
        assert self.library.cuCtxPushCurrent_v2(context) == 0
        assert self.library.cuMemAlloc_v2(
            ctypes.byref(address), ctypes.c_size_t(max(byte_count, 1))) == 0
        assert self.library.cuCtxPopCurrent_v2(ctypes.byref(context)) == 0
        buffer = (ctypes.c_uint8 * byte_count).from_address(address.value)
        bisect.insort(self.addresses, address.value)
        self.sizes[address.value] = max(byte_count, 1)
        weakref.finalize(buffer, self.free, address.value).atexit = False
        return buffer

    def free(self, address):
        self.addresses.remove(address)
        del self.sizes[address]
        assert self.library.cuMemFree_v2(ctypes.c_uint64(address)) == 0

    def owns(self, address):
        index = bisect.bisect_right(self.addresses, address) - 1
        start = self.addresses[index] if index >= 0 else 0
        return index >= 0 and address < start + self.sizes[start]

    def count(self, function="cuLaunchKernel"):
        return self.library.fake_cuda_count(function.encode())

    def fail(self, function, after=0, status=700):
        self.library.fake_cuda_fail(function.encode(), after, status)

    @contextlib.contextmanager
    def only_on(self, stream):
        """Makes work on any other stream an error."""
        self.library.fake_cuda_stream(ctypes.c_void_p(stream))
        try:
            yield
        finally:
            self.library.fake_cuda_stream(None)


@pytest.fixture(scope="session")
def gpu():
    if PATH is None:
        pytest.skip("WCE_FAKE_CUDA does not name the tests' own CUDA driver")
    return FakeCUDA()
