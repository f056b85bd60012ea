"""How the C library keeps memory that was freed."""

from __future__ import annotations

import ctypes
import sys

M_ARENA_MAX = -8  # of glibc's malloc.h


def share_heap() -> bool:
    """Lets all threads of this process share one heap of the C library, from now on; whether it can.

    By default each of some dozen threads gets a heap of its own. What one of them has freed no other one can use, and a
    server that hands requests to whichever thread is free grows for hours until each heap has seen the largest of them.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library, which has none
        return False
    return bool(mallopt(M_ARENA_MAX, 1))
