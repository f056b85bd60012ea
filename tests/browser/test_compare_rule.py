"""Two rules: what people watch, and what published numbers are made of. The page says which is in force."""

from __future__ import annotations

import json
import urllib.request

import pytest

from tests.browser.pages import READY, ask, fetch_json, open_compare

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"


@pytest.fixture
def compare(page, server):
    open_compare(page, server, ENTRY)
    return page


def cuts(page) -> dict:
    return {strip["id"]: strip["segments"] for strip in ask(page, "strips()")}


def rule(page, name: str):
    return page.get_by_role("group", name="Rule of the cuts").get_by_role("button", name=name, exact=True)


def test_viewing_is_the_default_and_each_rule_explains_itself(compare) -> None:
    assert rule(compare, "Viewing").get_attribute("aria-pressed") == "true"
    assert "over time" in rule(compare, "Viewing").get_attribute("title")
    assert "knapsack" in rule(compare, "Published").get_attribute("title")
    assert "viewing rule" in compare.locator(".mc-cuts header p").inner_text()


def test_the_rule_changes_strips_and_length_and_never_the_figures(compare) -> None:
    before, table = cuts(compare), compare.locator(".mc-numbers tbody").inner_text()
    matrix = ask(compare, "figures().people")
    facts = compare.locator("[data-slot='cut-facts']").inner_text()
    rule(compare, "Published").click()
    assert cuts(compare) != before
    assert "published rule" in compare.locator(".mc-cuts header p").inner_text()
    assert compare.locator("[data-slot='cut-facts']").inner_text() != facts
    assert compare.locator(".mc-numbers tbody").inner_text() == table
    assert ask(compare, "figures().people") == matrix
    rule(compare, "Viewing").click()
    assert cuts(compare) == before


def test_a_link_carries_the_rule(compare, server) -> None:
    rule(compare, "Published").click()
    published = cuts(compare)
    compare.wait_for_function("new URL(location).searchParams.get('rule') === 'published'")
    compare.reload()
    compare.wait_for_selector(READY)
    assert rule(compare, "Published").get_attribute("aria-pressed") == "true"
    assert cuts(compare) == published
    for asked in ("&rule=viewing", "&rule=unheard-of", ""):
        compare.goto(f"{server.url}/compare?entry={ENTRY}{asked}")
        compare.wait_for_selector(READY)
        assert rule(compare, "Viewing").get_attribute("aria-pressed") == "true"
        assert cuts(compare) != published


@pytest.mark.parametrize("name", ["Viewing", "Published"])
def test_what_is_kept_is_cut_by_the_rule_in_force(compare, tmp_path, name) -> None:
    rule(compare, name).click()
    compare.locator("[data-strip='camp:1'] button").first.click()
    compare.locator(".mc-scroll").focus()
    compare.keyboard.press("s")
    dialog = compare.get_by_role("dialog", name="Keep")
    assert f"{name.lower()} rule" in dialog.inner_text()
    with compare.expect_download() as waiting:
        dialog.get_by_text("JSON", exact=True).click()
    waiting.value.save_as(tmp_path / "cut.json")
    kept = json.loads((tmp_path / "cut.json").read_text())
    assert [[row["start_frame"], row["end_frame"]] for row in kept["segments"]] == cuts(compare)["camp:1"]
    assert kept["rule"] == name.lower()


def test_the_strips_show_where_the_rule_may_cut(compare) -> None:
    drawn = lambda: compare.locator(".mc-cutcanvas").evaluate("node => node.toDataURL()")  # noqa: E731
    compare.locator("[data-strip='person:0'] button").first.click()
    viewing = drawn()
    rule(compare, "Published").click()
    assert drawn() != viewing


def test_what_differs_by_time_is_compared_by_time(compare) -> None:
    compare.locator("[data-strip='camp:0'] button").first.click()
    seconds = {strip["id"]: strip["seconds"] for strip in ask(compare, "strips()")}
    length = lambda clips: sum(clip["end"] - clip["start"] for clip in clips)  # noqa: E731
    mine = seconds["camp:0"]
    for strip, clips in seconds.items():
        if strip == "camp:0":
            continue
        shared = sum(max(0, min(a["end"], b["end"]) - max(a["start"], b["start"])) for a in mine for b in clips)
        shown = compare.locator(f"[data-strip='{strip}'] output").inner_text()
        assert abs(float(shown) - 200 * shared / (length(mine) + length(clips))) <= 0.51, strip


def test_the_length_that_is_said_plays_also_where_the_frame_rate_varies(page, server) -> None:
    """Half of the frames of this made-up entry take a tenth of the time."""

    def slower(route) -> None:
        answer = route.fetch().json()
        half, n_frames = answer["n_frames"] // 2, answer["n_frames"]

        def at(frame: int) -> int:
            return 40 * frame if frame <= half else 40 * half + 4 * (frame - half)

        for shots in answer["shots"]:
            shots["bounds"] = [[a, b, at(a) / 1000, at(b) / 1000] for a, b, _, _ in shots["bounds"]]
            shots["pieces"] = [[[frame, at(frame), level] for frame, _, level in edges] for edges in shots["pieces"]]
        route.fulfill(json=answer | {"duration": at(n_frames) / 1000, "duration_ms": at(n_frames), "video": None})

    page.route("**/api/entry?*", slower)
    page.goto(f"{server.url}/compare?entry={ENTRY}&cut=camp:1")
    page.wait_for_selector(READY)
    cut = next(strip for strip in ask(page, "strips()") if strip["id"] == "camp:1")
    length = sum(clip["end"] - clip["start"] for clip in cut["seconds"])
    duration = ask(page, "zoom()")[1]
    assert length <= 0.15 * duration + 0.01
    assert length / duration > 0.7 * 0.15
    said = page.locator("[data-slot='cut-facts']").inner_text()
    assert said.startswith(f"0:0{int(length)}.")
    assert f"{100 * length / duration:.1f} %" in said
    # Frames would say another share.
    assert abs(cut["frames"] / 1512 - length / duration) > 0.05


def test_the_server_has_the_cut_that_is_watched(compare, server) -> None:
    watched = cuts(compare)
    asked = f"/api/cuts?entry={ENTRY}&source=camp:1"
    assert watched["camp:1"] == fetch_json(server, asked)["cuts"][0]["frames"]
    with urllib.request.urlopen(f"{server.url}{asked}&rule=published", timeout=30) as answer:
        published = json.load(answer)["cuts"][0]["frames"]
    rule(compare, "Published").click()
    assert cuts(compare)["camp:1"] == published
