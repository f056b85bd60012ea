"""One person at the Annotate page, for the browser tests of it; and videos made to measure for them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np

from core.data import Entry
from core.data.timebase import Timebase
from storage.library import Library
from tests.core.made_videos import write_video

# Not the entry that the tests of Compare look at: whoever submits here becomes one of its people.
ENTRY = "demo/space-coast"
NAMES = (f"Rater {n}" for n in itertools.count(1))


@dataclass
class Rater:
    """One person at one tab."""

    page: Any
    url: str
    name: str = field(default_factory=lambda: next(NAMES))

    def sign_in(self) -> None:
        self.page.goto(f"{self.url}/annotate")
        self.page.wait_for_selector("#annotator[data-view=signin][data-ready=true]")
        self.page.fill("#mc-name", self.name)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("#annotator[data-view=queue][data-ready=true]")

    def queue(self) -> None:
        """Signs in, past the form, and opens the queue."""
        self.page.request.post(f"{self.url}/api/me", data={"name": self.name})
        self.page.goto(f"{self.url}/annotate")
        self.at_queue()

    def at_queue(self) -> None:
        self.page.wait_for_selector("#annotator[data-view=queue][data-ready=true]")

    def tasks(self) -> list[dict[str, Any]]:
        return self.page.request.get(f"{self.url}/api/tasks").json()["tasks"]

    def open(self, entry: str | None = None, theme: str = "light", protocol: str = "shot-ratings") -> None:
        """Signs in, past the form, and opens an entry by its link."""
        self.page.request.post(f"{self.url}/api/me", data={"name": self.name})
        entry = entry or ENTRY
        self.page.goto(f"{self.url}/annotate?entry={quote(entry, safe='')}&protocol={protocol}&__theme={theme}")
        self.ready()

    def reload(self) -> None:
        self.page.reload()
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector("#annotator[data-view=task][data-ready=true]")
        self.page.wait_for_function("document.querySelector('#annotator video').readyState >= 2")

    def press(self, keys: str) -> None:
        for key in keys.split():
            self.page.keyboard.press(key)

    def button(self, name: str) -> Any:
        return self.page.locator("#annotator").get_by_role("button", name=name, exact=True)

    def saved(self, state: str = "saved") -> None:
        self.page.wait_for_selector(f"#annotator[data-saved={state}]", timeout=20_000)

    def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Waits until something is true; the page goes on meanwhile."""
        for _ in range(int(seconds * 20)):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("it did not happen in time")

    def submit_as_it_is(self) -> None:
        """Submits by keyboard, past the question about what is missing."""
        self.press("Control+Enter")
        self.page.locator("dialog[open]").get_by_role("button", name="Submit as it is").click()
        self.page.wait_for_selector("[data-arrived=true]")

    @property
    def unsaved(self) -> int:
        return int(self.page.get_attribute("#annotator", "data-unsaved"))

    @property
    def ratings(self) -> dict[int, int]:
        cells = self.page.eval_on_selector_all(
            "[data-shot]", "cells => cells.map(cell => [cell.dataset.shot, cell.dataset.value])"
        )
        return {int(shot): int(value) for shot, value in cells if value}

    @property
    def shot(self) -> int:
        return int(self.page.get_attribute("[data-shot][aria-current=true]", "data-shot"))

    @property
    def parts(self) -> dict[int, tuple[int, int]]:
        """Marked parts by number, as frames."""
        found = self.page.eval_on_selector_all(
            "[data-segment]", "all => all.map(({dataset: d}) => [d.segment, d.start, d.end].map(Number))"
        )
        return {number: (start, end) for number, start, end in found}

    @property
    def seconds(self) -> float:
        return self.page.eval_on_selector("#annotator video", "video => video.currentTime")

    @property
    def paused(self) -> bool:
        return self.page.eval_on_selector("#annotator video", "video => video.paused")

    @property
    def task(self) -> int:
        return int(parse_qs(urlsplit(self.page.url).query)["task"][0])

    @property
    def data(self) -> dict[str, Any]:
        return self.page.request.get(f"{self.url}/api/task?id={self.task}").json()

    def stored(self, *kinds: str) -> list[dict[str, Any]]:
        """The events the server has, of these kinds."""
        return [event for event in self.data["events"] if event["kind"] in kinds]

    def stored_once(self, *kinds: str) -> list[dict[str, Any]]:
        """The same; no event is there twice."""
        events = self.stored(*kinds)
        assert len({(event["client"], event["seq"]) for event in events}) == len(events)
        return events


@contextmanager
def made_video(data_dir: Path, folder: Path, seconds: int, rate: int = 10) -> Iterator[str]:
    """A numbered video of this length in the library of a running server, gone afterwards; gives its entry id."""
    path = write_video(folder / f"made-{seconds}.mp4", seconds * rate, Fraction(rate))
    timebase = Timebase(Fraction(rate), seconds * rate)
    entry = Entry(f"zz-made/{seconds}-s", f"{seconds} seconds", timebase, np.arange(0, seconds * rate, 5), video=path)
    with Library.open(data_dir) as library:
        entry_id = library.entries.add_ingested(entry, dataset="zz-made", label="Made")
    try:
        yield entry_id
    finally:
        with Library.open(data_dir) as library:
            library.entries.remove(entry_id)
