"""Hearing a video while its pictures are looked at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

import numpy as np

from core.data.timebase import Timebase
from core.progress import ShouldStop, check, never
from core.signals.hearing import Heard, hear

# How often somebody who waits asks whether it is wanted still, in seconds.
ASKED = 0.1


class Listening:
    """`core.signals.hearing.hear` in a thread of its own, which begins at once.

    Args:
        path, timebase, picks: see there.
    """

    def __init__(self, path: Path, timebase: Timebase, picks: np.ndarray) -> None:
        self._path = path
        self._given_up = Event()
        self._thread = ThreadPoolExecutor(1)
        self._heard = self._thread.submit(hear, path, timebase, picks, self._given_up.is_set)

    def heard(self, should_stop: ShouldStop = never) -> Heard | None:
        """What `hear` gives, when all has been heard.

        Args:
            should_stop: asked often meanwhile.

        Raises:
            VideoError: the file cannot be read.
            Cancelled: `should_stop` said so.
        """
        check(should_stop, f"Listening to '{self._path.name}'")
        while not self._heard.done():
            wait([self._heard], ASKED)
            check(should_stop, f"Listening to '{self._path.name}'")
        return self._heard.result()

    def close(self) -> None:
        """Lets the thread end, however much was heard so far."""
        self._given_up.set()
        self._thread.shutdown()
