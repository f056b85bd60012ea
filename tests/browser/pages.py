"""What the browser tests of Compare share."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import quote

READY = "#player[data-ready='true']"


def fetch_json(server: Any, path: str) -> Any:
    with urllib.request.urlopen(server.url + path, timeout=60) as answer:
        return json.load(answer)


def post_json(server: Any, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        server.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def open_compare(page: Any, server: Any, entry: str, extra: str = "") -> None:
    page.goto(f"{server.url}/compare?entry={quote(entry, safe='/')}{extra}")
    page.wait_for_selector(READY)
    page.wait_for_selector("[data-slot='protocol']:has-text('protocol')", state="attached")


def ask(page: Any, expression: str) -> Any:
    return page.evaluate(f"window.manycut.player.{expression}")


def upload_files(page: Any, button: str, files: Any) -> None:
    """Chooses one file or several at one of Gradio's buttons."""
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name=button).click()
    asked.value.set_files(files)


def sampled(page: Any, server: Any, entry: str, **settings: Any) -> str:
    """Samples through the API and waits for it; returns the id of the run's row."""
    job = post_json(server, "/api/sample", {"entry": entry, "checkpoint": "summdiff-demo-lite0", "n": 4, **settings})[
        "job"
    ]
    for _ in range(300):
        state = fetch_json(server, f"/api/job?id={job}")
        if state["state"] in ("done", "failed", "cancelled"):
            assert state["state"] == "done", state
            return f"run:{state['result']['run']}"
        page.wait_for_timeout(200)
    raise AssertionError("sampling took more than a minute")


def empty_page(page: Any, url: str) -> None:
    """A page of the server's origin that has nothing, and may load any of our modules."""
    page.route(f"{url}/empty", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto(f"{url}/empty")
