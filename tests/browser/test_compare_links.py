"""A link shows somebody else the same view."""

from __future__ import annotations

import pytest

from tests.browser.pages import READY, ask, open_compare

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"


def view(page) -> dict:
    return {
        "time": round(ask(page, "time()"), 1),
        "budget": page.locator("#mc-budget").input_value(),
        "shots": page.locator("#mc-shots").input_value(),
        "cut": ask(page, "selected()"),
        "person": page.locator(".mc-names button[aria-pressed='true']").all_inner_texts(),
        "rows": ask(page, "rows()"),
        "zoom": [round(edge, 1) for edge in ask(page, "zoom()")],
    }


@pytest.mark.slow
def test_a_copied_link_restores_entry_time_person_budget_cut_zoom_and_rows(page, server, browser) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    open_compare(page, server, ENTRY)
    page.locator(".mc-names button").nth(2).click()
    page.locator("#mc-budget").evaluate(
        "(node) => { node.value = 25; node.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    page.locator("#mc-shots").select_option("1")
    page.locator(".mc-scroll").focus()
    page.keyboard.press("r")
    page.get_by_role("dialog", name="Rows").get_by_label("Average", exact=True).uncheck()
    page.keyboard.press("Escape")
    page.evaluate("window.manycut.player.seek(12.3)")
    page.keyboard.press("+")
    page.locator("[data-strip^='run:'][data-strip$=':2'] button").first.click()
    page.locator(".mc-scroll").focus()
    page.keyboard.press("c")
    page.wait_for_selector("text=Link to this view copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    other = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    other.goto(link)
    other.wait_for_selector(READY)
    assert view(other) == view(page)
    # A link is a look through somebody's eyes: it does not change what this browser keeps.
    other.goto(f"{server.url}/compare?entry={ENTRY}")
    other.wait_for_selector(READY)
    assert "mean" in ask(other, "rows()")
    other.context.close()


def test_going_back_returns_to_the_entry_before(page, server) -> None:
    open_compare(page, server, ENTRY)
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('manycut:open', { detail: { entry: 'demo/storm-crossing' } }))"
    )
    page.wait_for_selector(f"{READY} h2:has-text('Storm')")
    assert "storm-crossing" in page.url
    page.go_back()
    page.wait_for_selector(f"{READY} h2:has-text('Harbour')")
    assert "harbour-day" in page.url
