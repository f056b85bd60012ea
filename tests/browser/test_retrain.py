"""The whole circle: somebody labels, a model learns it while nobody looks, and shows what it learned."""

from __future__ import annotations

import re
import time

import pytest

from tests.browser.pages import fetch_json, open_compare
from tests.browser.rater import Rater

pytestmark = pytest.mark.browser

BASE = "summdiff-demo-lite0"
LEARNED, HELD_OUT = "demo/match-day", "demo/harbour-day"  # the base has not learned from the second


@pytest.mark.slow
def test_from_labelling_to_the_new_curve_with_the_tab_closed_in_between(page, server):
    open_compare(page, server, HELD_OUT)
    before = page.evaluate("manycut.player.rows()")
    rater = Rater(page, server.url)
    for entry in (LEARNED, HELD_OUT):
        rate_every_shot(rater, entry)

    page.goto(f"{server.url}/models?section=train")
    page.locator("#train-kind").select_option("summdiff")
    page.locator("#train-base").select_option(BASE)
    page.locator(".mc-held-out li", has_text="Harbour day").wait_for(timeout=30_000)
    page.get_by_label("Epochs").fill("2")
    page.locator("#train").click()
    page.get_by_text("has been queued").wait_for(timeout=30_000)
    elsewhere = page.context.new_page()
    page.close()
    job = trained(server)

    elsewhere.goto(f"{server.url}/models?model={job['result']['id']}")
    told = elsewhere.locator(".mc-helped")
    told.wait_for(timeout=30_000)
    assert re.match(r"The new labels of \d+ videos? moved the model ", told.inner_text())
    open_compare(elsewhere, server, HELD_OUT)
    after = elsewhere.evaluate("manycut.player.rows()")
    (new,) = [row for row in after if row.startswith("run:") and row not in before]
    assert job["result"]["id"] in elsewhere.locator(f'[data-row="{new}"]').inner_text()
    elsewhere.close()


def rate_every_shot(rater: Rater, entry: str) -> None:
    """Rates the shots in turn, as a person with one key for each, and submits."""
    rater.open(entry)
    for shot in range(rater.page.locator("[data-shot]").count()):
        rater.press(str(1 + (3 * shot) % 5))
    rater.saved()
    rater.submit_as_it_is()  # it was not watched, which is asked about


def trained(server) -> dict:
    """The newest training, when it is done."""
    for _ in range(600):
        (job, *_) = [one for one in fetch_json(server, "/api/jobs")["jobs"] if one["kind"] == "train"]
        if job["state"] not in ("queued", "running"):
            assert job["state"] == "done", job
            return job
        time.sleep(0.5)
    raise AssertionError("the training took more than five minutes")
