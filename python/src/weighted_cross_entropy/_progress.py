# SPDX-License-Identifier: Apache-2.0
"""The progress of a fit on a terminal or in a notebook."""

from __future__ import annotations

import sys
from types import TracebackType


class Progress:
    """A line on the standard error that shows how much of the work is done.

    A terminal and a notebook both obey the carriage return.
    """

    def __init__(self, label: str, is_shown: bool) -> None:
        self._label = label
        self._is_shown = is_shown
        self._length = 0

    def __call__(self, fraction: float) -> None:
        if self._is_shown:
            self._write(f"{self._label} {fraction:4.0%}")

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._length:
            self._write("")
            sys.stderr.write("\r")

    def _write(self, text: str) -> None:
        sys.stderr.write("\r" + text.ljust(self._length))
        sys.stderr.flush()
        self._length = max(self._length, len(text))
