"""Compare as a person uses it: real clicks, drags and keys on the demo library in a real Chromium."""

from __future__ import annotations

import json
import time
import urllib.request
from urllib.parse import quote

import numpy as np
import pytest
from safetensors.numpy import load

pytestmark = pytest.mark.browser

READY = "#player[data-ready='true']"
PLAYER = "window.manycut.player"


def fetch(server, path: str) -> bytes:
    with urllib.request.urlopen(server.url + path, timeout=30) as answer:
        return answer.read()


@pytest.fixture(scope="module")
def entry(server) -> dict:
    """The entry that the page opens with: the first of the demo."""
    first = json.loads(fetch(server, "/api/entries"))["entries"][0]
    return json.loads(fetch(server, f"/api/entry?id={quote(first['id'], safe='')}"))


@pytest.fixture
def compare(page, server, entry):
    """The Compare page with the first entry drawn."""
    page.goto(f"{server.url}/?entry={quote(entry['id'], safe='')}")
    page.wait_for_selector(READY)
    return page


def ask(page, expression: str):
    return page.evaluate(f"{PLAYER}.{expression}")


def row_ids(entry: dict, kind: str) -> list[str]:
    return [row["id"] for row in entry["rows"] if row["kind"] == kind]


def click_at(page, row: str, seconds: float) -> None:
    """A click in a row, at its middle, where that time is drawn."""
    box = visible(page, row).bounding_box()
    page.mouse.click(ask(page, f"xOf({seconds})"), box["y"] + min(box["height"] / 2, 60))


def visible(page, row: str):
    found = page.locator(f"[data-row='{row}']")
    found.evaluate("node => node.scrollIntoView({ block: 'center' })")
    return found


def press(page, key: str, settle: int = 120) -> float:
    page.keyboard.press(key)
    page.wait_for_timeout(settle)
    return ask(page, "time()")


def test_first_view_shows_all_rows_and_says_that_people_are_simulated(page, server, entry) -> None:
    page.goto(server.url)
    page.wait_for_selector(READY)
    rows = ask(page, "rows()")
    assert {"filmstrip", "people", "mean", "cuts"} <= set(rows)
    assert row_ids(entry, "samples")[-1] in rows
    assert page.locator(".mc-facts").get_by_text("simulated").is_visible()
    assert page.locator("[data-row='people']").get_by_text("simulated").is_visible()
    assert page.locator(".mc-names button").count() == len(entry["rows"][0]["names"])
    page.wait_for_function("document.querySelector('video').videoWidth > 0")


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900)])
def test_video_stays_in_view_while_the_last_row_is_looked_at(compare, size) -> None:
    compare.set_viewport_size({"width": size[0], "height": size[1]})
    last = compare.locator(".mc-strip").last
    last.evaluate("node => node.scrollIntoView({ block: 'end' })")
    video, strip = compare.locator("video").bounding_box(), last.bounding_box()
    assert video["y"] >= 0
    assert video["height"] > 150
    assert video["y"] + video["height"] <= strip["y"]
    assert strip["y"] + strip["height"] <= size[1]
    assert compare.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")


def test_all_rows_share_one_time_axis_before_and_after_a_zoom(compare, entry) -> None:
    figure = """(time) => {
        const figure = document.querySelector('.mc-figure'), axis = figure._fullLayout.xaxis;
        return figure.getBoundingClientRect().left + axis._offset + axis.l2p(time);
    }"""
    middle = entry["duration"] / 2
    for _ in range(2):
        start, end = ask(compare, "zoom()")
        for time_s in np.linspace(start, end, 5):
            assert abs(compare.evaluate(figure, float(time_s)) - ask(compare, f"xOf({time_s})")) < 0.5
        ask(compare, f"seek({middle})")
        press(compare, "+", 400)


def test_a_click_in_any_row_goes_to_the_time_that_was_clicked(compare, entry) -> None:
    pixel = entry["duration"] / (ask(compare, f"xOf({entry['duration']})") - ask(compare, "xOf(0)"))
    rows = [row for row in ask(compare, "rows()") if not row.startswith("missing")]
    for k, row in enumerate(rows):
        wanted = entry["duration"] * (0.15 + 0.7 * k / len(rows))
        click_at(compare, row, wanted)
        assert abs(ask(compare, "time()") - wanted) <= pixel + 0.001, row
        cursor = compare.locator(".mc-cursor").bounding_box()["x"]
        assert abs(cursor - ask(compare, f"xOf({wanted})")) <= 2


def test_a_drag_zooms_every_row_and_a_double_click_shows_everything_again(compare, entry) -> None:
    before = compare.locator(".mc-stripcanvas").evaluate("node => node.toDataURL()")
    start, end = entry["duration"] * 0.3, entry["duration"] * 0.5
    y = visible(compare, "people").bounding_box()["y"] + 20
    compare.mouse.move(ask(compare, f"xOf({start})"), y)
    compare.mouse.down()
    compare.mouse.move(ask(compare, f"xOf({end})"), y, steps=5)
    compare.mouse.up()
    compare.wait_for_selector("#player[data-drawn]")
    assert ask(compare, "zoom()") == pytest.approx([start, end], abs=0.2)
    plotted = compare.evaluate("document.querySelector('.mc-figure')._fullLayout.xaxis.range")
    assert plotted == pytest.approx(ask(compare, "zoom()"))
    assert compare.locator(".mc-stripcanvas").evaluate("node => node.toDataURL()") != before
    compare.mouse.dblclick(ask(compare, f"xOf({(start + end) / 2})"), y)
    compare.wait_for_timeout(300)
    assert ask(compare, "zoom()") == pytest.approx([0, entry["duration"]])


def test_the_cursor_follows_the_video_while_it_plays(compare) -> None:
    compare.wait_for_function("document.querySelector('video').readyState >= 3")
    press(compare, "Space")
    assert ask(compare, "playing()")
    seen = compare.evaluate("""() => new Promise((done) => {
        const cursor = document.querySelector('.mc-cursor'), video = document.querySelector('video');
        const places = new Set(); let worst = 0; const until = performance.now() + 1500;
        (function look() {
            const x = cursor.getBoundingClientRect().left;
            places.add(x);
            worst = Math.max(worst, Math.abs(x - window.manycut.player.xOf(video.currentTime)));
            if (performance.now() < until) requestAnimationFrame(look);
            else done({ places: places.size, worst });
        })();
    })""")
    assert seen["places"] > 15
    assert seen["worst"] < 6  # pixels; the order of two callbacks within one frame is not ours
    stopped = press(compare, "k")
    assert not ask(compare, "playing()")
    compare.wait_for_timeout(200)
    assert ask(compare, "time()") == pytest.approx(stopped, abs=0.1)


def test_keys_step_by_pick_shot_frame_and_disagreement(compare, entry, server) -> None:
    series = load(fetch(server, f"/api/series?id={quote(entry['id'], safe='')}"))
    times = series["times"]
    starts = [edges[0][1] / 1000 for edges in entry["shots"][0]["pieces"]]
    ask(compare, f"seek({times[10] + 0.1})")
    assert press(compare, "ArrowRight") == pytest.approx(times[11], abs=0.01)
    assert press(compare, "ArrowLeft") == pytest.approx(times[10], abs=0.01)
    following = next(start for start in starts if start > times[10] + 0.01)
    assert press(compare, "Shift+ArrowRight") == pytest.approx(following, abs=0.01)
    before = ask(compare, "time()")
    rate, per = map(int, entry["fps"].split("/"))
    assert press(compare, ".") - before == pytest.approx(per / rate, abs=0.01)
    peaks = ask(compare, "peaks()")
    ask(compare, "seek(0)")
    assert press(compare, "n") == pytest.approx(next(peak for peak in peaks if peak > 0.001), abs=0.01)


def test_keys_change_the_speed_and_show_the_sheet_of_keys(compare) -> None:
    press(compare, "l")
    press(compare, "l")
    assert compare.locator(".mc-rate").inner_text() == "1.5×"
    press(compare, "j")
    assert compare.locator(".mc-rate").inner_text() == "1×"
    press(compare, "k")
    press(compare, "?")
    assert compare.get_by_role("dialog", name="Keys").is_visible()
    press(compare, "Escape")
    assert not compare.get_by_role("dialog", name="Keys").is_visible()


def test_typing_in_a_field_is_not_taken_for_a_key(compare) -> None:
    field = compare.get_by_label("Seed")
    field.click()
    field.press("k")
    field.press("ArrowRight")
    assert not ask(compare, "playing()")
    assert ask(compare, "time()") == 0


def test_the_budget_slider_solves_every_cut_as_the_server_would(compare, entry, server) -> None:
    slider = compare.get_by_label("Budget")
    for percent in (15, 30):
        slider.fill(str(percent))
        compare.wait_for_function(f"document.querySelector('[data-slot=budget-text]').textContent === '{percent} %'")
        for rule in ("published", "viewing"):
            compare.get_by_role("button", name=rule.title(), exact=True).click()
            asked = f"/api/cuts?entry={quote(entry['id'], safe='')}&budget={percent / 100}&rule={rule}"
            solved = {cut["source"]: cut for cut in json.loads(fetch(server, asked))["cuts"]}
            cuts = {cut["id"]: cut for cut in ask(compare, "strips()")}
            names = entry["rows"][0]["names"]
            run = row_ids(entry, "samples")[-1]
            pairs = {"mean": "mean", f"{run}:0": f"{run}:0"}
            pairs |= {f"person:{person}": f"person:{name}" for person, name in enumerate(names)}
            for strip, source in pairs.items():
                assert cuts[strip]["segments"] == solved[source]["frames"], (rule, strip)
                played = [[clip["start"], clip["end"]] for clip in cuts[strip]["seconds"]]
                np.testing.assert_allclose(played, solved[source]["seconds"], atol=1e-4)


def test_another_segmentation_gives_other_cuts_at_once(compare, entry) -> None:
    before = ask(compare, "strips()")
    compare.get_by_label("Shots").select_option(index=1)
    after = ask(compare, "strips()")
    assert [cut["segments"] for cut in after] != [cut["segments"] for cut in before]
    assert entry["shots"][1]["label"] in compare.locator(".mc-cuts header p").inner_text()


def test_playing_a_cut_skips_what_is_not_selected(compare, entry) -> None:
    compare.get_by_label("Budget").fill("5")
    compare.wait_for_function("document.querySelector('video').readyState >= 3")
    visible(compare, "cuts")
    compare.locator("[data-strip='mean'] button").first.click()
    cut = next(cut for cut in ask(compare, "strips()") if cut["id"] == "mean")
    rate, per = map(int, entry["fps"].split("/"))
    spans = [(start * per / rate, end * per / rate) for start, end in cut["segments"]]
    ask(compare, "seek(0)")
    press(compare, "p", 0)
    deadline = time.monotonic() + 20
    seen = []
    while time.monotonic() < deadline:
        compare.wait_for_timeout(100)
        seen.append(ask(compare, "time()"))
        if len(seen) > 5 and not ask(compare, "playing()"):
            break
    assert not ask(compare, "playing()")
    outside = [at for at in seen if not any(start - 0.15 <= at <= end + 0.25 for start, end in spans)]
    assert not outside
    assert all(any(start - 0.15 <= at <= end + 0.25 for at in seen) for start, end in spans)


def test_clicking_a_name_pins_that_person(compare) -> None:
    name = compare.locator(".mc-names button").nth(2)
    name.click()
    assert name.get_attribute("aria-pressed") == "true"
    assert ask(compare, "selected()") == f"person:{name.get_attribute('data-person')}"
    name.click()
    assert name.get_attribute("aria-pressed") == "false"


def test_pointing_at_a_sample_lifts_it_out(compare, entry) -> None:
    row = visible(compare, row_ids(entry, "samples")[-1])
    chip = row.locator("[data-sample='3']")
    blank = compare.locator(".mc-lift").evaluate("node => node.toDataURL()")
    chip.hover()
    assert "lifted" in chip.get_attribute("class")
    assert compare.locator(".mc-lift").evaluate("node => node.toDataURL()") != blank


def test_entry_and_time_are_in_the_address_and_come_back(compare, entry) -> None:
    ask(compare, f"seek({entry['duration'] / 3})")
    compare.wait_for_function("new URL(location).searchParams.get('t') > 0")
    assert entry["id"] in compare.url
    compare.reload()
    compare.wait_for_selector(READY)
    assert ask(compare, "time()") == pytest.approx(entry["duration"] / 3, abs=0.1)


def test_the_picker_opens_another_entry_without_a_reload(compare, server, entry) -> None:
    entries = json.loads(fetch(server, "/api/entries"))["entries"]
    other = next(one for one in entries if one["id"] != entry["id"])
    compare.evaluate("window.here = true")
    compare.get_by_role("button", name="Choose another").click()
    compare.get_by_role("option", name=other["title"]).first.click()
    compare.wait_for_function(f"document.querySelector('.mc-facts h2')?.textContent === {json.dumps(other['title'])}")
    compare.wait_for_selector(READY)
    compare.wait_for_function(f"new URL(location).searchParams.get('entry') === {json.dumps(other['id'])}")
    assert compare.evaluate("window.here")


def test_sample_again_brings_new_samples_without_a_reload(compare) -> None:
    compare.evaluate("window.here = true")
    before = ask(compare, "rows()")
    seed = compare.get_by_label("Seed").input_value()
    compare.locator("input[name='n']").fill("4")
    compare.get_by_role("button", name="Sample again").click()
    compare.wait_for_selector(".mc-progress:not([hidden])")
    compare.wait_for_function(
        f"JSON.stringify({PLAYER}.rows()) !== {json.dumps(json.dumps(before, separators=(',', ':')))}", timeout=60_000
    )
    compare.wait_for_selector(READY)
    assert compare.evaluate("window.here")
    assert compare.get_by_label("Seed").input_value() != seed
    new = next(row for row in ask(compare, "rows()") if row not in before)
    assert compare.locator(f"[data-row='{new}'] [data-sample]").count() == 4


def test_numbers_stand_beside_those_of_people(compare) -> None:
    table = compare.locator(".mc-numbers table")
    table.wait_for(timeout=60_000)
    assert table.get_by_role("rowheader", name="pairwise", exact=True).is_visible()
    assert table.locator("tr.model").count() >= 1
    assert compare.locator("[data-slot='protocol']").inner_text().startswith("protocol ")


def test_dark_mode_redraws_the_rows_in_its_own_colours(compare) -> None:
    colour = "document.querySelector('.mc-figure').data.at(-1).line.color"
    light = compare.evaluate(colour)
    compare.evaluate("document.body.classList.toggle('dark')")
    compare.wait_for_function(f"{colour} !== {json.dumps(light)}")


def test_an_unknown_entry_is_said_in_one_sentence(page, server) -> None:
    page.goto(f"{server.url}/?entry=demo/nowhere")
    page.wait_for_selector("#player[data-state='failed'] .mc-status:has-text('demo/nowhere')")


def test_a_silent_server_is_said_and_can_be_tried_again(page, server, entry) -> None:
    page.route("**/api/series*", lambda route: route.abort())
    page.goto(f"{server.url}/?entry={quote(entry['id'], safe='')}")
    page.wait_for_selector("#player[data-state='offline']")
    assert "does not answer" in page.locator(".mc-status").inner_text()
    page.unroute("**/api/series*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(READY)


def test_an_entry_without_its_video_keeps_its_timelines(page, server, entry) -> None:
    def without(route) -> None:
        answer = route.fetch().json()
        route.fulfill(json=answer | {"video": None, "video_reason": "The file is gone.", "thumbnails": None})

    page.route("**/api/entry?*", without)
    page.goto(f"{server.url}/?entry={quote(entry['id'], safe='')}")
    page.wait_for_selector(READY)
    assert "The file is gone." in page.locator(".mc-novideo").inner_text()
    press(page, "Space", 700)
    assert ask(page, "time()") > 0.3
