"""What a training said of its epochs: a JSON line each, beside its checkpoint and while it goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from core.statistics.figure import Figure

EPOCHS = "epochs.jsonl"


@dataclass(frozen=True)
class Epoch:
    """One pass over the videos.

    Attributes:
        epoch: its number, from 1.
        loss: mean of its batches.
        validation: what the selection criterion said last in it, the larger the better; None where there is none.
        seconds: of training until its end.
        lr: learning rate of its last step.
    """

    epoch: int
    loss: Figure
    validation: Figure | None
    seconds: float
    lr: float


def epoch_lines(epochs: Sequence[Epoch]) -> str:
    """The epochs as JSON lines; what is undefined is null."""
    return "".join(json.dumps(_plain(one)) + "\n" for one in epochs)


def append_epoch(path: Path, epoch: Epoch) -> None:
    """Adds a line to a file, which is made where there is none."""
    with path.open("a", encoding="utf-8") as file:
        file.write(epoch_lines([epoch]))


def read_epochs(path: Path) -> list[Epoch]:
    """The epochs of a file; none where there is no such file. A line that is being written is left out."""
    found: list[Epoch] = []
    with suppress(OSError):
        for line in path.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError, TypeError):
                told = json.loads(line)
                found.append(Epoch(**{**told, "loss": float("nan") if told["loss"] is None else told["loss"]}))
    return found


def _plain(epoch: Epoch) -> dict[str, float | None]:
    """Rounded values; null for what is no number."""
    return {
        name: None if value is None or value != value else round(value, 6) if name != "lr" else value
        for name, value in asdict(epoch).items()
    }
