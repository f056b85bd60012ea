"""Work for engines: squares, with what may go wrong."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from core.errors import NotFoundError, VideoError


@dataclass(frozen=True)
class Squares:
    """Squares of numbers; notes every try in a file of `folder`.

    Attributes:
        folder: of the notes.
        deadly: number that kills its worker.
        kills: how often it does.
        missing: the work cannot be opened.
    """

    folder: Path
    deadly: int = -1
    kills: int = 1
    missing: bool = False

    def open(self):
        if self.missing:
            raise NotFoundError("The weights are not here.", "Fetch them.")
        (self.folder / f"opened-{os.getpid()}").touch()

        def do(item, progress, should_stop):
            with (self.folder / f"tried-{item}").open("a") as notes:
                notes.write("x")
            time.sleep(0.02)
            if item == self.deadly and tries(self.folder, item) <= self.kills:
                os.kill(os.getpid(), signal.SIGKILL)
            if item == 13:
                raise VideoError("Thirteen is damaged.", "Take another one.")
            return item * item

        return do


def tries(folder: Path, item: int) -> int:
    return len((folder / f"tried-{item}").read_text())
