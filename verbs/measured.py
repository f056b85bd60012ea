"""What was measured of checkpoints, on videos that they have not learned from: others say nothing of their quality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from core.models.provenance import learned_from
from core.statistics.figure import mean_of
from core.statistics.results import Evaluation, Figures, Placed
from storage.evaluated import Evaluated, Part, Setting

if TYPE_CHECKING:
    from core.models.checkpoints import Checkpoint
    from storage.library import Library

PROTOCOLS = ("tvsum", "summe", "mrhisum")


@dataclass(frozen=True)
class Measured:
    """Figures of one checkpoint on videos that it has not learned from.

    Attributes:
        checkpoint: its id.
        dataset, part, splits, split, settings, created: as in `storage.evaluated.Evaluated`.
        protocol: of the figures.
        figures: means over the videos; None where it has learned from all of them.
        per_video: of each, by entry id.
        videos: ids of all that it was measured on, also of those that it has learned from.
        seen: how many more videos there were, from which it has learned; they are left out.
        known: whether it says what it learned from, so that this can be told.
        selected_on_test: whether its epoch was chosen by such videos, which makes the figures too good.
    """

    checkpoint: str
    dataset: str
    part: Part
    splits: str | None
    split: int | None
    protocol: str
    settings: Mapping[str, Setting]
    figures: Placed | None
    per_video: Mapping[str, Figures]
    videos: tuple[str, ...]
    seen: int
    known: bool
    selected_on_test: bool
    created: datetime

    @property
    def where(self) -> tuple[str, Part, str | None, int | None, str]:
        """On what it was measured, and how."""
        return self.dataset, self.part, self.splits, self.split, self.protocol


def measured(library: Library, checkpoints: Iterable[Checkpoint]) -> dict[str, list[Measured]]:
    """The newest figures of checkpoints on each set of videos, by their ids: those of their training first."""
    stored: dict[str, list[Evaluated]] = {}
    for one in library.evaluations.list():
        stored.setdefault(one.checkpoint, []).append(one)
    found = {}
    for checkpoint in checkpoints:
        newest: dict[object, Measured] = {}
        for one in [*_of_training(checkpoint), *stored.get(checkpoint.id, ())]:
            told = on_unseen(checkpoint, one)
            newest.setdefault(told.where, told)
        found[checkpoint.id] = list(newest.values())
    return found


def on_unseen(checkpoint: Checkpoint, evaluated: Evaluated) -> Measured:
    """An evaluation without the videos that its checkpoint has learned from, then or before."""
    learned = learned_from(checkpoint)
    each = evaluated.figures.per_video or {}
    saw = {entry: learned.saw(entry) for entry in each}
    unseen = {entry: figures for entry, figures in each.items() if not saw[entry]}
    figures: Placed | None = None
    if len(unseen) == len(each):
        whole = evaluated.figures
        figures = Placed(**{one.name: getattr(whole, one.name) for one in fields(Placed)})
    elif unseen:  # what people and noise get on these alone was not kept
        figures = Placed(**vars(mean_of(list(unseen.values()))))
    return Measured(
        checkpoint=checkpoint.id,
        dataset=evaluated.dataset,
        part=evaluated.part,
        splits=evaluated.splits,
        split=evaluated.split,
        protocol=evaluated.figures.protocol,
        settings=evaluated.settings,
        figures=figures,
        per_video=unseen,
        videos=tuple(each),
        seen=len(each) - len(unseen),
        known=None not in saw.values(),
        selected_on_test=bool(checkpoint.training.get("selected_on_test")),
        created=evaluated.created,
    )


def _of_training(checkpoint: Checkpoint) -> list[Evaluated]:
    """What its training measured on the videos that it held out."""
    found = []
    for protocol in PROTOCOLS:
        told = checkpoint.metrics.get(protocol)
        if not isinstance(told, dict) or not told.get("videos"):
            continue  # of an earlier version, or of others: nobody knows which videos it is about
        try:
            figures = TypeAdapter(Evaluation).validate_python(
                {one.name: told[one.name] for one in fields(Evaluation) if one.name in told}
            )
            each = dict(zip(told["videos"], (figures.per_video or {}).values(), strict=True))
            created = datetime.fromisoformat(checkpoint.created)
        except (ValidationError, ValueError):
            continue
        datasets = {entry.partition("/")[0] for entry in each}
        dataset = str(checkpoint.training.get("dataset") or min(datasets, default=""))
        found.append(
            Evaluated(
                checkpoint=checkpoint.id,
                dataset=dataset,
                part="held-out",
                splits=None,
                split=None,
                settings={"samples": figures.samples},
                figures=replace(figures, per_video=each),
                created=created,
            )
        )
    return found
