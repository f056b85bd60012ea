"""Did a training help? Held-out videos before and after, against new people and against those of before.

A model that moves towards the people it has just learned from may leave the others behind, so both are measured, on
videos that neither model was trained on, each difference paired over videos.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.data import Entry
from core.models.checkpoints import Checkpoint
from core.progress import Progress, ShouldStop, check, never, silent
from core.statistics.agreement import human_band
from core.statistics.chance import chance_of, skill_of
from core.statistics.curves import mean_defined
from core.statistics.evaluation import default_protocol, figures_of
from core.statistics.figure import mean_of
from core.statistics.paired import paired_difference
from core.statistics.results import Chance, Change, Figures, Helped, HumanBand, Moved, Skill
from core.training.scoring import can_score, score

# What is compared, as `core.statistics.results.Change` calls it; coverage where both models sample.
FIGURES = ("kendall", "f1", "coverage_kendall", "coverage_f1")
WHOM = {"new": "the new people", "old": "the old people"}


def helped(
    before: Checkpoint | None,
    after: Checkpoint,
    entries: Sequence[Entry],
    new: Sequence[str],
    learned: int,
    *,
    samples: int = 8,
    seed: int = 0,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Helped:
    """Compares two checkpoints on videos that neither was trained on.

    Args:
        before: that the training went on from; None for fresh weights.
        after: what came of it.
        entries: held out, with their people; those that a model cannot score are left out.
        new: names of the people whose labels were new; everybody else is old.
        learned: how many videos of new people were trained on, for the sentence.
        samples: per video, where a model samples.
        seed: of the samplers.
        progress: told of every video.
        should_stop: asked before every video.

    Raises:
        Cancelled: `should_stop` said so.
    """
    both = [one for one in (before, after) if one is not None]
    entries = [entry for entry in entries if not any(can_score(one, entry) for one in both)]
    scored: list[tuple[Entry, np.ndarray | None, np.ndarray]] = []
    for index, entry in enumerate(entries):
        check(should_stop, "The comparison", "The checkpoint is kept.")
        progress(index / max(len(entries), 1), f"Comparing on {entry.title or entry.id}")
        curves = [score(one, entry, n=samples, seed=seed).scores for one in both]
        scored.append((entry, curves[0] if before else None, curves[-1]))
    protocol = default_protocol(entries[0]) if entries else ""
    names = set(new)
    groups = [_moved(group, is_new, scored, names, protocol, seed) for group, is_new in (("new", True), ("old", False))]
    found = tuple(one for one in groups if one is not None)
    return Helped(
        before=before.id if before else None,
        after=after.id,
        videos=tuple(entry.id for entry in entries),
        learned=learned,
        protocol=protocol,
        groups=found,
        sentence=_sentence(found, learned, before is not None, samples),
    )


def _moved(
    group: str,
    is_new: bool,
    scored: Sequence[tuple[Entry, np.ndarray | None, np.ndarray]],
    new: set[str],
    protocol: str,
    seed: int,
) -> Moved | None:
    befores: list[Figures] = []
    afters: list[Figures] = []
    placed: dict[str, list[tuple[Figures, Chance, HumanBand]]] = {"before": [], "after": []}
    names: set[str] = set()
    for entry, old_curves, curves in scored:
        people = entry.people
        rows = [row for row, name in enumerate(people.annotators) if (name in new) == is_new]
        if not rows:
            continue
        names |= {people.annotators[row] for row in rows}
        judged = replace(entry, annotations=people.only(rows))
        band = human_band(judged)
        for when, each, figures in (("before", old_curves, befores), ("after", curves, afters)):
            if each is None:
                continue
            figures.append(figures_of(judged, each, protocol))
            if band is not None and (chance := chance_of(judged, each, protocol, seed)) is not None:
                placed[when].append((figures[-1], chance, band))
    if not afters:
        return None
    changes = {}
    for name in FIGURES if befores else ():
        was, became = ([_value(one, name) for one in side] for side in (befores, afters))
        if np.isfinite(became).any():
            changes[name] = Change(mean_defined(was), mean_defined(became), paired_difference(was, became))
    return Moved(
        group=group,
        people=len(names),
        videos=len(afters),
        before=mean_of(befores) if befores else None,
        after=mean_of(afters),
        changes=changes,
        skill_before=_skill(placed["before"]),
        skill_after=_skill(placed["after"]),
    )


def _skill(placed: Sequence[tuple[Figures, Chance, HumanBand]]) -> Skill | None:
    """Over the videos that two or more people judged."""
    if not placed:
        return None
    figures, chances, bands = zip(*placed, strict=True)
    return skill_of(mean_of(figures), mean_of(chances), mean_of(bands).closest)


def _value(figures: Figures, name: str) -> float:
    if not name.startswith("coverage_"):
        return float(getattr(figures, name))
    covered = figures.coverage
    return float("nan") if covered is None else float(getattr(covered, name.removeprefix("coverage_")))


def _sentence(groups: Sequence[Moved], learned: int, had_before: bool, samples: int) -> str:
    """ "The new labels of 5 videos moved the model towards those who gave them by 0.08 ± 0.03 and ..." """
    if not groups:
        return "Nobody judged a video that was held out, so it is not known whether this helped."
    by = {one.group: one for one in groups}
    new, old = by.get("new"), by.get("old")
    # Who samples is asked whether everybody finds their summary, not what the mean of all samples says.
    covers = all(one.after.coverage is not None for one in groups)
    figure = "coverage_kendall" if covers else "kendall"
    what = f"tau of the best of {samples} samples" if covers else "tau"
    measured = f"Measured in {what}, on {_videos(max(one.videos for one in groups))} that were held out."
    if not had_before:
        reached = [f"{_value(one.after, figure):.2f} with {WHOM[one.group]}" for one in groups]
        return f"The model reaches {' and '.join(reached)}; there is nothing before it to compare with. {measured}"
    if new is not None:
        told = f"The new labels of {_videos(learned)} moved the model {_moved_by(new, figure, 'those who gave them')}"
        if old is not None:
            told += f" and {_moved_by(old, figure, 'the others')}"
    else:
        told = f"The training moved the model {_moved_by(by['old'], figure, 'people')}"
        if learned:
            measured += " Nobody whose labels were new judged one of them: whether it came closer to them is not known."
    if any(_limits(one, figure) is not None for one in groups):
        measured += " ± is half of the 95 % interval."
    return f"{told}. {measured}"


def _moved_by(group: Moved, figure: str, whom: str) -> str:
    """ "towards the others by 0.08 ± 0.03" """
    change = group.changes[figure].difference if figure in group.changes else None
    if change is None or not np.isfinite(change.value):
        return f"by an unknown amount for {whom}"
    amount = f"{abs(change.value):.2f}"
    if amount == "0.00":
        return f"neither towards nor away from {whom}"
    direction = f"{'away from' if change.value < 0 else 'towards'} {whom} by {amount}"
    limits = _limits(group, figure)
    if limits is None:
        return f"{direction} (too few videos to say how surely)"
    unsure = "" if change.low > 0 or change.high < 0 else " (which chance may explain)"
    return f"{direction} ± {limits:.2f}{unsure}"


def _limits(group: Moved, figure: str) -> float | None:
    """Half of the 95 % interval of a change; None where there is none."""
    change = group.changes[figure].difference if figure in group.changes else None
    return None if change is None or not np.isfinite(change.low) else (change.high - change.low) / 2


def _videos(count: int) -> str:
    return f"{count} {'video' if count == 1 else 'videos'}"
