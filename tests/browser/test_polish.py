"""Small things that make the pages whole: widths of windows, heads that fit, double clicks, ways on, categories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.pages import READY, ask, open_compare
from tests.browser.rater import Rater

pytestmark = pytest.mark.browser

ENTRY = "demo/harbour-day"
TASK = "#annotator[data-view=task][data-ready=true]"
QUEUE = "#annotator[data-view=queue][data-ready=true]"
KINDS = ("shot-ratings", "keyshots", "continuous")
TASKS = {kind: (f"/annotate?entry=demo/winter-valley&protocol={kind}", TASK) for kind in KINDS}
REVIEW = {
    name: (f"/review?section={name}", "#review .mc-panel > *:not(.mc-loading)")
    for name in ("progress", "agreement", "queue", "assignments", "people", "decisions", "export")
}
MODELS = {
    "models": ("/models", "#models tr[data-model]"),
    "one model": ("/models?model=summdiff-demo-lite0", "#models .mc-figures"),
    "train": ("/models?section=train", "#models form"),
    "leaderboard": ("/models?section=leaderboard", "#models .mc-leaderboard tr[data-who]"),
}
PHONE = {"queue": ("/annotate", QUEUE), **TASKS, **REVIEW}
TABLET = {"compare": (f"/?entry={ENTRY}", READY), **PHONE, **MODELS}
WIDER = "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
# Controls below 24 px in either direction that nobody can reach otherwise; a checkbox is reached by its label.
SMALL = """() => [...document.querySelectorAll('#annotator :is(button, a, input, summary, select)')]
  .map((one) => one.closest('label') ?? one)
  .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, {width, height}]) => width && height && Math.min(width, height) < 24)
  .map(([what, {width, height}]) => `${width}x${height} ${what}`)"""
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('.mc-rulerline .mc-label > *')].filter((one) => !one.hidden)
    .map((one) => one.getBoundingClientRect());
  const {right} = document.querySelector('.mc-rulerline .mc-label').getBoundingClientRect();
  return boxes.some((one, k) => one.right > right || (k && one.left < boxes[k - 1].right));
}"""

# The colours of two checkpoints of SummDiff and one of LLMVS, in the order of their rows.
COLOURS = """async () => {
  const { buildModel } = await import('/assets/player/test/compare/model.mjs');
  const run = (n, kind) => (
    {kind: 'samples', id: `run:${n}`, checkpoint: `c${n}`, model_kind: kind, model: kind, n: 1});
  const rows = [run(1, 'summdiff'), run(2, 'llmvs'), run(3, 'summdiff')];
  const kinds = {summdiff: {colour: 'summdiff'}, llmvs: {colour: 'llmvs'}};
  const series = new Map([['times', {data: new Float64Array([0, 1]), shape: [2]}],
    ...rows.map(({id}) => [id, {data: new Float32Array([0, 1]), shape: [1, 2]}])]);
  const { tracks } = buildModel({rows, kinds, duration: 2}, series, new Map(), new Map());
  const style = getComputedStyle(document.documentElement);
  return tracks.map(({colour}) => [colour, style.getPropertyValue(`--mc-${colour}`) !== '']);
}"""


@pytest.fixture(scope="module")
def hand(browser: Any, server: Any) -> Iterator[Any]:
    """A tab of somebody with fingers who has signed in."""
    context = browser.new_context(has_touch=True)
    assert context.request.post(f"{server.url}/api/me", data={"name": "Narrow One"}).ok
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("width", "pages"), [(390, PHONE), (820, TABLET)], ids=["a phone", "a tablet"])
def test_no_page_is_wider_than_its_window(hand, server, width, pages):
    hand.set_viewport_size({"width": width, "height": 900})
    for name, (path, there) in pages.items():
        hand.goto(f"{server.url}{path}")
        hand.wait_for_selector(there, state="attached")
        content, window = hand.evaluate(WIDER)
        assert content <= window, name


@pytest.mark.parametrize("name", [*TASKS, "queue"])
def test_fingers_meet_everything_in_annotate(hand, server, name):
    hand.set_viewport_size({"width": 390, "height": 844})
    path, there = PHONE[name]
    hand.goto(f"{server.url}{path}")
    hand.wait_for_selector(there)
    assert hand.evaluate(SMALL) == []


def test_the_head_of_zoomed_rows_stays_within_its_column(page, server):
    open_compare(page, server, ENTRY)
    page.evaluate("document.querySelector('.mc-scroll').focus()")
    for _ in range(4):
        page.keyboard.press("+")
    page.wait_for_selector("[data-act=zoomout]:not([hidden])")
    assert not page.evaluate(OVERLAPS)
    assert page.get_attribute("[data-zoomtext]", "title").startswith("0:")


def test_a_double_click_shows_everything_and_does_nothing_else(page, server):
    open_compare(page, server, ENTRY)
    ask(page, "seek(3)")
    page.evaluate("document.querySelector('.mc-scroll').focus()")
    for _ in range(3):
        page.keyboard.press("+")
    assert ask(page, "zoom()") != [0, pytest.approx(60.4, abs=1)]
    before, selected = ask(page, "time()"), ask(page, "selected()")
    box = page.locator(".mc-film").bounding_box()
    page.mouse.dblclick(box["x"] + 0.8 * box["width"], box["y"] + 10)
    page.wait_for_function("window.manycut.player.zoom()[0] === 0")
    assert ask(page, "time()") == pytest.approx(before, abs=0.05)
    assert ask(page, "selected()") == selected
    assert not ask(page, "playing()")


def test_an_address_where_nothing_is_has_a_way_on(page, server):
    answer = page.goto(f"{server.url}/nowhere")
    assert answer.status == 404
    page.get_by_role("link", name="Go to Compare").click()
    page.wait_for_selector(READY)
    assert page.request.get(f"{server.url}/nowhere", headers={"accept": "application/json"}).json()


def test_an_entry_that_is_not_there_has_a_way_on(page, server):
    page.goto(f"{server.url}/?entry=nope")
    page.get_by_role("link", name="Show the first entry").click()
    page.wait_for_selector(READY)


def test_a_redo_puts_the_cursor_back_where_it_was(page, server):
    rater = Rater(page, server.url)
    rater.open("demo/match-day")
    rater.press("4 2")
    page.get_by_text("Shot 3").first.wait_for()
    rater.press("u")
    page.locator(".mc-where", has_text="Shot 2").wait_for()
    page.get_by_role("button", name="Redo").click()
    page.locator(".mc-where", has_text="Shot 3").wait_for()


def test_the_board_shows_what_happens_within_a_second_or_so(page, server, browser):
    Rater(page, server.url).open("demo/road-to-the-sea")
    page.goto(f"{server.url}/review")
    page.wait_for_selector("#review .mc-progress[data-ready=true]")
    other = browser.new_context()
    assert other.request.post(f"{server.url}/api/me", data={"name": "Live One"}).ok
    assert other.request.post(f"{server.url}/api/task", data={"entry": "demo/road-to-the-sea"}).ok
    page.locator("#review thead th", has_text="Live One").wait_for(timeout=3000)
    other.close()


def test_a_continuous_rating_goes_on_at_its_level(page, server):
    rater = Rater(page, server.url)
    rater.open("demo/match-day", protocol="continuous")
    task = int(page.url.partition("task=")[2].partition("&")[0])
    take = {"client": "level", "seq": 1, "kind": "trace", "shot": 0, "t": 0.0, "at": 5000}
    events = [{**take, "data": {"samples": [[0.0, 0.5], [0.5, 0.7], [1.0, 0.83]]}}]
    assert page.request.post(f"{server.url}/api/task/events", data={"task": task, "events": events}).ok
    rater.reload()
    assert page.locator("#annotator [role=slider]").get_attribute("aria-valuenow") == "83"


def test_two_models_of_one_kind_have_two_colours(page, server):
    page.goto(f"{server.url}/annotate")
    assert page.evaluate(COLOURS) == [["summdiff", True], ["llmvs", True], ["summdiff-2", True]]
