"""Correcting the caption at the cursor: by mouse and by keys, kept at once, scored again, refused in a sentence."""

from __future__ import annotations

import pytest

from tests.browser.pages import ask, fetch_json, open_compare

pytestmark = pytest.mark.browser
ENTRY = "demo/road-to-the-sea"  # no other test asks for it
SECONDS_PER_PICK = 0.5


@pytest.fixture
def compare(page, server):
    open_compare(page, server, ENTRY)
    return page


def go_to(page, pick):
    ask(page, f"seek({pick * SECONDS_PER_PICK + 0.01})")
    clock = f"0:{pick * SECONDS_PER_PICK:04.1f}"
    page.wait_for_selector(f"[data-slot='caption-time']:has-text('{clock}')")


def box(page):
    return page.get_by_role("textbox", name="Caption")


def kept(server, pick):
    entry = fetch_json(server, f"/api/entry?id={ENTRY}")
    return entry["captions"][pick], entry["corrected"].get(str(pick))


def test_a_corrected_caption_is_kept_and_the_head_scores_the_video_again(compare, server) -> None:
    runs = set(fetch_json(server, f"/api/news?id={ENTRY}")["runs"])
    go_to(compare, 20)
    compare.get_by_role("button", name="Edit").click()
    assert box(compare).input_value() == kept(server, 20)[0]
    box(compare).fill("A lighthouse stands above the sea.")
    compare.keyboard.press("Enter")
    compare.wait_for_selector("[data-slot='caption']:has-text('A lighthouse stands above the sea.')")
    assert compare.locator("[data-slot='caption-by']").inner_text().endswith("edited")
    assert kept(server, 20) == ("A lighthouse stands above the sea.", "")
    compare.get_by_text("New scores have come: one run").wait_for(timeout=60_000)
    (new,) = [
        row for row in fetch_json(server, f"/api/entry?id={ENTRY}")["rows"]
        if row["kind"] == "curve" and row["id"] not in runs
    ]  # fmt: skip
    assert new["model"].startswith("LLMVS head (hashed-words")
    (job,) = [job for job in fetch_json(server, "/api/jobs")["jobs"] if job["kind"] == "rescore"]
    assert [(one["windows"], one["of"]) for one in job["result"]["spaces"]] == [(7, 122)]


def test_keys_belong_to_the_box_while_somebody_writes_in_it(compare, server) -> None:
    before = kept(server, 31)
    go_to(compare, 31)
    compare.keyboard.press("e")
    assert box(compare).is_visible()
    compare.keyboard.press("Control+a")
    compare.keyboard.type("k jl pn [] 0 ? a tram")
    assert box(compare).input_value() == "k jl pn [] 0 ? a tram"
    assert not ask(compare, "playing()")
    assert compare.locator(".mc-help").is_hidden()
    compare.keyboard.press("Escape")
    assert box(compare).is_hidden()
    assert compare.locator("[data-slot='caption']").inner_text() == before[0]
    assert kept(server, 31) == before
    compare.keyboard.press("k")
    compare.wait_for_function("window.manycut.player.playing()")


def test_what_is_written_stays_while_the_cursor_goes_elsewhere(compare, server) -> None:
    go_to(compare, 40)
    compare.locator("[data-slot='caption']").dblclick()
    box(compare).fill("A tram waits.")
    ask(compare, "seek(30.01)")
    assert box(compare).input_value() == "A tram waits."
    assert "0:20.0" in compare.locator("[data-slot='caption-time']").inner_text()
    box(compare).press("Enter")
    compare.wait_for_selector("[data-slot='caption-time']:has-text('0:30.0')")
    assert kept(server, 40) == ("A tram waits.", "")


def test_a_refusal_is_said_and_what_was_written_is_not_lost(compare, server) -> None:
    before = kept(server, 50)
    go_to(compare, 50)
    compare.keyboard.press("e")
    box(compare).fill("A tram.")
    compare.route("**/api/captions", lambda route: route.abort())
    box(compare).press("Enter")
    assert "does not answer" in compare.get_by_role("alert").filter(has_text="server").inner_text()
    assert box(compare).input_value() == "A tram."
    compare.unroute("**/api/captions")
    box(compare).press("Enter")
    compare.wait_for_selector("[data-slot='caption']:has-text('A tram.')")
    assert kept(server, 50) == ("A tram.", "")
    assert before[0] != "A tram."


def test_what_cannot_be_scored_again_is_said_and_goes_with_the_entry(compare, server) -> None:
    failed = [{"space": "llama", "reason": "The model 'llama' is not on this machine."}]
    done = {"state": "done", "result": {"failed": failed}}
    compare.route("**/api/job?id=*", lambda route: route.fulfill(json=done))
    go_to(compare, 70)
    compare.keyboard.press("e")
    box(compare).fill("A <b>lighthouse</b> & a tram.")
    compare.keyboard.press("Enter")
    said = compare.locator("[data-slot='caption-error']")
    said.filter(has_text="not all is scored again: The model 'llama' is not on this machine.").wait_for()
    assert compare.locator("[data-slot='caption']").inner_text() == "A <b>lighthouse</b> & a tram."
    compare.evaluate(
        "document.dispatchEvent(new CustomEvent('manycut:open', { detail: { entry: 'demo/harbour-day' } }))"
    )
    said.wait_for(state="hidden")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_box_fits_its_column_in_light_and_dark(compare, tmp_path, theme) -> None:
    compare.evaluate(f"document.body.classList.toggle('dark', {str(theme == 'dark').lower()})")
    go_to(compare, 60)
    compare.keyboard.press("e")
    area, column = box(compare).bounding_box(), compare.locator(".mc-facts").bounding_box()
    assert area["x"] >= column["x"]
    assert area["x"] + area["width"] <= column["x"] + column["width"]
    assert area["height"] > 40
    shade = compare.evaluate("getComputedStyle(document.querySelector('.mc-caption textarea')).backgroundColor")
    assert (int(shade.strip("rgb()").split(",")[0]) < 80) == (theme == "dark")
    compare.screenshot(path=tmp_path / f"caption-{theme}.png")
