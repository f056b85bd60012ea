"""Length, shape and words of a cut on Compare: by hand, by key, in the address, and in what is kept."""

from __future__ import annotations

import json
from importlib.util import find_spec
from urllib.parse import quote

import pytest

from tests.browser.pages import READY, ask, fetch_json, open_compare

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"
SAID = [(3, 6, "Good morning, harbour."), (20, 24, "Here comes the ferry."), (40, 43, "The ferry leaves the harbour.")]


def srt() -> str:
    blocks = (f"{k}\n00:00:{a:02d},000 --> 00:00:{b:02d},000\n{text}\n" for k, (a, b, text) in enumerate(SAID, 1))
    return "\n".join(blocks)


@pytest.fixture
def compare(page, server):
    open_compare(page, server, ENTRY)
    yield page
    page.request.put(f"{server.url}/api/transcript", data={"entry": ENTRY, "text": ""})


def selected(page) -> dict:
    return next(strip for strip in ask(page, "strips()") if strip["id"] == ask(page, "selected()"))


def length(cut: dict) -> float:
    return sum(clip["end"] - clip["start"] for clip in cut["seconds"])


def focus(page) -> None:
    page.locator(".mc-scroll").focus()


def test_length_and_shape_are_chosen_linked_and_kept(compare, server, tmp_path) -> None:
    box = compare.locator("[data-slot=length]")
    problem = compare.locator("[data-slot=length-error]")
    focus(compare)
    compare.keyboard.press("t")
    for wrong, said in (("soon", "no length of a cut"), ("5 min", "the film lasts 1:0"), ("0.1 s", "at least")):
        box.fill(wrong)
        compare.keyboard.press("Enter")
        assert said in problem.inner_text()
    box.fill("12 s")
    compare.keyboard.press("Enter")
    compare.wait_for_function("document.querySelector('.mc-cuts header p').textContent.includes('0:12.0')")
    assert not problem.is_visible()
    assert length(selected(compare)) <= 12
    compare.keyboard.press("v")
    assert compare.locator("[data-slot=shape]").input_value() == "one"
    assert len(selected(compare)["segments"]) == 1
    assert length(selected(compare)) > 11
    compare.keyboard.press("v")
    compare.locator("[data-slot=clip]").fill("2")
    compare.locator("[data-slot=clip]").blur()
    short = selected(compare)
    assert len(short["segments"]) >= 5
    assert max(clip["end"] - clip["start"] for clip in short["seconds"]) <= 2
    compare.wait_for_function("location.search.includes('shape=short') && location.search.includes('clip=2')")
    assert "length=12" in compare.url
    compare.reload()
    compare.wait_for_selector(READY)
    assert selected(compare)["segments"] == short["segments"]
    source = quote(selected(compare)["id"])
    asked = f"/api/cuts?entry={ENTRY}&source={source}&length=12 s&shape=short&clip=2".replace(" ", "%20")
    assert fetch_json(server, asked)["cuts"][0]["frames"] == short["segments"]
    focus(compare)
    compare.keyboard.press("s")
    with compare.expect_download() as waiting:
        compare.locator("[data-list=json]").click()
    waiting.value.save_as(tmp_path / "cut.json")
    kept = json.loads((tmp_path / "cut.json").read_text())
    assert [[one["start_frame"], one["end_frame"]] for one in kept["segments"]] == short["segments"]
    with compare.expect_download() as waiting:
        compare.locator("[data-chapters=youtube]").click()
    waiting.value.save_as(tmp_path / "chapters.txt")
    assert (tmp_path / "chapters.txt").read_text().startswith("0:00 ")
    compare.locator("[data-shut]").click()
    compare.get_by_role("group", name="Rule of the cuts").get_by_role("button", name="Published").click()
    assert compare.locator("[data-slot=shape]").is_disabled()


def test_words_are_shown_found_asked_for_and_never_cut(compare, server, tmp_path) -> None:
    lane = compare.locator(".mc-words")
    assert not lane.is_visible()
    focus(compare)
    compare.keyboard.press("/")
    assert compare.locator("[data-slot=find]").evaluate("box => box === document.activeElement")
    file = tmp_path / "harbour.srt"
    file.write_text("nothing")
    compare.locator("input[data-slot=transcript]").set_input_files(file)
    compare.wait_for_selector("[data-slot=query-error]:has-text('harbour.srt')")
    file.write_text(srt())
    compare.locator("input[data-slot=transcript]").set_input_files(file)
    lane.wait_for(state="visible")
    ask(compare, "seek(21)")
    compare.wait_for_selector("[data-slot=said-now] .now:has-text('Here comes the ferry')")
    compare.locator("[data-slot=said-now] button", has_text="The ferry leaves").click()
    assert ask(compare, "time()") == pytest.approx(40, abs=0.1)
    box = compare.locator("[data-slot=find]")
    box.fill("ferry")
    count = int(compare.locator("[data-slot=found]").inner_text())
    assert count >= 2
    ask(compare, "seek(0)")
    found = []
    for _ in range(count):
        compare.keyboard.press("Enter")
        found.append(ask(compare, "time()"))
    assert found == sorted(found)
    assert any(time == pytest.approx(20, abs=0.1) for time in found)
    compare.keyboard.press("Enter")
    assert ask(compare, "time()") == pytest.approx(found[0], abs=0.1)
    focus(compare)
    compare.keyboard.press("Shift+I")
    assert ask(compare, "time()") == pytest.approx(found[-1], abs=0.1)
    whole = compare.locator("[data-act=words]")
    assert whole.get_attribute("aria-pressed") == "true"
    speech = fetch_json(server, f"/api/entry?id={ENTRY}")["speech"]
    edges = [edge for strip in ask(compare, "strips()") for segment in strip["segments"] for edge in segment]
    within = [edge for edge in edges for word in speech if word[0] + 40 < edge < word[1] - 40]
    assert not within  # the cues are long: an edge far from both of their ends would stay
    compare.keyboard.press("a")
    assert whole.get_attribute("aria-pressed") == "false"
    compare.wait_for_function("location.search.includes('words=cut')")
    compare.keyboard.press("a")
    compare.keyboard.press("q")
    compare.wait_for_function("window.manycut.player.selected().startsWith('run:')", timeout=30000)
    assert compare.locator("h4", has_text="Query: ferry").count() == 1
    assert selected(compare)["segments"]
    box.fill("паром")
    compare.locator("[data-act=query]").click()
    compare.wait_for_selector("[data-slot=query-error]:has-text('Cyrillic')", timeout=30000)
    compare.keyboard.press("Escape")


def test_sounds_are_a_row_gone_through_by_key_and_found_by_their_names(compare, server) -> None:
    sounds = fetch_json(server, f"/api/entry?id={ENTRY}")["sounds"]
    lane = compare.locator(".mc-sounds")
    lane.wait_for()
    assert "sounds" in ask(compare, "rows()")
    assert "Guessed" in lane.locator("h4").get_attribute("title")
    assert lane.locator("canvas").get_attribute("aria-label").startswith("Heard, how often: music")
    focus(compare)
    ask(compare, "seek(0)")
    begins = sorted({one[0] / 1000 for one in sounds if one[0] > 50})
    for at in begins[:2]:
        compare.keyboard.press("z")
        assert abs(ask(compare, "time()") - at) < 0.05
    compare.keyboard.press("Shift+z")
    assert abs(ask(compare, "time()") - begins[0]) < 0.05
    speech = next(one for one in sounds if one[2] == "speech")
    ask(compare, f"seek({speech[0] / 1000 + 0.1})")
    assert "speech" in lane.locator("[data-slot=heard-now]").inner_text()
    compare.locator("input[data-slot=transcript]").set_input_files(
        {"name": "empty.vtt", "mimeType": "text/vtt", "buffer": b"WEBVTT\n\n"}
    )
    compare.wait_for_selector("[data-slot=query-error]:has-text('The transcript says nothing')")
    if not find_spec("faster_whisper"):
        focus(compare)
        compare.keyboard.press("Shift+L")
        compare.wait_for_selector("[data-slot=transcribe-error]:has-text('pip install faster-whisper')")
    compare.keyboard.press("/")
    compare.keyboard.type("music")
    found = int(compare.locator("[data-slot=found]").inner_text())
    assert found >= len([one for one in sounds if one[2] == "music"])
    compare.keyboard.press("Escape")
    compare.keyboard.press("r")
    compare.locator(".mc-rowsmenu [data-key=sounds] input").uncheck()
    assert lane.is_hidden()
    compare.locator("[data-rows-reset]").click()
    assert lane.is_visible()
