"""Networks that compute while a video is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from core.heap import give_back

# The largest block, in bytes, after which the C library of Linux still learns to keep what is freed.
LARGEST_LEARNT = 31 << 20
# How long one thread keeps the others of Python's from going on, in seconds. Those that look at pictures call OpenCV
# many times a millisecond and lose the turn each time: by default each of them then waits for 5 ms.
TURN = 3e-4


@contextmanager
def half_the_cores() -> Iterator[None]:
    """Leaves the other half to what decodes: threads that wait for each other in turns take longer than fewer threads.

    OpenCV, whose pictures are small here, computes without further threads; threads of Python take shorter turns.
    Freed memory is kept until then. A network gives back and asks for the same few megabytes at every layer, and
    memory that comes from the system anew each time costs a third of computing.
    """
    np.empty(LARGEST_LEARNT, np.uint8)
    torch = sys.modules.get("torch")  # absent where no network was opened
    before = cv2.getNumThreads(), sys.getswitchinterval(), torch.get_num_threads() if torch else 0
    cv2.setNumThreads(1)
    sys.setswitchinterval(TURN)
    if torch:
        torch.set_num_threads(max(1, before[2] // 2))
    try:
        yield
    finally:
        cv2.setNumThreads(before[0])
        sys.setswitchinterval(before[1])
        if torch:
            torch.set_num_threads(before[2])
        give_back()
