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
    return _asked("mallopt", M_ARENA_MAX, 1)


def give_back() -> bool:
    """Gives memory that is free to the system, whether there was any: what is freed in between is kept otherwise."""
    return _asked("malloc_trim", 0)


def _asked(function: str, *arguments: int) -> bool:
    """What a function of Linux's C library answers; False where there is another, which has none."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        found = getattr(ctypes.CDLL(None), function)
    except (OSError, AttributeError):
        return False
    return bool(found(*arguments))
