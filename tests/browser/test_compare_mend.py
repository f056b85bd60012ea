"""Mending a cut on Compare: what stays, what goes, and the rest solved again; kept by the server step by step."""

from __future__ import annotations

import av
import pytest

from tests.browser.pages import ask, fetch_json, open_compare

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"
KEPT = "[data-slot='mend-state']:text-is('kept')"


@pytest.fixture
def mend(page, server):
    """Compare with a mended cut of the average, just begun."""
    open_compare(page, server, ENTRY)
    page.locator("[data-strip='mean'] button").first.click()
    page.locator(".mc-scroll").focus()
    page.keyboard.press("b")
    page.wait_for_function("window.manycut.player.selected().startsWith('mended:')")
    return page


def clips(page) -> list[list[int]]:
    selected = ask(page, "selected()")
    return next(strip["segments"] for strip in ask(page, "strips()") if strip["id"] == selected)


def stored(server, page) -> dict:
    number = int(ask(page, "selected()").partition(":")[2])
    return next(cut for cut in fetch_json(server, f"/api/mended?entry={ENTRY}")["cuts"] if cut["id"] == number)


def seconds(server, frame: int) -> float:
    """A little after a frame begins to show."""
    n, d = map(int, fetch_json(server, f"/api/entry?id={ENTRY}")["fps"].split("/"))
    return (frame + 0.3) * d / n


def press_at(page, server, frame: int, key: str) -> None:
    ask(page, f"seek({seconds(server, frame)})")
    page.keyboard.press(key)
    page.wait_for_selector(KEPT)


def frames(rows: list[list[int]]) -> set[int]:
    return {frame for start, end in rows for frame in range(start, end)}


def test_what_is_said_to_stay_and_to_go_does_and_the_rest_is_solved_again(mend, server) -> None:
    began = clips(mend)
    outside = next(frame for frame in range(10, 10_000) if frame not in frames(began))
    press_at(mend, server, outside, "y")
    inside = began[0][0] if began[0][0] not in frames(stored(server, mend)["kept"]) else began[-1][0]
    press_at(mend, server, inside, "d")
    facts = stored(server, mend)
    assert outside in frames(facts["kept"]) <= frames(clips(mend))
    assert inside in frames(facts["forbidden"])
    assert not frames(facts["forbidden"]) & frames(clips(mend))
    assert clips(mend) == facts["segments"] != began
    assert facts["length_s"] <= facts["budget_s"] + 1e-3
    mend.keyboard.press("h")
    mend.locator("[data-slot='mend-seconds']").fill("2")
    mend.locator("[data-slot='mend-seconds']").blur()
    mend.wait_for_selector("[data-slot='mend-state']:has-text('Keep less or raise the budget')")
    assert mend.get_attribute("[data-slot='mend-lane']", "aria-label").partition(", ")[2] != "0 clips, 0:00.0"


def test_undo_and_redo_go_over_everything_also_after_a_reload(mend, server) -> None:
    began = clips(mend)
    press_at(mend, server, began[0][0], "d")
    changed = clips(mend)
    mend.wait_for_timeout(400)  # the address follows a moment later
    mend.reload()
    mend.wait_for_function("window.manycut?.player.strips().some(({ id }) => id.startsWith('mended:'))")
    assert clips(mend) == changed
    mend.keyboard.press("Control+z")
    mend.wait_for_selector(KEPT)
    assert clips(mend) == began == stored(server, mend)["segments"]
    mend.keyboard.press("Control+Shift+z")
    mend.wait_for_selector(KEPT)
    assert clips(mend) == changed == stored(server, mend)["segments"]


def test_an_edge_is_dragged_and_nudged_and_the_video_is_the_strip_to_the_frame(mend, server, tmp_path) -> None:
    start, end = clips(mend)[-1]
    lane = mend.locator("[data-slot='mend-lane']").bounding_box()
    y = lane["y"] + lane["height"] / 2
    n = end - (end - start) // 3
    mend.mouse.move(ask(mend, f"xOf({seconds(server, end) - 0.3 / 24})"), y)
    mend.mouse.down()
    mend.mouse.move(ask(mend, f"xOf({seconds(server, n)})"), y, steps=5)
    mend.mouse.up()
    mend.wait_for_selector(KEPT)
    at = next(clip for clip in clips(mend) if clip[0] == start)
    assert abs(at[1] - n) <= 6
    assert at in stored(server, mend)["kept"]
    press_at(mend, server, at[1] - 1, "Alt+,")
    assert [start, at[1] - 1] in stored(server, mend)["kept"]
    mend.keyboard.press("s")
    with mend.expect_download(timeout=120_000) as waiting:
        mend.get_by_role("dialog", name="Keep").get_by_role("button", name="MP4 video", exact=True).click()
    waiting.value.save_as(tmp_path / "cut.mp4")
    with av.open(tmp_path / "cut.mp4") as video:
        assert sum(1 for _ in video.decode(video=0)) == len(frames(clips(mend)))


def test_two_tabs_mend_one_cut_and_neither_overwrites_the_other(mend, server) -> None:
    began = clips(mend)
    other = mend.context.new_page()
    mend.wait_for_timeout(400)
    other.goto(mend.url)
    other.wait_for_function("window.manycut?.player.selected()?.startsWith('mended:')")
    other.locator(".mc-scroll").focus()
    press_at(other, server, began[0][0], "d")
    press_at(mend, server, began[-1][0], "y")
    facts = stored(server, mend)
    assert began[0][0] in frames(facts["forbidden"])
    assert began[-1][0] in frames(facts["kept"])
    assert clips(mend) == facts["segments"]
    other.bring_to_front()
    for _ in range(100):  # it looks every few seconds
        if clips(other) == facts["segments"]:
            break
        other.wait_for_timeout(100)
    assert clips(other) == facts["segments"]


def test_a_mended_cut_is_named_taken_away_brought_back_and_never_changes_what_it_came_from(mend, server) -> None:
    before = next(strip["segments"] for strip in ask(mend, "strips()") if strip["id"] == "mean")
    mend.get_by_label("Name", exact=True).fill("As I see it")
    mend.keyboard.press("Enter")
    mend.locator("[data-strip^='mended:'] button", has_text="As I see it").wait_for()
    mend.locator(".mc-scroll").focus()
    press_at(mend, server, clips(mend)[0][0], "d")
    assert next(strip["segments"] for strip in ask(mend, "strips()") if strip["id"] == "mean") == before
    mend.get_by_role("button", name="Remove", exact=True).click()
    mend.get_by_role("button", name="Bring it back").click()
    mend.locator("[data-strip^='mended:'] button", has_text="As I see it").wait_for()
    assert stored(server, mend)["name"] == "As I see it"


def test_who_only_looks_is_offered_no_mending_and_no_vote(page, server) -> None:
    viewer = fetch_json(server, "/api/me") | {"annotator": "Vera", "closed": True, "role": "viewer"}
    page.route("**/api/me", lambda route: route.fulfill(json=viewer))
    open_compare(page, server, ENTRY)
    page.wait_for_selector(":root[data-role=viewer]")
    page.locator("[data-strip='mean'] button").first.click()
    offered = page.locator(".mc-actions:visible button:visible")
    assert offered.all_inner_texts()[1:] == ["Loop", "A / B", "Keep …"]
    selected = ask(page, "selected()")
    page.locator(".mc-scroll").focus()
    page.keyboard.press("b")
    page.keyboard.press("x")
    page.wait_for_selector(".mc-versus:not([hidden]) .mc-versus-track span")
    assert ask(page, "selected()") == selected
    assert not page.get_by_label("Blind").is_visible()
    assert not page.get_by_role("button", name="A is better").is_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    assert "compare two cuts" in sheet.inner_text()
    assert "mend" not in sheet.inner_text()
