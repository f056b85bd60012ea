"""While something is wrong with the installation every page says so, and Annotate keeps what people do."""

from __future__ import annotations

import json

import pytest

from tests.browser.rater import ENTRY, Rater
from tests.faults import held_by_another_process

pytestmark = pytest.mark.browser

BAR = "#health:not([hidden])"
UNSAVED = "Changes cannot be saved at the moment. Another program is writing the database"


def test_while_nothing_can_be_saved_every_page_says_so_and_ratings_wait_in_the_browser(page, server):
    rater = Rater(page, server.url)
    rater.open()
    assert not page.is_visible("#health")
    with held_by_another_process(server.data_dir):
        rater.press("4")
        page.wait_for_selector(BAR)
        said = page.inner_text(BAR)
        assert said.startswith(UNSAVED)
        assert "kept in this browser" in said
        rater.saved("offline")
        assert "1 waiting" in page.inner_text(".mc-saved")
        other = page.context.new_page()
        for name in ("", "review", "library"):
            other.goto(f"{server.url}/{name}")
            other.wait_for_selector(BAR)
            assert other.inner_text(BAR).startswith(UNSAVED), name
        other.get_by_label("Hide this").click()
        assert not other.is_visible("#health")
    rater.saved("saved")
    page.wait_for_selector("#health", state="hidden")


def test_a_task_on_a_damaged_page_keeps_no_other_task_from_being_saved(page, server):
    rater = Rater(page, server.url)
    rater.open()
    task = next(one["task"] for one in rater.tasks() if one["entry"] == ENTRY)
    error = {"code": "damaged", "message": "This lies in a part of the database that is damaged.", "hint": ""}

    def answer(route):
        if route.request.post_data_json["task"] == task:
            route.fulfill(status=503, body=json.dumps({"error": error}))
        else:
            route.continue_()

    page.route("**/api/task/events", answer)
    rater.press("4")
    page.wait_for_selector(".mc-banner:not([hidden])")
    assert "part of the database that is damaged" in page.inner_text(".mc-banner")
    rater.open("demo/harbour-day")
    rater.press("5")

    def stored():
        return [one["judged"] for one in rater.tasks() if one["entry"] == "demo/harbour-day"] == [1]

    rater.until(stored)
    page.unroute("**/api/task/events")
    page.get_by_role("button", name="Try again").click()
    rater.saved()


def test_review_says_whose_labels_lie_on_a_damaged_page(page, server):
    tasks = [{"task": 3, "entry": "demo/harbour-day", "person": "Ada"}, {"task": 4, "entry": None, "person": None}]
    said = {"damaged": True, "tasks": tasks, "hint": "Run: python app.py doctor"}
    page.route("**/api/review/damage", lambda route: route.fulfill(body=json.dumps(said)))
    page.goto(f"{server.url}/review")
    text = page.inner_text(".mc-damage")
    assert "The labels of 2 tasks cannot be read" in text
    assert "Ada on demo/harbour-day" in text
    assert "task 4" in text
    assert "python app.py doctor" in text
