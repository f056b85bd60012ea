"""What axe-core finds on the pages: names, contrast, landmarks, headings, in light and dark, with data and without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import ROOT, Server, free_port

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
FOUND = """async (rules) => (await axe.run(document, {runOnly: rules})).violations.map(
  ({id, help, nodes}) => `${id}: ${help}: ` + nodes.slice(0, 4).map(({target, any, all}) =>
    `${target.join(' ')} (${(any[0] ?? all[0])?.message ?? ''})`).join('; '))"""
TASK = "#annotator[data-view=task][data-ready=true]"
ENTRY = "demo/polar-lights"
RATED = [int(value) for value in "312454132211345543215432112345"]

# Address, and what is there once the page is.
WITH_DATA = {
    "compare": ("/?entry=demo/harbour-day", "#player[data-ready=true] [data-live]"),
    "no such entry": ("/?entry=nope", "#player .mc-status.failed"),
    "queue": ("/annotate", "#annotator[data-view=queue][data-ready=true]"),
    "shot ratings": (f"/annotate?entry={ENTRY}&protocol=shot-ratings", TASK),
    "keyshots": (f"/annotate?entry={ENTRY}&protocol=keyshots", TASK),
    "continuous": (f"/annotate?entry={ENTRY}&protocol=continuous", TASK),
    "no such task": ("/annotate?entry=nope", "#annotator[data-view=failed]"),
    "board": ("/review", "#review .mc-progress[data-ready=true]"),
    "one task": ("/review?task=1", "#review .mc-task h3"),
    "agreement": ("/review?section=agreement", "#review .mc-panel > * > *:not(.mc-loading)"),
    "needs people": ("/review?section=queue", "#review .mc-panel table"),
    "assignments": ("/review?section=assignments", "#review .mc-panel h2"),
    "people": ("/review?section=people", "#review .mc-panel table"),
    "decisions": ("/review?section=decisions", "#review .mc-panel h2"),
    "export": ("/review?section=export", "#review .mc-panel button"),
    "models": ("/models", "#models tr[data-model]"),
    "one model": ("/models?model=summdiff-demo-lite0", "#models .mc-figures"),
    "two models": ("/models?compare=summdiff-demo-lite0,llmvs-demo", "#models h3"),
    "leaderboard": ("/models?section=leaderboard", "#models .mc-leaderboard tr[data-who]"),
    "train": ("/models?section=train", "#models form"),
    "library": ("/library", "main h1"),
    "no such page": ("/nowhere", "main h1"),
}
WITHOUT = {
    "compare": ("/", "#player .mc-status.empty"),
    "queue": ("/annotate", "#annotator[data-view=queue][data-ready=true]"),
    "board": ("/review", "#review .mc-nothing"),
    "needs people": ("/review?section=queue", "#review .mc-nothing"),
    "models": ("/models", "#models .mc-nothing"),
    "leaderboard": ("/models?section=leaderboard", "#models .mc-nothing"),
    "library": ("/library", "main h1"),
}


@pytest.fixture(scope="module")
def signed_in(browser: Any) -> Iterator[Any]:
    """A tab of somebody who has signed in wherever it goes; scripts may be put into its pages."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    context.add_init_script(path=AXE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def judged(signed_in: Any, server: Server) -> Server:
    """The server with a submitted task, so that Review has something to show."""
    ask = signed_in.request
    assert ask.post(f"{server.url}/api/me", data={"name": "Axe One"}).ok
    task = ask.post(f"{server.url}/api/task", data={"entry": ENTRY}).json()["task"]
    events: list[dict[str, Any]] = [
        {"client": "axe", "seq": i + 1, "kind": "rate", "shot": i, "value": value, "at": 2000 * (i + 1)}
        for i, value in enumerate(RATED)
    ]
    events.append({"client": "axe", "seq": 900, "kind": "submit", "at": 100_000})
    assert ask.post(f"{server.url}/api/task/events", data={"task": task, "events": events}).ok
    assert ask.post(f"{server.url}/api/me", data={"name": "Axe Two"}).ok
    return server


@pytest.fixture(scope="module")
def bare(signed_in: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without any entry."""
    running = Server(tmp_path_factory.mktemp("bare") / "data", free_port())
    running.data_dir.mkdir()
    running.start("--no-demo")
    assert signed_in.request.post(f"{running.url}/api/me", data={"name": "Axe Three"}).ok
    yield running
    running.stop()


def opened(page: Any, server: Server, path: str, there: str) -> None:
    page.goto(f"{server.url}{path}{'&' if '?' in path else '?'}__theme=light")
    page.wait_for_selector(there, state="attached")
    page.wait_for_selector(".gradio-container .loading", state="detached")  # Gradio's own, which has no landmark


def found(page: Any, rules: list[str]) -> list[str]:
    # What appears softly has its final colours only when it is there.
    page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")
    return page.evaluate(FOUND, rules)


@pytest.mark.parametrize("name", WITH_DATA)
def test_nothing_is_found_on_a_page_with_data_nor_in_its_dark_colours(signed_in, judged, name):
    opened(signed_in, judged, *WITH_DATA[name])
    assert found(signed_in, RULES) == []
    if signed_in.locator(".gradio-container").count():  # others follow the system's colours
        signed_in.evaluate("document.body.classList.add('dark')")
        assert found(signed_in, ["color-contrast"]) == []


@pytest.mark.parametrize("name", WITHOUT)
def test_nothing_is_found_on_an_empty_page(signed_in, bare, name):
    opened(signed_in, bare, *WITHOUT[name])
    assert found(signed_in, RULES) == []
