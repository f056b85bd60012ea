"""All five pages at a path of somebody's host: nothing is asked for outside of it, and everything answers."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from tests.browser.pages import ask, open_compare
from tests.browser.proxy import proxied

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"
PREFIX = "/tools/manycut"


@pytest.fixture
def below(server, profile):
    """(tab, address) behind the proxy; every request must lie below the path and be answered."""
    with proxied(server.port, PREFIX) as url:
        tab, trouble = profile.new_page(), []
        tab.on("pageerror", lambda error: trouble.append(f"script error: {error}"))

        def answered(response):
            path = urlsplit(response.url).path
            if response.url.startswith("http") and (response.status >= 400 or not path.startswith(PREFIX)):
                trouble.append(f"{response.status} {response.url}")

        tab.on("response", answered)
        yield tab, url
        tab.close()
        assert not trouble, trouble


@pytest.mark.slow
def test_five_pages_work_below_a_path(below) -> None:
    page, url = below
    open_compare(page, SimpleNamespace(url=url), ENTRY)
    page.locator("[data-strip='mean'] button").first.click()
    page.evaluate("window.manycut.player.seek(3)")
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    assert ask(page, "time()") == pytest.approx(3, abs=0.2)
    assert urlsplit(page.url).path.startswith(f"{PREFIX}/")
    page.goto(f"{url}/annotate")
    page.wait_for_selector("#annotator[data-view=signin][data-ready=true]")
    page.fill("#mc-name", "Rater below a path")
    page.keyboard.press("Enter")
    page.wait_for_selector("#annotator[data-view=queue][data-ready=true]")
    page.goto(f"{url}/review")
    page.wait_for_selector("[data-section]")
    page.goto(f"{url}/models")
    page.locator("tr[data-model='summdiff-demo-lite0']").wait_for()
    page.goto(f"{url}/library")
    page.locator("#library [role=option]", has_text="Harbour day").click()
    page.keyboard.press("Enter")
    page.wait_for_selector("#player[data-ready='true']")
    assert page.url.startswith(url)
    # Gradio's own way between the pages.
    page.get_by_role("link", name="Library").first.click()
    page.locator("#library [role=option]", has_text="Harbour day").wait_for()
    assert page.url.startswith(url)
