"""Times by an assumed frame rate, and figures that are undefined, are told as such on every page, with why."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from core.data import AnnotationSet, Entry, ScoreTrack, Shots
from core.data.timebase import Timebase
from storage.library import Library
from tests.browser.conftest import Server
from tests.browser.pages import READY
from tests.browser.rater import Rater
from tests.browser.test_review import judge
from tests.core.made_videos import write_video

pytestmark = pytest.mark.browser
N = 120
WHY = "assumed: its data set does not say it"
SAME = "one of two that are compared is the same throughout"


@pytest.fixture
def flat(server: Server, tmp_path) -> str:
    """A data set of a video of 4 s by an assumed rate, whose two people gave one score throughout; and one of one."""
    picks, edges = np.arange(0, N, 15), np.array([0, 60, N])
    same = AnnotationSet(("Ann", "Bob"), np.full((2, 8), 0.6, np.float32), ("tvsum",) * 2)
    one = Entry(
        "zz-flat/calm",
        "Calm",
        Timebase(Fraction(30), N),
        picks,
        shots={"kts": Shots(np.stack([edges[:-1], edges[1:]], axis=1), "kts")},
        annotations=same,
        video=write_video(tmp_path / "calm.mp4", N, Fraction(30)),
        meta={"fps_note": WHY},
    )
    alone = AnnotationSet(("Ann",), np.linspace(0, 1, 8, dtype=np.float32)[None], ("tvsum",))
    with Library.open(server.data_dir) as library:
        library.entries.add(
            "zz-flat", [one, replace(one, id="zz-flat/alone", title="Alone", annotations=alone)], replace=True
        )
        curves = np.linspace(0, 1, 8, dtype=np.float32)
        library.runs.add("zz-flat/calm", ScoreTrack("A model", "vasnet", "a-model", "test-6", curves[None]))
    return "zz-flat"


def test_compare_says_why_figures_are_undefined_and_that_times_are_assumed(page, server, flat) -> None:
    page.goto(f"{server.url}/compare?entry={flat}%2Fcalm")
    page.wait_for_selector(READY)
    player = page.locator("#player")
    table = player.locator("[data-slot=numbers]")
    table.get_by_text(f"–  Undefined: {SAME}").wait_for()
    pairwise = table.locator("tr.human").first.locator("td").first
    assert (pairwise.inner_text(), SAME in pairwise.get_attribute("title")) == ("–", True)
    assert "NaN" not in player.inner_text()
    page.get_by_role("button", name="Matrix", exact=True).click()
    page.get_by_role("button", name="τ", exact=True).click()
    player.locator("[data-slot=matrix]").get_by_text(f"Undefined: {SAME}").wait_for()
    assert player.locator(".mc-time").inner_text() == "≈ 0:00.0 / 0:04.0"
    assert "≈" in player.locator("[data-cutlength]").inner_text()
    assert page.locator("#entry-picker").get_by_text("≈ 0:04").is_visible()
    page.get_by_role("button", name="Keep …").click()
    page.get_by_text("are right, times are only as right as that.").first.wait_for()
    page.goto(f"{server.url}/compare?entry={flat}%2Falone")
    page.wait_for_selector(READY)
    player.get_by_text("they need two people who judged this entry, or one and a model").wait_for()


@pytest.mark.slow
def test_annotate_and_review_say_that_times_are_assumed_and_why_agreement_is_undefined(page, server, flat) -> None:
    rater = Rater(page, server.url)
    rater.open(f"{flat}/calm")
    assert page.locator("#annotator .mc-clock").inner_text().endswith("/ 0:04.0 (assumed)")
    assert page.locator("#annotator .mc-span").inner_text() == "≈ 0:00.0 – 0:02.0"
    assert WHY in page.locator("#annotator .mc-clock").get_attribute("title")
    rater.queue()
    assert "≈ 0:04" in page.locator("#annotator [data-entry='zz-flat/calm']").inner_text()
    for name in ("Flat One", "Flat Two"):
        task = judge(page, server, name, f"{flat}/calm", [3, 3])
    page.goto(f"{server.url}/review?section=agreement&dataset={flat}")
    page.locator("#compute-agreement").click(timeout=30_000)
    figures = page.locator(".mc-figures")
    figures.get_by_text("everybody gave the same").first.wait_for(timeout=60_000)
    assert figures.locator("[data-figure=pairwise_kendall]").inner_text() == "undefined"
    matrix = page.locator("canvas.mc-matrix")
    assert "one gave the same score throughout" in matrix.get_attribute("aria-label")
    page.get_by_label("Show everybody").check()
    people = page.get_by_label("People and the others")
    people.get_by_text("undefined").first.wait_for()
    assert "–" not in people.inner_text()
    page.goto(f"{server.url}/review?section=progress&task={task}")
    page.get_by_text("Calm, ≈ 0:04").wait_for()
    assert page.locator("text=NaN").count() == 0
