"""`leaderboard`: models beside each other on the same videos, with what noise and people get there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.progress import Progress, ShouldStop, never, silent
from core.statistics.figure import Figure
from core.statistics.results import Closeness, Figures, HumanBand
from verbs.contract import Request, Result
from verbs.measured import Measured, measured

if TYPE_CHECKING:
    from core.models.checkpoints import Checkpoint
    from storage.library import Library

Who = Literal["model", "noise", "people"]
UNDEFINED = float("nan")


class LeaderboardRequest(Request):
    """Which videos."""

    dataset: str | None = Field(None, description="Dataset id in the library (default: all).")


class Standing(Result):
    """One line of a leaderboard.

    Attributes:
        who: a model, or what its figures stand between: noise that knows nothing, and people.
        checkpoint: id; None for noise and people.
        label: for people.
        kind: registry name of the model; None for noise and people.
        kendall, spearman, f1: as the protocol asks; F1 in [0, 1].
        coverage: mean tau of each person's best sample, or best other person.
        precision: mean tau of each sample's best person, or best other person.
        diversity: mean 1 - tau of two samples, antithetic pairs left out, or of two people.
        skill: where tau stands between noise (0) and people (1).
        samples: how many curves were drawn for a video; None where the model draws one.
        videos: how many the figures are means over.
        seen: how many more it was measured on and had learned from; they are left out.
        known: whether it says what it learned from.
        selected_on_test: whether its epoch was chosen by such videos, which makes the figures too good.
    """

    who: Who
    checkpoint: str | None = None
    label: str
    kind: str | None = None
    kendall: Figure = UNDEFINED
    spearman: Figure = UNDEFINED
    f1: Figure = UNDEFINED
    coverage: Figure = UNDEFINED
    precision: Figure = UNDEFINED
    diversity: Figure = UNDEFINED
    skill: Figure = UNDEFINED
    samples: int | None = None
    videos: int
    seen: int = 0
    known: bool = True
    selected_on_test: bool = False


class Leaderboard(Result):
    """The models that were measured on the same videos.

    Attributes:
        dataset: id.
        splits, split: name of the split file, and which of it; None where there was none.
        protocol: of the figures.
        videos: ids, sorted.
        rows: best first, noise and people where they stand; what has no figures comes last.
    """

    dataset: str
    splits: str | None
    split: int | None
    protocol: str
    videos: list[str]
    rows: list[Standing]


class LeaderboardResult(Result):
    """Of each set of videos one; those with the most models first."""

    boards: list[Leaderboard]


def leaderboard(
    library: Library, request: LeaderboardRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> LeaderboardResult:
    """What models reached that were measured on the same videos under the same protocol."""
    found = {checkpoint.id: checkpoint for checkpoint in library.checkpoints.list()}
    together: dict[tuple[object, ...], list[Measured]] = {}
    for figures in measured(library, found.values()).values():
        for one in figures:
            if request.dataset in (None, one.dataset):
                key = (one.dataset, one.splits, one.split, one.protocol, frozenset(one.videos))
                together.setdefault(key, []).append(one)
    boards = [_board(rows, found) for rows in together.values()]
    boards.sort(key=lambda one: (-len(one.rows), one.dataset, one.splits or "", one.split or 0, one.protocol))
    return LeaderboardResult(boards=boards)


def _board(rows: Sequence[Measured], found: dict[str, Checkpoint]) -> Leaderboard:
    newest: dict[str, Measured] = {}
    for one in rows:  # measured after training, and once more
        newest.setdefault(one.checkpoint, one)
    standings = [_model(one, found[one.checkpoint]) for one in newest.values()] + _ends(list(newest.values()))
    first = rows[0]
    return Leaderboard(
        dataset=first.dataset,
        splits=first.splits,
        split=first.split,
        protocol=first.protocol,
        videos=sorted(first.videos),
        rows=sorted(standings, key=lambda one: -one.kendall if one.kendall == one.kendall else 2.0),
    )


def _model(one: Measured, checkpoint: Checkpoint) -> Standing:
    figures, samples = one.figures, one.settings.get("samples")
    facts = Standing(
        who="model",
        checkpoint=one.checkpoint,
        label=checkpoint.label,
        kind=checkpoint.kind,
        samples=samples if isinstance(samples, int) and figures is not None and figures.coverage is not None else None,
        videos=len(one.per_video),
        seen=one.seen,
        known=one.known,
        selected_on_test=one.selected_on_test,
    )
    if figures is None:
        return facts
    skill = figures.skill.kendall if figures.skill else UNDEFINED
    return facts.model_copy(update=_told(figures) | _of_samples(figures) | {"skill": skill})


def _ends(rows: Sequence[Measured]) -> list[Standing]:
    """Noise and people on these videos, where a model was measured beside them on all of them."""
    placed = [(one, one.figures) for one in rows if one.figures is not None and not one.seen]
    beside = [(one, found, found.chance) for one, found in placed if found.chance is not None]
    if not beside:
        return []
    one, figures, chance = max(beside, key=lambda each: each[1].coverage is not None)
    human, videos = figures.human, len(one.per_video)
    ends = [
        Standing(
            who="noise",
            label="Noise that knows nothing",
            videos=videos,
            skill=0.0,
            **_told(chance.noise),
            **_of_samples(chance.noise),
        ),
        Standing(
            who="people",
            label="People, each by the others",
            videos=videos,
            skill=1.0,
            **_told(chance.people),
            **(_of_people(human) if human else {}),
        ),
    ]
    if human is not None:
        ends.append(Standing(who="people", label="People, two by two", videos=videos, **_told(human.pairwise)))
    return ends


def _told(figures: Figures | Closeness) -> dict[str, float]:
    return {name: getattr(figures, name) for name in ("kendall", "spearman", "f1")}


def _of_samples(figures: Figures) -> dict[str, float]:
    coverage, precision, diversity = figures.coverage, figures.precision, figures.diversity
    return {
        "coverage": UNDEFINED if coverage is None else coverage.kendall,
        "precision": UNDEFINED if precision is None else precision.kendall,
        "diversity": UNDEFINED if diversity is None else diversity.one_minus_tau,
    }


def _of_people(human: HumanBand) -> dict[str, float]:
    """Each person is covered by the best other one, which is as precise."""
    closest = human.closest.kendall
    return {"coverage": closest, "precision": closest, "diversity": human.difference.kendall}
