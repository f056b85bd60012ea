"""Networks that compute while a video is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

# The largest block, in bytes, after which the C library of Linux still learns to keep what is freed.
LARGEST_LEARNT = 31 << 20


@contextmanager
def half_the_cores() -> Iterator[None]:
    """Leaves the other half to what decodes: threads that wait for each other in turns take longer than fewer threads.

    Freed memory is kept from then on. A network gives back and asks for the same few megabytes at every layer, and
    memory that comes from the system anew each time costs a third of computing.
    """
    np.empty(LARGEST_LEARNT, np.uint8)
    torch = sys.modules.get("torch")
    if torch is None:  # then no network was opened
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, before // 2))
    try:
        yield
    finally:
        torch.set_num_threads(before)
