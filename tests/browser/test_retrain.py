"""Training from the Models page, and the new curve on the same entry."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_a_training_started_on_the_models_page_ends_in_new_curves_beside_the_old(page, server):
    before = model_rows(page, server)
    page.goto(f"{server.url}/models?section=train")
    page.locator(".mc-held-out li").first.wait_for(timeout=30_000)
    page.get_by_label("Epochs").fill("1")
    page.locator("#train").click()
    link = page.get_by_role("link", name="See the new curves").first
    link.wait_for(timeout=120_000)
    assert "1 epoch in" in page.locator(".mc-job").first.inner_text()
    link.click()
    page.wait_for_selector("#player[data-ready=true]", timeout=30_000)
    after = page.evaluate("manycut.player.rows()")
    (new,) = [row for row in after if row.startswith("run:") and row not in before]
    assert set(before) < set(after)
    assert "summdiff-demo" in page.locator(f'[data-row="{new}"]').inner_text()


def model_rows(page, server) -> list[str]:
    page.goto(f"{server.url}/compare?entry=demo/harbour-day")
    page.wait_for_selector("#player[data-ready=true]", timeout=30_000)
    return page.evaluate("manycut.player.rows()")
