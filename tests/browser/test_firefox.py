"""The main walk in Firefox: look at the demo, play it, sample, judge a video, find another one in the library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import free_port
from tests.browser.firefox import FIREFOX, Firefox, firefox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not FIREFOX, reason="needs Firefox: apt-get install firefox-esr"),
]
READY = "document.querySelector('#player[data-ready=true]') !== null"
STRIP = "manycut.player.strips().find((one) => one.id === arguments[0])"
# How many colours a canvas has; one where nothing is drawn.
COLOURS = """((canvas) => new Set(new Uint32Array(
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size)(
  document.querySelector(arguments[0]))"""
CURSOR = "document.querySelector('.mc-cursor').getBoundingClientRect().left"
RATED = "[...document.querySelectorAll('[data-shot]')].map((cell) => cell.dataset.value).filter(Boolean).join('')"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox"), free_port()) as started:
        started.resize(1440, 900)
        yield started


@pytest.fixture
def window(opened: Firefox, server: Any) -> Iterator[Firefox]:
    """Fails the test on any error of the pages' scripts."""
    yield opened
    assert opened.script_errors(server.url) == []


@pytest.fixture
def compare(window: Firefox, server: Any) -> Firefox:
    window.open(server.url)
    window.wait(READY)
    window.wait("manycut.player.video.readyState >= 2")
    return window


def test_rows_and_strips_are_drawn(compare: Firefox) -> None:
    rows = compare.ask("manycut.player.rows()")
    assert {"filmstrip", "people", "mean", "cuts"} <= set(rows)
    assert compare.ask("manycut.player.strips().length") >= 12
    compare.wait("document.querySelector('#player').dataset.seen !== undefined")
    assert compare.ask(COLOURS, ".mc-film") > 1000
    compare.ask("document.querySelector('[data-row=cuts]').scrollIntoView()")
    compare.wait(f"{COLOURS} > 2", ".mc-stripcanvas")


def test_a_click_seeks_the_video_plays_and_the_cursor_follows(compare: Firefox) -> None:
    middle = "((box) => box.top + box.height / 2)(document.querySelector('[data-row=mean]').getBoundingClientRect())"
    compare.click_at(compare.ask("manycut.player.xOf(30)"), compare.ask(middle))
    compare.wait("Math.abs(manycut.player.video.currentTime - 30) < 0.5")
    before, left = compare.ask("manycut.player.time()"), compare.ask(CURSOR)
    compare.press(" ")
    compare.wait("manycut.player.time() > arguments[0] + 1", before)
    compare.press(" ")
    compare.wait("!manycut.player.playing()")
    assert compare.ask(f"{CURSOR} - arguments[0]", left) == pytest.approx(
        compare.ask("manycut.player.xOf(manycut.player.time()) - manycut.player.xOf(arguments[0])", before), abs=2
    )


def test_playing_a_cut_skips_what_is_not_selected(compare: Firefox) -> None:
    clips = compare.ask(f"{STRIP}.seconds", compare.ask("manycut.player.selected()"))
    compare.click("button", "Play this cut")
    compare.ask("""(window.seen = []) && void (function look() {
      seen.push(manycut.player.time());
      requestAnimationFrame(look);
    })()""")
    compare.wait("manycut.player.time() >= arguments[0]", clips[1]["start"])
    seen = [at for at in compare.ask("seen") if at > clips[0]["start"]]
    assert not [at for at in seen if clips[0]["end"] + 0.25 < at < clips[1]["start"] - 0.15]


def test_cuts_follow_the_budget(compare: Firefox) -> None:
    before = compare.ask(STRIP, "mean")
    compare.type("#mc-budget", "\ue014" * 10)
    compare.wait("document.querySelector('[data-slot=budget-text]').textContent === '25 %'")
    after = compare.ask(STRIP, "mean")
    lengths = [sum(clip["end"] - clip["start"] for clip in cut["seconds"]) for cut in (before, after)]
    assert lengths[1] > lengths[0]
    assert lengths[1] <= 0.25 * compare.ask("manycut.player.video.duration") + 0.1


def test_samples_are_drawn(compare: Firefox) -> None:
    before = compare.ask("manycut.player.rows()")
    compare.click("[data-slot=sample]")
    compare.wait("manycut.player.rows().some((row) => !arguments[0].includes(row))", before, seconds=60)
    compare.wait(READY)
    new = next(row for row in compare.ask("manycut.player.rows()") if row not in before)
    assert compare.ask("document.querySelectorAll(`[data-row='${arguments[0]}'] [data-sample]`).length", new) == 8


def test_a_person_signs_in_judges_and_submits(window: Firefox, server: Any) -> None:
    window.open(f"{server.url}/annotate")
    window.type("#mc-name", "Fenja Fox\ue007")
    window.wait("document.querySelector('#annotator[data-view=queue][data-ready=true]') !== null")
    window.open(f"{server.url}/annotate?entry=demo/space-coast&protocol=shot-ratings")
    ready = "document.querySelector('#annotator[data-view=task][data-ready=true]') !== null"
    window.wait(ready)
    for key in "53142":
        window.press(key)
    window.wait(f"{RATED} === '53142'")
    window.wait("document.querySelector('#annotator[data-saved=saved]') !== null")
    window.open(window.ask("location.href"))
    window.wait(ready)
    assert window.ask(RATED) == "53142"
    window.press("u")
    window.wait(f"{RATED} === '5314'")
    window.press("Control", "Enter")
    window.click("dialog[open] button", "Submit as it is")
    window.wait("document.querySelector('[data-arrived=true]') !== null")


def test_an_entry_of_the_library_is_found_and_opens_in_compare(window: Firefox, server: Any) -> None:
    window.open(f"{server.url}/library")
    window.wait("document.querySelector('#library[data-ready=true]') !== null")
    window.press("/")
    for key in "polar":
        window.press(key)
    window.wait("document.querySelectorAll('.mc-shelf-list [role=option] b').length === 1")
    window.press("Enter")
    window.press("Enter")
    window.wait("new URL(location).searchParams.get('entry') === 'demo/polar-lights'")
    window.wait(READY)
    assert window.ask("document.querySelector('.mc-facts h2').textContent") == "Polar lights"
