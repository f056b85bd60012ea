"""Rows of Compare: shown, hidden, moved, resized, ordered, and kept in the browser."""

from __future__ import annotations

import pytest

from tests.browser.pages import READY, ask, open_compare, sampled

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"


@pytest.fixture
def compare(page, server):
    open_compare(page, server, ENTRY)
    return page


def plotted(page) -> list[str]:
    """Score rows from top to bottom."""
    rows = page.locator(".mc-rows [data-row]")
    return [rows.nth(k).get_attribute("data-row") for k in range(rows.count())]


def test_hidden_rows_stay_hidden_after_a_reload_and_come_back(compare) -> None:
    compare.keyboard.press("r")
    menu = compare.get_by_role("dialog", name="Rows")
    menu.get_by_label("Average", exact=True).uncheck()
    menu.get_by_label("Filmstrip").uncheck()
    assert "mean" not in plotted(compare)
    compare.keyboard.press("Escape")
    assert menu.is_hidden()
    compare.reload()
    compare.wait_for_selector(READY)
    assert "mean" not in plotted(compare)
    assert compare.locator("[data-row='filmstrip']").is_hidden()
    compare.get_by_role("button", name="Rows").click()
    menu.get_by_role("button", name="As at first").click()
    assert "mean" in plotted(compare)
    compare.wait_for_function("document.querySelector(\"[data-row='filmstrip']\").offsetHeight > 0")


def test_rows_move_by_keyboard_and_keep_their_place(compare) -> None:
    before = plotted(compare)
    assert before[:2] == ["people", "mean"]
    compare.keyboard.press("r")
    compare.get_by_role("button", name="Average: move up").focus()
    compare.keyboard.press("Enter")
    assert plotted(compare)[:2] == ["mean", "people"]
    tops = compare.evaluate("[...document.querySelectorAll('.mc-rows [data-row]')].map((row) => row.offsetTop)")
    assert tops == sorted(tops)
    compare.reload()
    compare.wait_for_selector(READY)
    assert plotted(compare)[:2] == ["mean", "people"]


def test_rows_are_resized_by_dragging_and_by_keys(compare) -> None:
    row = compare.locator(".mc-rows [data-row='mean']")
    before = row.bounding_box()["height"]
    edge = compare.get_by_role("separator", name="Height of Average")
    box = edge.bounding_box()
    compare.mouse.move(box["x"] + 20, box["y"] + 3)
    compare.mouse.down()
    compare.mouse.move(box["x"] + 20, box["y"] + 53, steps=5)
    compare.mouse.up()
    assert row.bounding_box()["height"] == pytest.approx(before + 50, abs=2)
    compare.get_by_role("separator", name="Height of Average").focus()
    compare.keyboard.press("ArrowUp")
    assert row.bounding_box()["height"] == pytest.approx(before + 42, abs=2)
    compare.get_by_role("separator", name="Height of Average").dblclick()
    assert row.bounding_box()["height"] == pytest.approx(before, abs=1)


def test_people_are_ordered_by_name_similarity_and_nearness_to_the_average(compare) -> None:
    names = lambda: compare.locator(".mc-names button").all_text_contents()  # noqa: E731
    order = compare.get_by_label("Order of people")
    similar = names()
    order.select_option("name")
    assert names() == sorted(names())
    order.select_option("mean")
    near = names()
    assert sorted(near) == sorted(similar)
    close = compare.evaluate("""async () => {
      const { parseSeries, rowsOf, meanAndSpread, correlation } = await import(
        document.querySelector('link[data-mc="player.css"]').href.replace(/[^/]+$/, 'series.mjs'));
      const answer = await fetch('/api/series?id=demo%2Fharbour-day');
      const rows = rowsOf(parseSeries(await answer.arrayBuffer()).get('people'));
      const { mean } = meanAndSpread(rows);
      return rows.map((row) => correlation(row, mean));
    }""")
    entry = compare.evaluate("fetch('/api/entry?id=demo%2Fharbour-day').then((answer) => answer.json())")
    people = next(row for row in entry["rows"] if row["kind"] == "people")["names"]
    assert near == [people[k] for k in sorted(range(len(people)), key=lambda k: -close[k])]


def test_another_run_is_drawn_over_the_one_that_is_shown(compare, server) -> None:
    cold = sampled(compare, server, ENTRY, seed=77, temperature=0.5)
    compare.reload()
    compare.wait_for_selector(READY)
    row = compare.locator(".mc-rows .mc-samples")
    row.get_by_label("Which run to show").select_option(label="seed 1, 8 samples in pairs")
    traces = "document.querySelector('.mc-figure').data.length"
    before = compare.evaluate(traces)
    row.get_by_label("Run to compare with").select_option(cold)
    compare.wait_for_function(f"{traces} === {before + 3}")
    dashed = compare.evaluate(
        "document.querySelector('.mc-figure').data.filter((one) => one.line?.dash === 'dash').length"
    )
    assert dashed == 1
    assert "T 0.5" in compare.locator(".mc-numbers tbody").inner_text()
    assert plotted(compare).count(cold) == 0  # over, not beside
    # The figures of the run that lies over are those that the server has for it.
    assert cold in ask(compare, f"figures().models.has('{cold}') ? '{cold}' : ''")
    row.get_by_label("Run to compare with").select_option("")
    compare.wait_for_function(f"{traces} === {before}")


def test_runs_made_elsewhere_come_to_the_open_page(compare, server) -> None:
    compare.evaluate("window.here = true")
    run = sampled(compare, server, ENTRY, seed=4321)
    compare.wait_for_selector("text=New scores have come", timeout=15_000)
    options = compare.locator(".mc-rows .mc-samples").first.get_by_label("Which run to show").locator("option")
    assert run in [options.nth(k).get_attribute("value") for k in range(options.count())]
    assert compare.evaluate("window.here") is True


def test_a_click_on_the_ruler_seeks_and_selects_nothing_that_lies_below_it(compare) -> None:
    compare.locator(".mc-scroll").evaluate("(node) => { node.scrollTop = node.scrollHeight; }")
    before = ask(compare, "selected()")
    for seconds in (10, 20, 40):
        box = compare.locator(".mc-ruler").bounding_box()
        compare.mouse.click(ask(compare, f"xOf({seconds})"), box["y"] + 8)
        assert ask(compare, "time()") == pytest.approx(seconds, abs=0.3)
        assert ask(compare, "selected()") == before


def test_a_page_without_any_row_says_so(compare) -> None:
    compare.keyboard.press("r")
    menu = compare.get_by_role("dialog", name="Rows")
    for box in menu.get_by_role("checkbox").all():
        box.uncheck()
    compare.keyboard.press("Escape")
    assert compare.get_by_text("All score rows are hidden.").is_visible()
    compare.locator(".mc-rows").get_by_role("button", name="Rows").click()
    assert menu.is_visible()


def test_a_typed_seed_stays_while_rows_change(compare) -> None:
    compare.locator(".mc-sampler [name=seed]").fill("4711")
    compare.get_by_label("Order of people").select_option("name")
    assert compare.locator(".mc-sampler [name=seed]").input_value() == "4711"
