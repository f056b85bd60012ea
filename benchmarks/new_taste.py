"""Do new labels move the model? Three people with a taste of their own join the demo's twelve.

The demo's SummDiff checkpoint, which knows the twelve, is trained on with everybody's labels of the six training
videos; what the newcomers said comes from assets/demo/newcomers.jsonl as from another installation. Before and after
are measured on the two held-back videos, 16 samples each, against the newcomers and against the twelve: coverage by F1
of cuts of 15 %, three seeds. All people are simulated, and two videos are few: a cut holds one event, so that the F1 of
a person's best sample is nearly 0 or 1.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from assets.demo.making.build import HERE, SUMMDIFF
from assets.demo.making.newcomers import FILE, NAMES
from assets.demo.making.stories import STORIES
from benchmarks.measuring import Result, peak_mb
from core.data import Entry
from core.statistics.results import Helped, Moved

SAMPLES, SEEDS, UPDATES = 16, 3, 600
GAINED, LOST = 0.15, -0.03


def new_taste() -> Result:
    """The change of coverage for the newcomers, and for those who were there."""
    started = time.perf_counter()
    changes: dict[str, list[float]] = {"new": [], "old": []}
    rows = []
    with tempfile.TemporaryDirectory() as work:
        entries = judged_entries(Path(work) / "library")
        for seed in range(SEEDS):
            found = measured(entries, seed, Path(work))
            for group in found.groups:
                rows.append({"seed": seed, **_row(group)})
                changes[group.group].append(rows[-1]["coverage_f1"][1] - rows[-1]["coverage_f1"][0])
                print(rows[-1], file=sys.stderr)
            print(found.sentence, file=sys.stderr)
    gained, lost = (float(np.mean(changes[group])) for group in ("new", "old"))
    return Result(
        "new-taste",
        time.perf_counter() - started,
        None,
        peak_mb(),
        None,
        gained >= GAINED and lost >= LOST,
        f"coverage F1 up by {GAINED} for the newcomers and down by at most {-LOST} for the others",
        {"gained": round(gained, 4), "lost": round(lost, 4), "rows": rows},
    )


def judged_entries(folder: Path) -> dict[str, Entry]:
    """The demo's entries by key with everybody's labels, the newcomers' from their log, in a library of its own."""
    from storage.demo import DEMO, seed_demo
    from storage.library import Library
    from storage.merging import join_events

    with Library.open(folder) as library:
        seed_demo(library, HERE)
        join_events(library, FILE)
        return {entry.key: entry for entry in library.people.labelled_entries(DEMO)}


def measured(entries: dict[str, Entry], seed: int, folder: Path) -> Helped:
    """Trains the demo's checkpoint on with everybody and compares on the held-back videos."""
    from core.models.checkpoints import read_checkpoint
    from core.training.helped import helped
    from core.training.loop import train
    from core.training.recipes import get_preset
    from core.training.videos import videos_from_entries

    before = read_checkpoint(HERE / "checkpoints" / SUMMDIFF)
    learned = [entries[story.key] for story in STORIES if not story.held_back]
    videos, space = videos_from_entries(learned, "summdiff", before.feature_space)
    settings = replace(get_preset("summdiff-demo"), seed=seed, updates=UPDATES, device="cpu")
    after = train(videos, settings, out=folder / f"after-{seed}", feature_space=space, start_from=before)
    held = [entries[story.key] for story in STORIES if story.held_back]
    return helped(before, after, held, NAMES, len(learned), samples=SAMPLES, seed=seed)


def _row(group: Moved) -> dict[str, object]:
    """Before and after of one group."""
    was, now = group.before, group.after
    return {
        "group": group.group,
        "people": group.people,
        "coverage_f1": [round(one.coverage.f1, 4) for one in (was, now)],
        "coverage_tau": [round(one.coverage.kendall, 4) for one in (was, now)],
        "tau_of_the_mean": [round(one.kendall, 4) for one in (was, now)],
    }
