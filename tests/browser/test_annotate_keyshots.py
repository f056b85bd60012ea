"""Marking keyshots in a real browser: keys, mouse, touch, outages, reloads, the budget."""

from __future__ import annotations

import signal

import pytest

from tests.browser.rater import Rater, made_video

pytestmark = pytest.mark.browser


@pytest.fixture
def rater(page, server) -> Rater:
    rater = Rater(page, server.url)
    rater.open(protocol="keyshots")
    return rater


def budget(rater: Rater) -> str:
    return rater.page.inner_text(".mc-budget")


def side(rater: Rater) -> str:
    return rater.page.get_attribute(".mc-budget", "data-side")


def cut(rater: Rater) -> list[tuple[int, int]]:
    """What the events on the server amount to, undo left aside."""
    marks: dict[int, tuple[int, int]] = {}
    for event in rater.stored_once("mark", "unmark"):
        marks.pop(event["shot"], None)
        if event["kind"] == "mark":
            marks[event["shot"]] = (event["data"]["start"], event["data"]["end"])
    return sorted(marks.values())


def test_a_whole_task_by_keyboard(rater):
    rater.press("ArrowRight ArrowRight i ArrowRight ArrowRight ArrowRight o")
    assert rater.parts == {0: (50, 126)}  # 25 frames a second; the frame of the mark-out is part of it
    assert (side(rater), budget(rater).split("\n")[0]) == ("within", "5.0 % of 5–15 %")
    rater.press("ArrowRight ArrowRight i . . ArrowRight o")
    assert rater.parts == {0: (50, 126), 1: (175, 203)}
    rater.press("Shift+ArrowLeft Shift+ArrowLeft Control+ArrowRight > <")
    assert rater.parts[1] == (173, 204)
    rater.press("[ Shift+ArrowRight")
    assert rater.parts[0] == (51, 126)
    rater.press("] Backspace")
    assert rater.parts == {0: (51, 126)}
    rater.press("u")
    assert rater.parts == {0: (51, 126), 1: (173, 204)}
    rater.saved()
    rater.press("Control+Enter Enter")  # asked because parts were not watched, and Enter goes back
    rater.page.wait_for_selector("dialog[open]", state="detached")
    assert not rater.stored("submit")
    rater.submit_as_it_is()
    assert cut(rater)[0] == (51, 126)
    assert rater.stored("submit")
    assert "2 parts, 7.0 % of the video marked" in rater.page.inner_text(".mc-submitted")
    rater.press("i")
    assert rater.parts == {0: (51, 126), 1: (173, 204)}


def test_marks_inside_a_part_move_its_edges(rater):
    rater.press("ArrowRight i ArrowRight ArrowRight ArrowRight o")
    rater.press("ArrowLeft ArrowLeft i")
    assert rater.parts == {0: (50, 101)}
    rater.press("ArrowRight o")
    assert rater.parts == {0: (50, 76)}
    rater.press("ArrowRight ArrowRight o")  # after its end: the selected part becomes longer
    assert rater.parts == {0: (50, 126)}


def test_a_mark_in_waits_for_its_mark_out_also_after_a_reload(rater):
    rater.press("o")
    assert rater.parts == {}
    assert "First press I" in rater.page.inner_text(".mc-note")
    rater.press("ArrowRight i")
    rater.reload()
    rater.press("ArrowRight o")
    assert rater.parts == {0: (25, 51)}
    rater.press("ArrowRight ArrowRight i Escape ArrowRight")
    assert rater.page.locator(".mc-opening").is_hidden()


def test_the_budget_says_under_over_and_counts_overlaps_once(rater):
    assert side(rater) == "under"
    rater.press("i ArrowRight ArrowRight ArrowRight ArrowRight o")
    once = budget(rater).split("\n")[0]
    rater.press("ArrowRight i Home ArrowRight o")
    assert len(rater.parts) == 1  # a mark-out before its mark-in is refused
    rater.press("Escape ArrowUp i")
    rater.press("Escape")
    assert budget(rater).split("\n")[0] == once
    rater.press("End i Home ArrowRight i")  # a new mark-in replaces the one before
    for _ in range(9):
        rater.press("ArrowRight")
    rater.press("o")
    assert sorted(rater.parts.values()) == [(0, 101), (25, 251)]
    assert side(rater) == "over"
    assert budget(rater).startswith("16.6 % of 5–15 %")  # 251 of 1512 frames


def test_undo_and_redo_survive_a_reload(rater):
    rater.press("ArrowRight i ArrowRight o Shift+ArrowRight ArrowRight ArrowRight i ArrowRight o")
    before = rater.parts
    rater.saved()
    rater.reload()
    assert rater.parts == before
    rater.press("Control+z u")
    assert rater.parts == {0: (25, 51)}
    rater.saved()
    rater.reload()
    rater.press("Shift+U Control+y")
    assert rater.parts == before


@pytest.mark.slow
def test_outage_and_killed_server_lose_and_double_nothing(rater, server):
    rater.press("ArrowRight i ArrowRight o")
    rater.saved()
    rater.page.context.set_offline(True)
    rater.press("ArrowRight ArrowRight i ArrowRight o Shift+ArrowRight")
    rater.saved("offline")
    assert rater.unsaved == 2
    rater.page.context.set_offline(False)
    rater.saved()
    server.stop(signal.SIGKILL)
    rater.press("ArrowRight ArrowRight i ArrowRight o")
    rater.saved("offline")
    server.start()
    rater.saved()
    assert cut(rater) == sorted(rater.parts.values())
    assert len(rater.stored_once("mark")) == 4


def test_a_held_key_is_one_event(rater):
    rater.press("ArrowRight i ArrowRight o")
    rater.page.keyboard.down("Shift")
    for _ in range(6):
        rater.page.keyboard.down("ArrowRight")
    rater.page.keyboard.up("ArrowRight")
    rater.page.keyboard.up("Shift")
    rater.saved()
    assert rater.parts == {0: (31, 51)}
    assert len(rater.stored("mark")) == 3  # made, the first press, the rest until the release


def edge(rater: Rater, name: str) -> tuple[float, float]:
    box = rater.page.locator(f"[data-selected] [data-edge={name}]").bounding_box()
    assert box["width"] >= 24
    assert box["height"] >= 24
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_mouse_alone_is_enough(rater):
    page = rater.page
    reel = page.locator(".mc-reel-inner").bounding_box()
    at = lambda seconds: reel["x"] + reel["width"] * seconds / 60.48  # noqa: E731
    low = reel["y"] + reel["height"] - 4
    page.mouse.click(at(10), low)
    rater.until(lambda: abs(rater.seconds - 10) < 0.1)
    rater.button("Begins here").click()
    page.mouse.click(at(14), low)
    rater.button("Ends here").click()
    ((start, end),) = rater.parts.values()
    assert (start, end) == (pytest.approx(250, abs=3), pytest.approx(351, abs=3))
    x, y = edge(rater, "out")
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 11):
        page.mouse.move(x + (at(2) - at(0)) * k / 10, y)
    page.mouse.up()
    assert rater.parts[0] == (start, pytest.approx(end + 50, abs=3))
    rater.saved()
    assert len(rater.stored("mark")) == 2  # a drag is one event
    rater.button("Begins a frame later +1").click()
    assert rater.parts[0][0] == start + 1
    page.mouse.click(at(30), low)
    page.mouse.click(at(12), reel["y"] + 40)
    assert rater.page.locator("[data-selected]").count() == 1
    rater.button("Remove this part").click()
    assert rater.parts == {}
    rater.button("Undo").click()
    assert rater.parts[0][0] == start + 1


def test_escape_puts_a_dragged_edge_back(rater):
    rater.press("ArrowRight ArrowRight i ArrowRight o")
    before = rater.parts
    x, y = edge(rater, "in")
    rater.page.mouse.move(x, y)
    rater.page.mouse.down()
    rater.page.mouse.move(x - 20, y)
    assert rater.parts != before
    rater.press("Escape")
    rater.page.mouse.up()
    assert rater.parts == before
    rater.saved()
    assert len(rater.stored("mark")) == 1


def test_a_finger_drags_an_edge(browser, server):
    context = browser.new_context(viewport={"width": 820, "height": 1180}, has_touch=True)
    try:
        rater = Rater(context.new_page(), server.url)
        rater.open(protocol="keyshots")
        rater.press("ArrowRight ArrowRight i ArrowRight ArrowRight ArrowRight o")
        rater.page.locator(".mc-reel").scroll_into_view_if_needed()
        x, y = edge(rater, "out")
        touches = context.new_cdp_session(rater.page)

        def touch(kind: str, points: list[dict[str, float]]) -> None:
            touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", [{"x": x, "y": y}])
        for k in range(1, 11):
            touch("touchMove", [{"x": x + 4 * k, "y": y}])
        touch("touchEnd", [])
        rater.until(lambda: rater.parts[0][1] > 160)
        rater.saved()
        assert len(rater.stored("mark")) == 2
        for name in ("Begins here", "Ends here", "Play part", "Ends a frame later +1"):
            box = rater.button(name).bounding_box()
            assert min(box["width"], box["height"]) >= 32
    finally:
        context.close()


def test_the_cut_is_played_without_what_is_not_marked(rater):
    rater.press("i ArrowRight o ArrowRight ArrowRight ArrowRight ArrowRight i ArrowRight o")
    page = rater.page
    page.evaluate("""() => {
        window.shown = [];
        const video = document.querySelector('#annotator video');
        const look = () => {
            if (!video.paused && !video.seeking) window.shown.push(video.currentTime);
            requestAnimationFrame(look);
        };
        look();
    }""")
    rater.press("Shift+P")
    rater.until(lambda: not rater.paused)
    rater.until(lambda: rater.paused)
    shown = page.evaluate("window.shown")
    between = [t for t in shown if 1.2 < t < 4.9]
    assert not between, between
    assert min(shown) < 0.3
    assert max(shown) > 5.7
    assert rater.seconds == pytest.approx(6, abs=0.1)
    rater.press("[ p")
    rater.until(lambda: not rater.paused)
    rater.until(lambda: rater.paused)
    assert rater.seconds == pytest.approx(1, abs=0.1)


def test_submitting_outside_the_budget_asks_first(rater):
    rater.press("Control+Enter")
    dialog = rater.page.locator("dialog[open]")
    assert "Nothing is marked" in dialog.inner_text()
    rater.press("Escape i ArrowRight o Control+Enter")
    assert "1.7 % of the video is marked; 5–15 % are asked for" in dialog.inner_text()
    rater.press("Escape")
    assert rater.stored("submit") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_fits_a_small_laptop_window(rater, theme):
    rater.page.set_viewport_size({"width": 1280, "height": 720})
    rater.open(protocol="keyshots", theme=theme)
    for selector in ("video", ".mc-mark", ".mc-transport", ".mc-reel", ".mc-budget", ".mc-more"):
        box = rater.page.locator(f"#annotator {selector}").first.bounding_box()
        assert 0 <= box["y"] <= 720 - box["height"], selector
        assert 0 <= box["x"] <= 1280 - box["width"], selector
    assert rater.page.locator("#annotator video").bounding_box()["height"] > 380


NUMBER = """() => {
    const video = document.querySelector('#annotator video');
    const canvas = Object.assign(document.createElement('canvas'), { width: 192, height: 108 });
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 192, 108);
    let number = 0;
    for (let bit = 0; bit < 12; bit += 1) {
        if (context.getImageData(16 * bit + 8, 66, 1, 1).data[0] > 128) number += 2 ** bit;
    }
    return number;
}"""


def test_the_frame_that_is_seen_is_the_frame_that_is_marked(rater, server, tmp_path):
    """The pictures of this video are their own frame numbers."""
    page = rater.page

    def seen() -> int:
        page.wait_for_function("!document.querySelector('#annotator video').seeking")
        page.wait_for_timeout(150)  # until the picture is painted
        return page.evaluate(NUMBER)

    with made_video(server.data_dir, tmp_path, seconds=6) as entry:
        rater.open(entry, protocol="keyshots")
        rater.press("ArrowRight . . .")
        first = seen()
        rater.press("i ArrowRight ArrowRight , ")
        last = seen()
        rater.press("o")
        assert rater.parts == {0: (first, last + 1)}
        assert (first, last) == (13, 32)
        rater.press("Shift+ArrowLeft")
        assert seen() == rater.parts[0][0] == 12
        rater.press("Control+ArrowRight")
        assert seen() == rater.parts[0][1] - 1 == 33
        rater.press("Home p")
        rater.until(lambda: not rater.paused)
        rater.until(lambda: rater.paused)
        assert seen() == 33
