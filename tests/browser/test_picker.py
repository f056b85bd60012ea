"""The entry picker as a person uses it: a library of more than twenty thousand entries, mostly by keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.picker import fill
from storage.demo import seed_demo
from storage.library import Library
from tests.browser.conftest import ROOT, Server, free_port

pytestmark = pytest.mark.browser

MADE = 24_000
ROW = ".mc-pick-row"
ACTIVE = f"{ROW}[aria-selected='true']"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    """A server over the demo library and many rows that only lists know."""
    data = tmp_path_factory.mktemp("picker") / "data"
    with Library.open(data) as library:
        seed_demo(library, Path(ROOT) / "assets" / "demo")
        fill(library, MADE)
    running = Server(data, free_port())
    running.start()
    yield running
    running.stop()


# Scrolls to the middle, again where the list was still being filled, and waits for a row there.
HALF_WAY = """place => {
  const scroll = document.querySelector("[data-node='scroll']");
  const half = scroll.scrollHeight / 2;
  if (Math.abs(scroll.scrollTop - half) > 2) scroll.scrollTop = half;
  return Boolean(document.querySelector(`.mc-pick-row[data-place="${place}"]:not([aria-busy])`));
}"""


@pytest.fixture
def compare(page, server):
    """The Compare page on the first demo entry; every entry that is asked for is in `window.asked`."""
    page.add_init_script(
        "window.asked = []; document.addEventListener('manycut:open', ({detail}) => asked.push(detail.entry));"
    )
    page.goto(f"{server.url}/?entry=demo/harbour-day")
    page.get_by_text("Harbour day (1:00)").wait_for()
    page.wait_for_function("!document.querySelector('[data-step=\"1\"]').disabled")
    return page


@pytest.fixture
def panel(compare):
    """The page with the picker open and filled."""
    compare.wait_for_function("window.manycut?.player")
    compare.keyboard.press("Control+k")
    compare.locator(f"{ROW}[data-entry='demo/harbour-day']").wait_for()
    return compare


def count(page) -> str:
    return page.locator("[data-node='count']").inner_text()


def wait_for_count(page, text: str) -> None:
    page.wait_for_function(f"document.querySelector('[data-node=count]').textContent === {json.dumps(text)}")


def titles(page) -> list[str]:
    rows = page.locator(f"{ROW} b").evaluate_all(
        "nodes => nodes.map((node) => [Number(node.closest('[data-place]').dataset.place), node.textContent])"
    )
    return [title for _, title in sorted(rows)]


def asked(page) -> list[str]:
    return page.evaluate("asked")


def is_open(page) -> bool:
    return page.get_by_role("dialog", name="Choose an entry").is_visible()


def test_typing_finds_and_enter_opens_without_a_reload(panel):
    panel.evaluate("window.here = true")
    assert count(panel) == f"{MADE + 8:,} entries"
    panel.keyboard.type("LIGHTS polar")
    panel.keyboard.press("Enter")  # before the answer is there: it opens what was typed, not what was listed
    panel.wait_for_function("asked.length === 1")
    assert asked(panel) == ["demo/polar-lights"]
    assert not is_open(panel)
    panel.get_by_role("button", name="Entry: demo · Polar lights (1:00). Choose another").wait_for()
    panel.wait_for_function("new URL(location).searchParams.get('entry') === 'demo/polar-lights'")
    assert panel.evaluate("here")


def test_arrows_pages_home_and_end_move_the_mark_through_the_whole_list(panel):
    def active() -> int:
        panel.wait_for_selector(ACTIVE)
        place = int(panel.locator(ACTIVE).get_attribute("data-place"))
        assert panel.get_by_role("combobox", name="Search entries").get_attribute("aria-activedescendant") == (
            f"mc-pick-{place}"
        )
        return place

    assert active() == 0
    panel.keyboard.press("ArrowDown")
    panel.keyboard.press("ArrowDown")
    panel.keyboard.press("ArrowUp")
    assert active() == 1
    panel.keyboard.press("PageDown")
    page_down = active()
    assert page_down > 5
    panel.keyboard.press("PageUp")
    assert active() == 1
    panel.keyboard.press("End")
    assert active() == MADE + 7
    panel.locator(f"{ACTIVE}:not([aria-busy])").wait_for()
    assert f"{MADE - 1}" in panel.locator(ACTIVE).inner_text()
    assert panel.locator(ROW).count() < 40
    panel.keyboard.press("Enter")
    assert asked(panel) == [f"set-4/video-{MADE - 1:05d}"]


def test_the_wheel_reaches_any_page_and_only_visible_rows_are_in_the_page(panel):
    panel.wait_for_function(HALF_WAY, arg=(MADE + 8) // 2 + 2)
    places = panel.locator(ROW).evaluate_all("rows => rows.map((row) => Number(row.dataset.place))")
    assert len(places) < 40
    assert min(places) < (MADE + 8) / 2 < max(places)


def test_filters_and_order_apply_together_and_are_remembered(panel):
    panel.get_by_role("combobox", name="Dataset", exact=True).select_option("set-2")
    wait_for_count(panel, f"{MADE // 5:,} of {MADE + 8:,} entries")
    panel.get_by_role("combobox", name="Category", exact=True).select_option("food")
    panel.get_by_role("combobox", name="Video", exact=True).select_option("yes")
    panel.get_by_role("combobox", name="People", exact=True).select_option("yes")
    panel.get_by_role("combobox", name="Disagreement", exact=True).select_option("most")
    panel.get_by_role("combobox", name="Order", exact=True).select_option("-disagreement")
    panel.wait_for_selector("[data-column='disagreement'][data-sorted='down']")
    panel.wait_for_selector("#picker:not([data-searching])")
    kept = count(panel)
    spreads = [float(text) for text in panel.locator(".mc-pick-spread > span:last-child").all_inner_texts()]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] > 0.25
    assert "differ by ±" in panel.locator(".mc-pick-spread").first.get_attribute("title")
    panel.reload()
    panel.get_by_role("button", name=f"{kept.split()[0]} found").wait_for()
    panel.keyboard.press("Control+k")
    wait_for_count(panel, kept)
    panel.get_by_role("button", name="Clear search and filters").click()
    wait_for_count(panel, f"{MADE + 8:,} entries")


def test_a_click_on_a_head_sorts_by_it_and_a_second_one_the_other_way(panel):
    head = panel.locator("[data-column='title']")
    head.click()
    panel.get_by_role("combobox", name="Dataset", exact=True).select_option("demo")
    wait_for_count(panel, f"8 of {MADE + 8:,} entries")
    names = titles(panel)
    assert names == sorted(names)
    head.click()
    panel.locator(f"{ACTIVE} b", has_text=names[-1]).wait_for()
    assert titles(panel) == names[::-1]


def test_escape_closes_gives_the_focus_back_and_takes_back_what_was_typed(panel):
    panel.keyboard.type("kyoto")
    panel.wait_for_function("document.querySelector('[data-node=count]').textContent.includes(' of ')")
    panel.keyboard.press("Escape")
    assert not is_open(panel)
    assert panel.evaluate("document.activeElement.dataset.node") == "button"
    assert asked(panel) == []
    panel.keyboard.press("Enter")
    wait_for_count(panel, f"{MADE + 8:,} entries")
    assert panel.get_by_role("combobox", name="Search entries").input_value() == ""


def test_keys_of_the_player_do_nothing_while_the_panel_is_open_and_letters_go_to_the_search(panel):
    panel.get_by_role("button", name="Close").focus()
    panel.keyboard.type("dog")
    assert panel.get_by_role("combobox", name="Search entries").input_value() == "dog"
    assert panel.evaluate("window.manycut?.player.time() ?? 0") == 0
    panel.mouse.click(1400, 600)
    assert not is_open(panel)


def test_thumbnails_show_a_picture_of_the_filmstrip_or_a_designed_gap(panel):
    panel.keyboard.type("match day")
    shown = panel.wait_for_selector(f"{ROW}[data-entry='demo/match-day'] .mc-pick-thumb[style*='thumbnails']")
    picture = "node => node.style.backgroundImage.slice(5, -2)"
    assert panel.request.get(shown.evaluate(picture)).ok
    panel.get_by_role("combobox", name="Search entries").fill("video-00017")
    panel.wait_for_selector(f"{ROW}[data-entry='set-0/video-00017'] .mc-pick-thumb[data-none]")


def test_previous_and_next_stay_within_what_was_searched(panel):
    panel.keyboard.type("demo sea")
    panel.wait_for_function("document.querySelector('[data-node=count]').textContent.startsWith('3 of')")
    names = [row.get_attribute("data-entry") for row in panel.locator(ROW).all()]
    panel.keyboard.press("Enter")
    panel.get_by_role("button", name="1 of 3 found").wait_for()
    panel.get_by_role("button", name="Next entry").click()
    panel.wait_for_function("asked.length === 2")
    panel.keyboard.press("Alt+ArrowDown")
    panel.get_by_role("button", name="3 of 3 found").wait_for()
    assert panel.get_by_role("button", name="Next entry").is_disabled()
    assert asked(panel) == names
    panel.keyboard.press("Alt+ArrowUp")
    panel.wait_for_function("asked.length === 4")
    assert asked(panel)[-1] == names[1]


def test_outdated_answers_are_dropped(panel):
    slow = []
    panel.route("**/api/picker*search=dog*", lambda route: slow.append(route))
    panel.keyboard.type("dog")
    panel.wait_for_timeout(250)
    panel.get_by_role("combobox", name="Search entries").fill("polar")
    wait_for_count(panel, f"1 of {MADE + 8:,} entries")
    for route in slow:
        route.continue_()
    panel.wait_for_timeout(200)
    assert slow
    assert titles(panel) == ["Polar lights"]


def test_nothing_found_and_no_answer_are_said_and_can_be_left(panel):
    panel.keyboard.type("nowhere at all")
    panel.get_by_text("No entry matches “nowhere at all”").wait_for()
    panel.locator(".mc-picker-note button").click()
    wait_for_count(panel, f"{MADE + 8:,} entries")
    panel.route("**/api/picker*", lambda route: route.abort())
    panel.keyboard.type("polar")
    panel.get_by_text("The server does not answer.").wait_for()
    panel.unroute("**/api/picker*")
    panel.get_by_role("button", name="Try again now").click()
    wait_for_count(panel, f"1 of {MADE + 8:,} entries")


def test_an_empty_library_says_where_entries_come_from(panel):
    nothing = {"total": 0, "of": 0, "place": None, "entries": [], "datasets": [], "categories": []}
    panel.route("**/api/picker*", lambda route: route.fulfill(json=nothing))
    panel.keyboard.type("x")
    panel.get_by_text("The library is empty").wait_for()
    assert panel.get_by_role("link", name="Go to the Library page").get_attribute("href").endswith("/library")
    assert panel.locator(ROW).count() == 0


@pytest.mark.parametrize("size", [(1280, 720), (768, 1024)])
def test_the_panel_fits_into_the_window(panel, size):
    panel.set_viewport_size({"width": size[0], "height": size[1]})
    box = panel.get_by_role("dialog", name="Choose an entry").bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= size[0]
    assert box["y"] + box["height"] <= size[1]
