"""The queue in a real browser: choosing, being handed videos, training, putting aside, comparing, personal links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from core.labelling.protocols import KEYSHOTS, SHOT_RATINGS, Protocol
from storage.library import Library
from tests.browser.rater import Rater

pytestmark = pytest.mark.browser
VIDEOS = ["demo/autumn-trail", "demo/winter-valley"]


@pytest.fixture
def rater(page, server) -> Rater:
    return Rater(page, server.url)


@pytest.fixture
def hand_out(server) -> Iterator[Callable[..., None]]:
    """Asks people to judge two videos; nothing is handed out any more after the test."""
    made: list[int] = []

    def ask(protocol: Protocol, practice: str | None = None, people: int = 100) -> None:
        with Library.open(server.data_dir) as library:
            how = library.annotations.protocols.save("Pilot", protocol)
            made.append(library.assignments.create("Pilot", how, VIDEOS, people, practice=practice).id)

    yield ask
    with Library.open(server.data_dir) as library:
        for one in made:
            library.assignments.close(one)


def rows(rater: Rater) -> list[tuple[str, str]]:
    return rater.page.eval_on_selector_all(
        "[data-entry]", "rows => rows.map((row) => [row.dataset.state, row.dataset.kind])"
    )


def test_the_protocol_is_chosen_once_and_rows_of_others_say_theirs(rater):
    rater.open()
    rater.press("4")
    rater.saved()
    rater.queue()
    assert rows(rater)[0] == ["open", "shot-ratings"]
    rater.button("How to judge: Keyshots").click()
    rater.page.wait_for_selector("[data-state=new][data-kind=keyshots]")
    rater.page.reload()
    rater.at_queue()
    assert ["open", "shot-ratings"] in rows(rater)
    assert ["new", "keyshots"] in rows(rater)
    assert "Shot ratings" in rater.page.inner_text("[data-kind=shot-ratings]")
    rater.page.locator("[data-state=new][data-kind=keyshots] button").first.click()
    rater.ready()
    assert rater.data["protocol"]["kind"] == "keyshots"


def test_training_comes_first_then_the_next_video(rater, hand_out):
    hand_out(replace(SHOT_RATINGS, reveal=True), practice="demo/match-day")
    rater.queue()
    assert rows(rater) == []
    assert "2 videos are waiting" in rater.page.inner_text(".mc-queue")
    rater.button("Next video").click()
    rater.page.get_by_text("The training round comes first.").wait_for()
    rater.button("Begin training").click()
    rater.ready()
    assert rater.page.inner_text(".mc-badge") == "Training"
    rater.press("5 4")
    rater.submit_as_it_is()
    rater.button("See how you compare").click()
    rater.page.wait_for_selector(".mc-chart")  # without a warning: training can be repeated all the same
    rater.press("Escape")
    rater.button("Do it again").click()
    assert rater.ratings == {}
    rater.press("u")
    assert rater.ratings == {}
    rater.press("1 2 3")
    rater.submit_as_it_is()
    assert [event["kind"] for event in rater.stored_once("submit", "restart")] == ["submit", "restart", "submit"]
    rater.button("Go on to the videos").click()
    rater.page.wait_for_function("!document.querySelector('.mc-badge:not([hidden])')")
    rater.ready()
    assert rater.data["entry"]["id"] in VIDEOS
    rater.press("3")
    rater.submit_as_it_is()
    rater.button("Next video").click()
    rater.page.wait_for_function("!document.querySelector('.mc-submitted:not([hidden])')")
    rater.ready()
    rater.submit_as_it_is()
    rater.page.get_by_text("That was the last one of your queue.").wait_for()
    rater.button("Back to the queue").click()
    rater.at_queue()
    assert "Nothing is waiting for you now" in rater.page.inner_text(".mc-queue")
    assert len(rows(rater)) == 3


def test_a_video_put_aside_goes_back_and_can_be_taken_up_again(rater):
    rater.open()
    entry = rater.data["entry"]["id"]
    rater.press("4 x")
    rater.button("I know this video").click()
    rater.page.keyboard.type(", my brother made it")
    rater.press("Enter")
    rater.at_queue()
    row = rater.page.locator(f"[data-entry='{entry}']")
    assert row.get_attribute("data-state") == "skipped"
    row.get_by_role("button").click()
    rater.ready()
    assert rater.stored_once("skip")[0]["data"] == {"text": "I know this video, my brother made it"}
    assert "I know this video, my brother made it" in rater.page.inner_text(".mc-aside")
    rater.button("Take this video up again").click()
    assert rater.page.locator(".mc-aside").is_hidden()
    assert rater.ratings == {0: 4}
    rater.saved()
    assert [task["state"] for task in rater.tasks() if task["entry"] == entry] == ["open"]


def test_putting_aside_without_a_reason_is_no_putting_aside(rater):
    rater.open()
    dialog = rater.page.locator("dialog")
    rater.press("x Escape")
    dialog.wait_for(state="detached")
    rater.press("4 x Enter Enter")
    assert dialog.is_visible()  # a reason is needed
    rater.press("Escape")
    dialog.wait_for(state="detached")
    rater.saved()
    assert rater.ratings == {0: 4}
    assert rater.stored("skip") == []


@pytest.mark.slow
def test_after_the_comparison_the_labels_stay_as_they_are(rater, browser, hand_out):
    hand_out(replace(KEYSHOTS, reveal=True))
    for other in (Rater(browser.new_page(), rater.url), rater):
        other.queue()
        other.button("Next video").click()
        other.ready()
        other.press("ArrowRight i ArrowRight ArrowRight ArrowRight ArrowRight o")
        assert other.page.get_by_role("button", name="See how you compare").count() == 0
        other.submit_as_it_is()
    assert rater.button("Reopen it to change something").is_visible()
    rater.button("See how you compare").click()
    assert "can no longer reopen" in rater.page.inner_text("dialog[open]")
    rater.button("Not yet").click()
    assert rater.button("Reopen it to change something").is_visible()
    rater.button("See how you compare").click()
    rater.button("Show it").click()
    chart = rater.page.locator(".mc-compare")
    chart.locator("polyline[data-line=mine]").first.wait_for()
    assert chart.locator("polyline[data-line=mean]").count() >= 1
    assert "tau" in chart.inner_text()
    assert "rho" in chart.inner_text()
    assert "Kendall" in chart.get_by_text("tau").first.get_attribute("title")
    rater.press("Escape")
    assert rater.page.get_by_role("button", name="Reopen").count() == 0
    rater.reload()
    rater.page.wait_for_selector("[data-arrived=true]")
    assert rater.page.get_by_role("button", name="Reopen").count() == 0
    other.page.close()


def test_where_nobody_else_has_judged_the_comparison_says_so(rater, hand_out):
    hand_out(replace(KEYSHOTS, reveal=True))
    rater.page.route("**/api/task/compare", lambda route: route.fulfill(status=409, json={"error": {"message": "No."}}))
    rater.queue()
    rater.button("Next video").click()
    rater.ready()
    rater.submit_as_it_is()
    rater.button("See how you compare").click()
    rater.button("Show it").click()
    rater.page.get_by_text("No.", exact=True).wait_for()
    rater.press("Escape")
    assert rater.button("Reopen it to change something").is_visible()


@pytest.mark.parametrize(
    ("query", "sentence"), [("", "Open the personal link that you were given."), ("?refused=1", "is no longer valid")]
)
def test_where_names_are_not_enough_there_is_no_form(rater, query, sentence):
    me = {"annotator": None, "library": "x", "closed": True, "role": "annotator"}
    rater.page.route("**/api/me", lambda route: route.fulfill(json=me))
    rater.page.goto(f"{rater.url}/annotate{query}")
    rater.page.wait_for_selector("#annotator[data-view=signin][data-ready=true]")
    assert sentence in rater.page.inner_text(".mc-card")
    assert rater.page.locator("#mc-name").count() == 0


def test_without_the_server_the_queue_says_so_and_can_be_asked_again(rater):
    rater.queue()
    rater.page.route("**/api/tasks*", lambda route: route.abort())
    rater.button("How to judge: Continuous").click()
    rater.page.wait_for_selector("#annotator[data-view=failed][data-ready=true]")
    assert "cannot be reached" in rater.page.inner_text(".mc-card")
    rater.page.unroute("**/api/tasks*")
    rater.button("Try again").click()
    rater.at_queue()
