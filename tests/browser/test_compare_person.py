"""A cut as one person would make it is asked for on the Compare page, and becomes a row that says where it is from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.browser.pages import ask, open_compare

pytestmark = pytest.mark.browser
ENTRY, PERSON = "demo/space-coast", "sim-07 (nature)"
# Few videos and the quicker way: what is learned is not what this is about.
LEFT_OUT = ("winter-valley", "match-day", "autumn-trail", "road-to-the-sea")


@pytest.mark.slow
def test_a_persons_cut_is_asked_for_and_becomes_a_row(page: Any, server: Any) -> None:
    asked: list[dict[str, Any]] = []

    def quick(route: Any) -> None:
        body = route.request.post_data_json
        asked.append(body)
        small = {"way": "ridge", "n": 2, "without": [f"demo/{key}" for key in LEFT_OUT]}
        route.continue_(post_data=json.dumps(body | small))

    page.route("**/api/personal", quick)
    open_compare(page, server, ENTRY)
    before = ask(page, "rows()")
    page.get_by_text("As one person would cut it").click()
    choice = page.get_by_label("Person", exact=True)
    page.wait_for_selector("[data-slot='person'] option", state="attached")
    assert choice.locator("option").count() >= 12
    choice.select_option(PERSON)
    page.get_by_role("button", name="Cut as they would").click()
    page.wait_for_selector("[data-slot='person-note']:not([hidden])", timeout=120_000)
    assert asked == [{"entry": ENTRY, "person": PERSON}]
    note = page.locator("[data-slot='person-note']").inner_text()
    assert f"from the labels of {PERSON}, who is simulated, of 3 videos" in note
    page.wait_for_function("count => window.manycut.player.rows().length > count", arg=len(before))
    (row,) = [one for one in ask(page, "rows()") if one not in before]
    shown = page.locator(f"[data-row='{row}']")
    assert f"As {PERSON} would: ridge" in shown.inner_text()
    assert note in shown.locator(".mc-learned").inner_text()
