"""What a long training is given besides its settings: where it keeps what it has, when it is content, who shares it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from core.progress import ShouldStop, never
from core.training.distributed import ALONE, Processes

SAVE_EVERY_S = 3.0


@dataclass(frozen=True)
class Underway:
    """How a training that takes long can go on after its process died, or end early with what it has.

    Attributes:
        folder: where it keeps after an epoch what it needs to go on from there; None keeps nothing. A training with the
            same settings on the same videos that finds something there goes on from it.
        should_finish: asked after every step whether the best of what it has by now is enough.
        save_every_s: seconds between two times that it keeps something.
        processes: that train together.
    """

    folder: Path | None = None
    should_finish: ShouldStop = never
    save_every_s: float = SAVE_EVERY_S
    processes: Processes = ALONE

    def inside(self, name: str) -> Underway:
        """The same for one of several trainings."""
        return replace(self, folder=None if self.folder is None else self.folder / name)


NOTHING_KEPT = Underway()
