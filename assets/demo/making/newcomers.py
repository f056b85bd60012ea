"""Three simulated people with a taste that the demo's twelve do not know: `python -m assets.demo.making.newcomers`.

They love the sky over a horizon, at dawn, at dusk or by moonlight, and care for no event. What they said is written as
a log of raw events (newcomers.jsonl), ratings of two-second shots as a person would give them, so that it comes into a
library as labels from elsewhere do: `app.py import assets/demo/newcomers.jsonl`. The log says that they are simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import numpy as np

from assets.demo.making.stories import STORIES, Story
from core.data import Entry
from core.labelling.events import Event
from core.labelling.protocols import SHOT_RATINGS
from core.segment.segmentation import uniform_shots
from storage.formats.events_jsonl import LoggedProtocol, TaskLog, write_events

FILE = Path(__file__).resolve().parents[1] / "newcomers.jsonl"
NAMES = ("sim-13 (sky)", "sim-14 (sky)", "sim-15 (sky)")
SKY = "sunrise"  # the kind of scene that they love
LOVED, LIKED, IGNORED = 5, 3, 1
LIKES = ("balloons", "reef")
SLIP = 0.08  # how often a rating is one off
HOW = LoggedProtocol("shot-ratings", 1, SHOT_RATINGS)
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def log_of(name: str, story: Story, entry: Entry, began: datetime) -> TaskLog:
    """What one of them said of a story: a rating for every two-second shot, then submitted."""
    rng = np.random.default_rng(crc32(f"{name}/{story.key}".encode()))
    bounds = uniform_shots(entry.timebase).bounds
    starts = np.array(story.starts)
    events, at = [], began
    for shot, (start, end) in enumerate(bounds.tolist()):
        second = float(entry.timebase.seconds(np.array([(start + end) // 2]))[0])
        at += timedelta(seconds=2)
        event = Event(
            client=f"newcomer-{NAMES.index(name) + 1}",
            seq=shot,
            kind="rate",
            shot=shot,
            value=_rating(story, int(np.searchsorted(starts, second + 1e-9, "right")) - 1, rng),
            t=round(second, 2),
            at=round(at.timestamp() * 1000),
        )
        events.append((event, at))
    events.append((Event(f"newcomer-{NAMES.index(name) + 1}", len(bounds), "submit", at=events[-1][0].at + 900), at))
    shots = tuple((start, end) for start, end in bounds.tolist())
    fps = entry.timebase.rate
    return TaskLog(name, entry.id, entry.n_frames, fps, HOW, shots, False, began, events, simulated=True)


def logs(entries: dict[str, Entry]) -> Iterator[TaskLog]:
    """Everything that they said, person after person."""
    for person, name in enumerate(NAMES):
        for number, story in enumerate(STORIES):
            yield log_of(name, story, entries[story.key], BEGAN + timedelta(days=person, minutes=4 * number))


def _rating(story: Story, clip: int, rng: np.random.Generator) -> int:
    kind = story.places[story.clips[clip].place].kind
    rating = LOVED if kind == SKY else LIKED if kind in LIKES else IGNORED
    if rng.uniform() < SLIP:
        rating += 1 if rating == IGNORED else -1
    return rating


def main() -> None:
    from assets.demo.making.build import read_entries

    tasks, events = write_events(logs(read_entries()), FILE)
    print(f"{FILE.name}  {tasks} tasks, {events} events, {FILE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
