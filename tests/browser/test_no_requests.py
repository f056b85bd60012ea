"""Nothing leaves the machine: neither what pages ask for nor what the server and its workers do of themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.attack.conftest import start  # noqa: F401  # a fixture
from tests.browser.pages import READY
from tests.core.made_videos import write_video

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOWHERE = Path(__file__).resolve().parents[1] / "attack" / "nowhere"
REVIEW = ("agreement", "queue", "assignments", "people", "decisions", "export")
PAGES = (
    "/", "/compare?entry=demo/harbour-day", "/annotate", "/library", "/models",
    *(f"/models?section={one}" for one in ("leaderboard", "train")),
    "/review", *(f"/review?section={one}" for one in REVIEW),
)  # fmt: skip
# What other origins an element would load from, or look up, of itself; links that a person follows are not among them.
FOREIGN = """() => [...document.querySelectorAll('[src], [srcset], [poster], link[href], object[data], [action]')]
  .flatMap((one) => ['src', 'srcset', 'poster', 'href', 'data', 'action'].map((name) => one.getAttribute(name)))
  .filter((url) => url && /^(https?:)?\\/\\//.test(url) && new URL(url, location.href).origin !== location.origin)"""
QUIET = (
    "GRADIO_ANALYTICS_ENABLED",
    "HF_HUB_OFFLINE",
    "HF_HUB_DISABLE_TELEMETRY",
    "TRANSFORMERS_OFFLINE",
    "DO_NOT_TRACK",
)


@pytest.fixture(scope="module")
def watched(start, tmp_path_factory):  # noqa: F811
    """A server with the demo library whose processes go nowhere, started as a person does: nothing hushes it."""
    kept = {name: os.environ.pop(name) for name in QUIET if name in os.environ}
    log = tmp_path_factory.mktemp("nowhere") / "log"
    paths = os.pathsep.join(filter(None, [str(NOWHERE), os.environ.get("PYTHONPATH")]))
    quiet = dict.fromkeys(QUIET[:2], "")
    try:
        server = start(demo=True, environment={"PYTHONPATH": paths, "NOWHERE_LOG": str(log)} | quiet)
    finally:
        os.environ.update(kept)
    return server, log


def refused(log):
    return [line for line in log.read_text().splitlines() if line.startswith("refused")]


def test_an_attempt_would_be_seen_and_refused(tmp_path):
    log = tmp_path / "log"
    environment = os.environ | {"PYTHONPATH": str(NOWHERE), "NOWHERE_LOG": str(log)}
    tries = [
        "import urllib.request as r; r.urlopen('http://example.org')",
        "import socket; socket.create_connection(('192.0.2.1', 80))",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "import asyncio; asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
        "import httpx; httpx.get('https://example.org')",
    ]
    for number, tried in enumerate(tries, 1):
        done = subprocess.run([sys.executable, "-c", tried], env=environment, capture_output=True, text=True)
        assert done.returncode != 0
        assert "is not this machine" in done.stderr
        assert len(refused(log)) >= number, tried


def test_no_page_asks_for_anything_elsewhere_and_no_process_tries(watched, browser, tmp_path):
    server, log = watched
    asked, foreign, opened = set(), {}, browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        opened.on("request", lambda request: asked.add(request.url))
        page = opened.new_page()
        page.on("websocket", lambda socket: asked.add(socket.url))
        for path in PAGES:
            page.goto(server.url + path, wait_until="load")
            if path.startswith("/compare"):
                page.wait_for_selector(READY, timeout=60_000)
            page.wait_for_timeout(1500)
            if found := page.evaluate(FOREIGN):
                foreign[path] = found
        page.goto(f"{server.url}/annotate")
        page.get_by_label("Your name").fill("Zoe")
        page.keyboard.press("Enter")
        page.wait_for_timeout(2000)
        page.goto("about:blank")  # which forbids nothing: it would be seen
        page.evaluate("() => fetch('https://example.invalid/seen').catch(() => null)")
    finally:
        opened.close()
    assert len(asked) > 100
    asked.remove("https://example.invalid/seen")
    elsewhere = [url for url in asked if not url.startswith((f"{server.url}/", "data:", "blob:"))]
    assert elsewhere == []
    assert foreign == {}
    assert refused(log) == []


def test_no_job_goes_elsewhere(watched):
    server, log = watched
    folder = server.data_dir / "import"
    folder.mkdir(exist_ok=True)
    write_video(folder / "new.mp4", 60)
    entry = "demo/harbour-day"
    jobs = {
        "/api/sample": {"entry": entry, "checkpoint": "summdiff-demo-lite0", "n": 2},
        "/api/export": {"format": "csv"},
        "/api/render": {"entry": entry},
        "/api/train": {"dataset": "demo", "kind": "mlp", "epochs": 1},
        "/api/ingest": {"path": "new.mp4"},
        "/api/doctor": {},
    }
    with server.visitor() as visitor:
        asked = {}
        for address, body in jobs.items():
            answer = visitor.post(address, json=body)
            assert answer.status_code == 202, (address, answer.text)
            asked[address] = answer.json()["job"]
        ended = {address: _ended(visitor, number) for address, number in asked.items()}
    assert {address: one["state"] for address, one in ended.items()} == dict.fromkeys(jobs, "done"), ended
    lines = log.read_text().splitlines()
    workers = [line for line in lines if line.startswith("watching") and "webapp.worker" in line]
    assert len(workers) >= 2, "both lanes are watched"
    assert refused(log) == []


def _ended(visitor: httpx.Client, number: int, seconds: float = 120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = visitor.get("/api/job", params={"id": number}).json()
        if job["state"] in ("done", "failed", "cancelled"):
            return job
        time.sleep(0.3)
    raise AssertionError(f"job {number} took more than {seconds:g} s")
