"""Rating a video in a real browser: keys, undo, outages, reloads, two tabs."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.rater import Rater, made_video

pytestmark = pytest.mark.browser
EVENTS = "**/api/task/events"


KEPT_LABELS = """count => new Promise((resolve, reject) => {
  const opening = indexedDB.open('manycut-outbox', 1);
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const reading = opening.result.transaction('events').objectStore('events').getAll();
    reading.onsuccess = () => {
      opening.result.close();
      const passive = ['position', 'watched'];
      resolve(reading.result.filter((event) => !passive.includes(event.kind)).length === count);
    };
  };
})"""


@pytest.fixture
def rater(page, server) -> Rater:
    return Rater(page, server.url)


@pytest.fixture
def until(rater) -> Callable[[Callable[[], bool]], None]:
    return rater.until


def test_a_name_is_enough_to_get_a_queue_and_to_start(rater):
    rater.sign_in()
    first = rater.page.locator("#annotator [data-entry]").first
    assert first.get_attribute("data-state") == "new"
    first.get_by_role("button").click()
    rater.ready()
    assert rater.task
    rater.press("4")
    rater.saved()
    rater.page.go_back()
    rater.page.wait_for_selector("#annotator[data-view=queue][data-ready=true]")
    assert rater.page.locator("[data-state=open] .mc-state").inner_text().startswith("1 of ")
    assert rater.page.get_by_role("button", name="Continue", exact=True).is_visible()


def test_ratings_undo_and_redo_survive_a_reload(rater):
    rater.open()
    rater.press("3 1 5 2 4")
    expected = {0: 3, 1: 1, 2: 5, 3: 2, 4: 4}
    assert rater.ratings == expected
    rater.saved()
    rater.reload()
    assert rater.ratings == expected
    rater.press("u")
    assert rater.ratings == {shot: value for shot, value in expected.items() if shot < 4}
    assert rater.shot == 4
    rater.saved()
    rater.reload()
    rater.press("Control+z")
    assert rater.ratings == {0: 3, 1: 1, 2: 5}
    rater.press("Control+Shift+Z Shift+U")
    assert rater.ratings == expected
    rater.saved()
    kinds = [event["kind"] for event in rater.stored("rate", "undo", "redo")]
    assert kinds == ["rate"] * 5 + ["undo"] * 2 + ["redo"] * 2


def test_clearing_a_rating_can_be_undone(rater):
    rater.open()
    rater.press("5 ArrowLeft Backspace")
    assert rater.ratings == {}
    rater.press("u")
    assert rater.ratings == {0: 5}


def test_an_outage_is_shown_and_loses_and_doubles_nothing(rater, until):
    rater.open()
    rater.press("1 2")
    rater.saved()
    rater.page.context.set_offline(True)
    rater.saved("offline")
    rater.press("3 4 5 u")
    assert rater.unsaved == 4
    assert "Offline, 4 unsaved" in rater.page.inner_text(".mc-saved")
    assert rater.ratings == {0: 1, 1: 2, 2: 3, 3: 4}
    rater.page.context.set_offline(False)
    rater.saved()
    until(lambda: rater.unsaved == 0)
    assert [event["value"] for event in rater.stored("rate")] == [1, 2, 3, 4, 5]
    assert len(rater.stored("undo")) == 1


def test_an_answer_that_gets_lost_does_not_double_a_rating(rater):
    rater.open()
    lost = []

    def store_but_lose_the_answer(route):
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    rater.page.route(EVENTS, store_but_lose_the_answer)
    rater.press("5")
    rater.saved("offline")
    rater.saved()
    assert lost == [200]
    assert [event["value"] for event in rater.stored("rate")] == [5]


@pytest.mark.slow
def test_a_killed_server_loses_no_rating(rater, server, until):
    rater.open()
    rater.press("1 2")
    rater.saved()
    server.stop(signal.SIGKILL)
    rater.press("3 4")
    rater.saved("offline")
    server.start()
    rater.saved()
    assert [event["value"] for event in rater.stored("rate")] == [1, 2, 3, 4]


def test_signed_out_meanwhile_the_ratings_wait_for_the_next_sign_in(rater):
    rater.open()
    rater.page.request.post(f"{rater.url}/api/me", data={"name": None})
    rater.press("4 2")
    banner = rater.page.locator(".mc-banner")
    banner.wait_for()
    assert rater.unsaved == 2
    banner.get_by_role("button", name="Sign in").click()
    rater.page.wait_for_selector("#mc-name")
    rater.page.fill("#mc-name", rater.name)
    rater.page.keyboard.press("Enter")
    rater.ready()
    rater.saved()
    assert not banner.is_visible()
    assert rater.ratings == {0: 4, 1: 2}
    assert [event["value"] for event in rater.stored("rate")] == [4, 2]


def test_ratings_after_a_submission_elsewhere_are_refused_in_words(rater):
    rater.open()
    rater.press("4")
    rater.saved()
    submit = {"client": "elsewhere", "seq": 1, "kind": "submit", "shot": None, "value": None, "t": 0, "at": 0}
    rater.page.request.post(f"{rater.url}/api/task/events", data={"task": rater.task, "events": [submit]})
    rater.press("5")
    banner = rater.page.locator(".mc-banner")
    banner.wait_for()
    assert "did not take 1 change" in banner.inner_text()
    banner.get_by_role("button", name="Discard them").click()
    rater.page.wait_for_selector(".mc-submitted:visible")
    rater.saved()
    assert rater.ratings == {0: 4}


def test_leaving_with_unsaved_ratings_warns_and_keeps_them(rater):
    rater.open()
    rater.page.route(EVENTS, lambda route: route.abort())
    rater.press("2 3")
    rater.saved("offline")
    warnings = []
    rater.page.on("dialog", lambda dialog: (warnings.append(dialog.type), dialog.accept()))
    rater.reload()
    assert warnings == ["beforeunload"]
    assert rater.ratings == {0: 2, 1: 3}
    rater.page.unroute(EVENTS)
    rater.saved()
    assert [event["value"] for event in rater.stored("rate")] == [2, 3]


def test_ratings_given_offline_survive_a_closed_tab(rater):
    rater.open()
    address, context = rater.page.url, rater.page.context
    context.set_offline(True)
    rater.press("2 3 u")
    rater.saved("offline")
    rater.page.wait_for_function(KEPT_LABELS, arg=3)  # killed within milliseconds of a key, a browser may lose it
    rater.page.close(run_before_unload=False)
    context.set_offline(False)
    later = Rater(context.new_page(), rater.url, rater.name)
    later.page.goto(address)
    later.ready()
    later.saved()
    assert later.ratings == {0: 2}
    assert [event["value"] for event in later.stored("rate")] == [2, 3]
    later.press("Shift+U")
    assert later.ratings == {0: 2, 1: 3}


def test_leaving_saved_work_does_not_warn(rater):
    rater.open()
    rater.press("4")
    rater.saved()
    warnings = []
    rater.page.on("dialog", lambda dialog: (warnings.append(dialog.type), dialog.accept()))
    rater.reload()
    assert warnings == []


def test_reload_resumes_at_the_very_position(rater, until):
    rater.open()
    rater.press("ArrowRight ArrowRight ArrowRight . . . . .")
    before = rater.seconds
    assert before > 6
    rater.reload()
    until(lambda: abs(rater.seconds - before) < 0.01)
    assert rater.shot == 3


@pytest.mark.slow
def test_the_position_is_found_again_in_another_browser(rater, browser, until):
    rater.open()
    rater.press("End ArrowLeft")
    shot, before = rater.shot, rater.seconds
    until(lambda: any(event["shot"] == shot for event in rater.stored("position")))
    elsewhere = browser.new_context()
    try:
        other = Rater(elsewhere.new_page(), rater.url, rater.name)
        other.open(next(task["entry"] for task in rater.tasks() if task["task"] == rater.task))
        until(lambda: abs(other.seconds - before) < 0.01)
        assert other.shot == shot
    finally:
        elsewhere.close()


def test_a_key_rates_the_shot_that_plays(rater, until):
    rater.open()
    rater.press("r a l l l")  # play on, stay on the shot, twice the speed
    rater.press("Space")
    until(lambda: rater.shot >= 2)
    shot = rater.shot
    rater.press("4")
    assert set(rater.ratings) <= {shot, shot + 1}
    assert set(rater.ratings.values()) == {4}
    rater.press("Space")
    assert rater.page.eval_on_selector("#annotator video", "video => video.paused")


def test_a_looped_shot_is_not_left(rater, until):
    rater.open()
    rater.press("ArrowRight l l l Space")
    start = rater.seconds
    until(lambda: rater.seconds > start + 1.2)
    until(lambda: rater.seconds < start + 0.8)  # it went back
    assert rater.shot == 1


def test_after_rating_it_goes_to_the_next_unrated_shot_or_stays(rater):
    rater.open()
    rater.press("2")
    assert rater.shot == 1
    rater.press("Home 3")
    assert rater.shot == 1  # shot 0 was rated again, 1 is the next unrated one
    rater.press("a 5")
    assert (rater.ratings, rater.shot) == ({0: 3, 1: 5}, 1)
    rater.press("n")
    assert rater.shot == 2


def test_mouse_alone_is_enough(rater):
    rater.open()
    page = rater.page
    page.click("[data-shot='4']")
    assert rater.shot == 4
    page.click("[data-rate='2']")
    page.get_by_role("button", name="Undo").click()
    assert rater.ratings == {}
    page.get_by_role("button", name="Redo").click()
    assert (rater.ratings, rater.shot) == ({4: 2}, 5)  # where the rating had led
    page.click("[data-shot='4']")
    page.get_by_role("button", name="Clear this rating").click()
    assert rater.ratings == {}
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("!document.querySelector('#annotator video').paused")
    page.keyboard.press("Space")  # the clicked button does not keep the space bar
    page.wait_for_function("document.querySelector('#annotator video').paused")


def test_a_second_tab_is_told_and_can_take_over(rater, until):
    rater.open()
    rater.press("1 2")
    rater.saved()
    second = Rater(rater.page.context.new_page(), rater.url, rater.name)
    second.page.goto(rater.page.url)
    second.ready()
    assert "open in another tab" in second.page.inner_text("[role=alertdialog]")
    second.press("5")
    assert second.ratings == {0: 1, 1: 2}
    rater.press("3")
    second.page.get_by_role("button", name="Work in this tab").click()
    second.page.wait_for_selector("#annotator[data-tab=mine][data-ready=true]")
    until(lambda: second.ratings == {0: 1, 1: 2, 2: 3})
    assert "open in another tab" in rater.page.inner_text("[role=alertdialog]")
    rater.press("4")
    assert len(rater.ratings) == 3
    second.press("4")
    second.saved()
    assert [event["value"] for event in second.stored("rate")] == [1, 2, 3, 4]


def test_submitting_asks_about_unrated_shots_and_closes_the_video(rater):
    rater.open()
    rater.press("5")
    rater.page.click(".mc-header >> text=Submit")
    dialog = rater.page.locator("dialog[open]")
    assert "shots are not rated" in dialog.inner_text()
    dialog.get_by_role("button", name="Submit as it is").click()
    rater.page.wait_for_selector("[data-arrived=true]")
    rater.press("1")
    assert rater.ratings == {0: 5}
    assert [event["kind"] for event in rater.stored("rate", "submit")] == ["rate", "submit"]
    rater.reload()
    assert rater.page.locator(".mc-submitted").is_visible()
    assert [task["state"] for task in rater.tasks() if task["task"] == rater.task] == ["submitted"]
    rater.page.get_by_role("button", name="Reopen it to change something").click()
    rater.press("1")
    rater.saved()
    assert rater.ratings == {0: 5, 1: 1}
    assert rater.stored("rate", "submit", "reopen")[-2]["kind"] == "reopen"


def test_the_annotator_asks_for_nobody_elses_labels_or_scores(rater):
    asked = []
    rater.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    rater.open()
    rater.press("1 2 3 u")
    rater.saved()
    own = {"/api/me", "/api/tasks", "/api/task", "/api/task/events"}
    assert {path for path in asked if path.startswith("/api/")} <= own


def test_the_question_mark_shows_the_keys(rater):
    rater.open()
    rater.press("?")
    assert "Next shot that is not rated" in rater.page.inner_text("dialog[open]")
    rater.press("1")
    assert rater.ratings == {}
    rater.press("Escape 1")
    assert rater.ratings == {0: 1}


def test_an_unknown_entry_says_so(rater):
    rater.page.request.post(f"{rater.url}/api/me", data={"name": rater.name})
    rater.page.goto(f"{rater.url}/annotate?entry=demo/no-such-video")
    rater.page.wait_for_selector("#annotator[data-view=failed][data-ready=true]")
    assert "no-such-video" in rater.page.inner_text("#annotator .mc-card")
    rater.page.get_by_role("button", name="To the queue").click()
    rater.page.wait_for_selector("#annotator[data-view=queue][data-ready=true]")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_fits_a_small_laptop_window(rater, theme):
    rater.page.set_viewport_size({"width": 1280, "height": 720})
    rater.open(theme=theme)
    for selector in ("video", "[data-rate='5']", ".mc-transport", ".mc-strip", ".mc-header .mc-primary"):
        box = rater.page.locator(f"#annotator {selector}").bounding_box()
        assert box["y"] >= 0, selector
        assert box["y"] + box["height"] <= 720, selector
        assert box["x"] + box["width"] <= 1280, selector
    assert rater.page.locator("#annotator video").bounding_box()["height"] > 380


@pytest.mark.slow
def test_five_minutes_take_one_key_for_each_shot(rater, server, tmp_path):
    with made_video(server.data_dir, tmp_path, seconds=300) as entry:
        rater.open(entry)
        assert rater.page.locator("[data-shot]").count() == 150
        rater.page.evaluate("addEventListener('keydown', () => (window.pressed = (window.pressed ?? 0) + 1), true)")
        for shot in range(150):
            rater.press(str(1 + (7 * shot) % 5))
        rater.saved()
        assert rater.page.evaluate("window.pressed") == 150
        assert rater.ratings == {shot: 1 + (7 * shot) % 5 for shot in range(150)}
        assert [event["shot"] for event in rater.stored_once("rate")] == list(range(150))


def test_what_is_watched_is_told_while_playing_along_and_at_a_pause(rater, until):
    rater.open()
    rater.press("r l l l Space")  # play on, twice the speed
    until(lambda: rater.seconds > 6)
    rater.press("Space")
    rater.saved()
    until(lambda: len(rater.stored("watched")) >= 2)
    spans = [(event["data"]["from"], event["data"]["to"]) for event in rater.stored_once("watched")]
    assert spans[0][0] < 0.5
    assert spans[-1][1] == pytest.approx(rater.seconds, abs=0.3)
    assert all(before[1] == pytest.approx(after[0], abs=0.05) for before, after in itertools.pairwise(spans))
    assert rater.unsaved == 0
    rater.press("Control+Enter")
    assert "You have watched 1" in rater.page.inner_text("dialog[open]")
    assert "90 % is asked for" in rater.page.inner_text("dialog[open]")


def test_a_note_is_kept_with_its_moment(rater):
    rater.open()
    rater.press("ArrowRight t")
    rater.page.keyboard.type("1 The mast is cut off")
    rater.press("Enter")
    rater.until(lambda: bool(rater.stored("note")))
    assert rater.ratings == {}
    (note,) = rater.stored("note")
    assert note["data"] == {"text": "1 The mast is cut off"}
    assert note["t"] == pytest.approx(2, abs=0.1)
    rater.press("End")
    rater.reload()
    assert "The mast is cut off" in rater.page.inner_text(".mc-notes")
    rater.page.get_by_role("button", name="Go to 0:02.0").click()
    assert rater.shot == 1
