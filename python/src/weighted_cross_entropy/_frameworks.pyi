# SPDX-License-Identifier: Apache-2.0
from typing import Any

def xla_handler() -> Any:
    """The handler of XLA's foreign function interface, in a capsule."""
