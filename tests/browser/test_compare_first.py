"""The first ten seconds on Compare: what is shown, what to play, and no jump on the way there."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from tests.browser.pages import READY, ask, fetch_json, open_compare

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"
SIZES = [(1440, 757), (1280, 720)]
# Contrast of each element's text with what lies behind it (WCAG 2.2, relative luminance).
CONTRAST = """(selector) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0.5) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll(selector)].filter((node) => node.offsetParent).map((node) => {
    const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
    return [node.textContent.trim(), (a + 0.05) / (b + 0.05)];
  });
}"""  # noqa: E501
# Mean brightness of each column of the filmstrip's middle line, 0 to 255.
FILM = """() => {
  const canvas = document.querySelector('.mc-film');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.width, canvas.height, [...data]];
}"""


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def opening(request, page, server):
    page.set_viewport_size(dict(zip(("width", "height"), request.param, strict=True)))
    page.goto(server.url)
    page.wait_for_selector(READY)
    return page


def visible(page, selector: str) -> dict[str, float]:
    box = page.locator(selector).first.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= page.viewport_size["height"], selector
    return box


def film(page) -> np.ndarray:
    width, height, pixels = page.evaluate(FILM)
    return np.array(pixels, float).reshape(height, width, 4)[..., :3]


def test_one_sentence_says_who_judged_and_two_links_play_what_each_half_wants(opening, server) -> None:
    visible(opening, ".mc-said")
    said = opening.locator(".mc-said").inner_text()
    assert "12 people simulated judged this minute. Half want the boats, half the fireworks: play" in said
    people = next(row for row in fetch_json(server, f"/api/entry?id={ENTRY}")["rows"] if row["kind"] == "people")
    for link, camp in zip(("the boats", "the fireworks"), people["camps"], strict=True):
        opening.locator(".mc-said").get_by_role("button", name=link).click()
        opening.wait_for_function("window.manycut.player.playing()")
        cut = next(strip for strip in ask(opening, "strips()") if strip["id"] == ask(opening, "selected()"))
        begin, end = cut["seconds"][0]["start"], cut["seconds"][-1]["end"]
        assert begin - 0.05 <= ask(opening, "time()") < begin + 2
        shared = min(end, camp["to"]) - max(begin, camp["from"])
        assert shared > 0.5 * (end - begin)
        # Nobody of the other camp keeps any of it.
        theirs = {f"person:{person}" for person in people["camps"][1 - people["camps"].index(camp)]["people"]}
        others = [strip for strip in ask(opening, "strips()") if strip["id"] in theirs]
        assert len(others) == 6
        assert all(clip["end"] <= begin or clip["start"] >= end for other in others for clip in other["seconds"])


def test_the_sentence_tells_what_the_average_is(opening) -> None:
    assert "Shown is the cut of their average" in opening.locator(".mc-said").inner_text()
    opening.locator("[data-strip='person:0'] button").first.click()
    assert "average" not in opening.locator(".mc-said").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_selected_cut_is_drawn_on_the_filmstrip_and_the_rest_dimmed(page, server, theme) -> None:
    page.goto(f"{server.url}/compare?entry={ENTRY}&cut=camp:1&__theme={theme}")
    page.wait_for_selector(READY)
    page.wait_for_function("document.querySelector('#player').dataset.seen !== undefined")
    page.wait_for_timeout(500)
    shown = film(page)
    page.locator("[data-strip='camp:0'] button").first.click()
    other = film(page)
    seconds = {strip["id"]: strip["seconds"] for strip in ask(page, "strips()")}
    left, right = ask(page, "xOf(0)"), ask(page, f"xOf({ask(page, 'zoom()')[1]})")

    def columns(cut: str) -> slice:
        clip = max(seconds[cut], key=lambda one: one["end"] - one["start"])
        scale = shown.shape[1] / (right - left)
        return slice(*(int((ask(page, f"xOf({clip[edge]})") - left) * scale) for edge in ("start", "end")))

    # Detail is lost where pictures are dimmed.
    for cut, here, there in (("camp:1", shown, other), ("camp:0", other, shown)):
        assert here[:, columns(cut)].std() > 2.5 * there[:, columns(cut)].std(), cut


def test_the_selected_cut_stays_under_the_filmstrip_while_rows_scroll(opening) -> None:
    before = visible(opening, ".mc-cutline")
    assert opening.locator(".mc-film").bounding_box()["y"] < before["y"]
    opening.locator(".mc-scroll").evaluate("(node) => { node.scrollTop = node.scrollHeight; }")
    assert visible(opening, ".mc-cutline") == before
    opening.locator("[data-strip='person:3'] button").first.click()
    assert opening.locator("[data-cutname]").inner_text() == "sim-04 (action)"
    length = opening.locator("[data-cutlength]").inner_text()
    assert opening.locator("[data-slot='cut-facts']").inner_text().startswith(length)
    opening.locator(".mc-cutline button").click()
    opening.wait_for_function("window.manycut.player.playing()")


def test_the_sentence_can_be_put_away(opening) -> None:
    opening.keyboard.press("r")
    opening.get_by_role("dialog", name="Rows").get_by_label("Sentence").uncheck()
    opening.wait_for_function("!document.querySelector('.mc-said').offsetHeight")


@pytest.mark.parametrize("size", SIZES)
def test_while_it_loads_a_skeleton_stands_where_everything_will_be(page, server, size) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.add_init_script("""window.shifts = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((one) => { window.shifts += one.value; }))
        .observe({ type: 'layout-shift', buffered: true });""")
    held = []
    page.route("**/api/series*", lambda route: held.append(route))
    page.goto(server.url)
    page.wait_for_selector("#player[data-state='loading']")
    page.wait_for_timeout(300)
    skeleton = page.locator(".mc-skeleton")
    assert skeleton.is_visible()
    outline = page.locator("#player").bounding_box()
    waiting = np.array(Image.open(io.BytesIO(page.screenshot())).convert("L"), float)
    assert page.locator(".mc-status").bounding_box()["height"] < 60  # words for screen readers only
    held[0].continue_()
    page.wait_for_selector(READY)
    assert not skeleton.is_visible()
    assert page.locator("#player").bounding_box() == outline
    for part in (".mc-screen", ".mc-film", ".mc-cutcanvas", ".mc-ground.people", ".mc-ground.mean"):
        box = page.locator(part).bounding_box()
        y, inside, ends = int(box["y"] + 4), int(box["x"] + 4), int(box["x"] + box["width"])
        assert waiting[y, inside] == waiting[y, ends - 12], part
        assert waiting[y, inside] != waiting[y, ends + 8], part
        assert waiting[int(box["y"] - 2), inside] != waiting[y, inside], part
    assert page.evaluate("window.shifts") < 0.1


def test_the_next_entry_appears_without_a_jump(page, server) -> None:
    open_compare(page, server, ENTRY)
    before = {part: page.locator(part).bounding_box() for part in (".mc-stage", ".mc-said", ".mc-film", ".mc-cutline")}
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_selector(f"{READY} h2:has-text('Winter')")
    assert {part: page.locator(part).bounding_box() for part in before} == before


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/annotate", "/review", "/models", "/library"])
def test_navigation_and_quiet_words_can_be_read(page, server, theme, path) -> None:
    page.goto(f"{server.url}{path}?__theme={theme}")
    page.wait_for_selector(READY if path == "/" else "nav.fillable a")
    found = page.evaluate(
        CONTRAST, "nav.fillable a, .mc-row .mc-label p, .mc-quiet, .mc-said, .mc-said button, .mc-group"
    )
    assert len(found) >= (8 if path == "/" else 5)
    assert {name: round(ratio, 2) for name, ratio in found if ratio < 4.5} == {}


def test_people_without_camps_are_said_to_be_of_many_minds(page, server, tvsum) -> None:
    page.goto(f"{server.url}/compare?entry={tvsum}/video_4")
    page.wait_for_selector(READY)
    said = page.locator(".mc-said").inner_text()
    assert said.startswith("20 people judged this video. They are of many minds: ")
    assert "simulated" not in said
    assert page.locator(".mc-said button").count() == 2


@pytest.mark.slow
def test_words_come_from_what_is_known_about_each_video(page, server) -> None:
    said = set()
    for entry in fetch_json(server, "/api/entries")["entries"]:
        if entry["dataset"] == "demo":
            page.goto(f"{server.url}/compare?entry={entry['id']}")
            page.wait_for_selector(READY)
            said.add(json.dumps(page.locator(".mc-said button").all_inner_texts()))
    assert len(said) == 8
