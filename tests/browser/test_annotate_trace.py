"""A continuous rating in a real browser: holding a level, recording only while it plays, takes, gaps, outages."""

from __future__ import annotations

import signal
from itertools import pairwise

import pytest

from core.labelling.conversions import merged_takes
from core.labelling.events import Event, fold
from tests.browser.rater import Rater, made_video

pytestmark = [pytest.mark.browser, pytest.mark.timing]


@pytest.fixture
def clip(server, tmp_path):
    """A video of six seconds."""
    with made_video(server.data_dir, tmp_path, seconds=6) as entry:
        yield entry


@pytest.fixture
def rater(page, server, clip) -> Rater:
    rater = Rater(page, server.url)
    rater.open(clip, protocol="continuous")
    return rater


def state(rater: Rater) -> str:
    return rater.page.get_attribute(".mc-record", "data-state")


def record(rater: Rater) -> None:
    rater.press("Space")
    assert state(rater) == "counting"
    assert rater.paused
    rater.until(lambda: state(rater) == "rolling" and not rater.paused)


def to_the_end(rater: Rater) -> None:
    rater.until(lambda: state(rater) == "idle")
    rater.saved()


def level(rater: Rater) -> int:
    return int(rater.page.get_attribute(".mc-level", "aria-valuenow"))


def samples(rater: Rater, take: int) -> list[list[float]]:
    return [one for event in rater.stored_once("trace") if event["shot"] == take for one in event["data"]["samples"]]


def test_a_whole_task_by_keyboard(rater):
    record(rater)
    rater.page.keyboard.down("ArrowUp")
    rater.page.wait_for_timeout(900)
    rater.page.keyboard.up("ArrowUp")
    assert level(rater) > 80
    to_the_end(rater)
    assert "Recorded 0:06 of 0:06" in rater.page.inner_text(".mc-summary")
    taken = samples(rater, 0)
    assert taken[0][0] < 0.3
    assert taken[-1][0] == pytest.approx(6, abs=0.1)
    assert all(after[0] > before[0] for before, after in pairwise(taken))
    assert all(round(t, 3) == t and 0 <= value <= 1 for t, value in taken)
    assert len(taken) >= 10 * 5  # ten a second at least
    assert taken[0][1] == 0.5
    assert taken[-1][1] > 0.8
    assert 4 <= len(rater.stored("trace")) <= 9  # about one event a second
    rater.press("Control+Enter")
    rater.page.wait_for_selector("[data-arrived=true]")  # watched and recorded: nothing to ask
    assert "Recorded 0:06 of 0:06" in rater.page.inner_text(".mc-submitted")


def test_a_later_take_replaces_what_it_covers_and_undo_takes_it_back(rater):
    record(rater)
    to_the_end(rater)
    rater.press("Home")
    record(rater)
    rater.page.keyboard.down("ArrowDown")
    rater.until(lambda: rater.seconds > 2.5)
    rater.page.keyboard.up("ArrowDown")
    rater.press("Space")
    to_the_end(rater)
    assert rater.paused
    events = [Event(**event) for event in rater.data["events"]]
    merged = merged_takes(fold(events).takes)
    assert list(fold(events).takes) == [0, 1]
    assert merged[merged[:, 0] > 3.2][:, 1].tolist() == [0.5] * int((merged[:, 0] > 3.2).sum())
    assert merged[abs(merged[:, 0] - 2).argmin(), 1] < 0.2
    rater.press("u")
    assert "1 take" in rater.page.inner_text(".mc-rating")
    rater.saved()
    rater.reload()
    rater.press("Shift+U")
    assert "2 takes" in rater.page.inner_text(".mc-rating")
    rater.press("u u")
    assert "Recorded 0:00 of 0:06" in rater.page.inner_text(".mc-summary")


def test_gaps_are_shown_reached_by_a_key_and_asked_about(rater):
    record(rater)
    rater.until(lambda: rater.seconds > 1.5)
    rater.press("Space")
    to_the_end(rater)
    stopped = rater.seconds
    rater.press("Home g")
    assert rater.seconds == pytest.approx(stopped, abs=0.2)
    rater.press("Control+Enter")
    dialog = rater.page.locator("dialog[open]")
    assert "Recorded 0:01 of 0:06; 1 gap is left" in dialog.inner_text()
    dialog.get_by_role("button", name="Go to the first gap").click()
    assert rater.stored("submit") == []
    rater.submit_as_it_is()
    assert len(rater.stored("submit")) == 1


def test_mouse_height_holds_the_level_without_a_button(rater):
    track = rater.page.locator(".mc-level-track").bounding_box()
    record(rater)
    rater.page.mouse.move(400, track["y"] + 0.1 * track["height"])  # over the picture
    rater.until(lambda: level(rater) == 90)
    rater.page.wait_for_timeout(300)
    rater.page.mouse.move(420, track["y"] + 0.75 * track["height"])
    rater.until(lambda: level(rater) == 25)
    rater.page.wait_for_timeout(300)
    rater.page.mouse.click(420, track["y"] + 0.75 * track["height"])  # a click stops
    to_the_end(rater)
    values = {value for _, value in samples(rater, 0)}
    assert {0.9, 0.25} <= {round(value, 2) for value in values}


def test_a_finger_holds_the_level_and_does_not_stop_it(browser, server, clip):
    context = browser.new_context(viewport={"width": 820, "height": 1180}, has_touch=True)
    try:
        rater = Rater(context.new_page(), server.url)
        rater.open(clip, protocol="continuous")
        rater.button("Record").tap()
        rater.until(lambda: state(rater) == "rolling" and not rater.paused)
        track = rater.page.locator(".mc-level-track").bounding_box()
        rater.page.touchscreen.tap(track["x"] + 10, track["y"] + 0.2 * track["height"])
        rater.until(lambda: level(rater) == 80)
        rater.page.touchscreen.tap(200, track["y"] + 0.6 * track["height"])  # on the picture
        rater.until(lambda: level(rater) == 40)
        assert state(rater) == "rolling"
        rater.button("Stop").tap()
        to_the_end(rater)
    finally:
        context.close()


def test_the_stick_of_a_controller_holds_the_level(rater):
    rater.page.evaluate("""() => {
        window.stick = [0, 0];
        navigator.getGamepads = () => [{ axes: window.stick }, null];
    }""")
    rater.press("ArrowUp")
    assert level(rater) == 52  # at rest the stick says nothing
    record(rater)
    rater.page.evaluate("window.stick = [0, -0.8]")
    rater.until(lambda: level(rater) == 90)
    rater.page.evaluate("window.stick = [0, 1]")
    rater.until(lambda: level(rater) == 0)
    rater.press("Space")
    to_the_end(rater)


HIDDEN = """() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    delete document.visibilityState;
}"""


@pytest.mark.parametrize(
    ("what", "reason"),
    [("dispatchEvent(new Event('blur'))", "lost the focus"), (HIDDEN, "another tab"), ("m", "sound was switched off")],
)
def test_recording_pauses_by_itself_says_why_and_goes_on_after_a_short_countdown(rater, clip, what, reason):
    def with_sound(route) -> None:
        answer = route.fetch()
        task = answer.json()
        task["protocol"]["muted"] = False
        route.fulfill(response=answer, json=task)

    rater.page.route("**/api/task?id=*", with_sound)
    rater.reload()
    record(rater)
    rater.until(lambda: rater.seconds > 1)
    if what == "m":
        rater.press("m")
        rater.until(lambda: state(rater) == "broken")
    else:
        rater.page.evaluate(what)
    assert (state(rater), rater.paused) == ("broken", True)
    assert reason in rater.page.inner_text(".mc-why")
    before = rater.seconds
    rater.press("Space")
    assert rater.page.inner_text(".mc-countdown") == "2"
    rater.until(lambda: state(rater) == "rolling" and rater.seconds > before + 0.5)
    rater.press("Space")
    to_the_end(rater)
    assert samples(rater, 0)[-1][0] == pytest.approx(before, abs=0.1)
    assert samples(rater, 1)[0][0] == pytest.approx(before, abs=0.3)


def test_recording_waits_for_a_video_that_has_to_load_and_goes_on_by_itself(rater):
    record(rater)
    rater.until(lambda: rater.seconds > 1)
    rater.page.evaluate("document.querySelector('#annotator video').dispatchEvent(new Event('waiting'))")
    assert (state(rater), rater.paused) == ("broken", True)
    assert "has to load" in rater.page.inner_text(".mc-why")
    rater.page.evaluate("document.querySelector('#annotator video').dispatchEvent(new Event('canplay'))")
    assert state(rater) == "counting"
    rater.until(lambda: state(rater) == "rolling" and not rater.paused)
    to_the_end(rater)
    assert "Recorded 0:06 of 0:06" in rater.page.inner_text(".mc-summary")


def test_a_jump_ends_the_take_and_playing_alone_records_nothing(rater):
    record(rater)
    rater.until(lambda: rater.seconds > 1)
    rater.press("End")
    to_the_end(rater)
    assert rater.paused
    taken = samples(rater, 0)
    assert taken[-1][0] < 3
    rater.press("Home k")
    rater.until(lambda: rater.seconds > 1)
    assert state(rater) == "idle"
    rater.press("k")
    rater.saved()
    assert samples(rater, 0) == taken
    assert samples(rater, 1) == []


def test_outage_killed_server_and_reload_lose_and_double_nothing(rater, server):
    record(rater)
    rater.until(lambda: rater.seconds > 1.5)
    rater.page.context.set_offline(True)
    rater.until(lambda: rater.seconds > 3.2)
    rater.press("Space")
    rater.saved("offline")
    assert rater.unsaved >= 2
    rater.page.context.set_offline(False)
    rater.saved()
    server.stop(signal.SIGKILL)
    rater.press("Space")
    rater.until(lambda: state(rater) == "idle" or rater.seconds > 4.2)
    rater.press("Space")
    rater.saved("offline")
    server.start()
    rater.saved()
    shown = rater.page.inner_text(".mc-done")
    for take in (0, 1):
        times = [t for t, _ in samples(rater, take)]
        assert times
        assert all(after > before for before, after in pairwise(times))
    rater.reload()
    assert rater.page.inner_text(".mc-done") == shown


def test_a_reload_while_recording_keeps_what_was_held_until_then(rater):
    record(rater)
    rater.until(lambda: rater.seconds > 2.4)
    before = rater.seconds
    rater.page.on("dialog", lambda dialog: dialog.accept())
    rater.reload()
    rater.saved()
    taken = samples(rater, 0)
    assert taken[-1][0] == pytest.approx(before, abs=0.3)
    assert [after[0] - earlier[0] for earlier, after in pairwise(taken) if after[0] - earlier[0] > 0.5] == []
    assert state(rater) == "idle"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_fits_a_small_laptop_window(rater, clip, theme):
    rater.page.set_viewport_size({"width": 1280, "height": 720})
    rater.open(clip, theme, "continuous")
    for selector in ("video", ".mc-level", ".mc-record", ".mc-transport", ".mc-curve", ".mc-more"):
        box = rater.page.locator(f"#annotator {selector}").first.bounding_box()
        assert 0 <= box["y"] <= 720 - box["height"], selector
        assert 0 <= box["x"] <= 1280 - box["width"], selector
    assert rater.page.locator("#annotator video").bounding_box()["height"] > 340
