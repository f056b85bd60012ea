"""A real server over a fresh data directory with the demo library, and a real Chromium."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
# Chromium makes the popups of its address bar for each tab, half a second of computing each, though nobody sees them.
# Only the last of such switches counts, so it names what Playwright leaves out as well.
NOT_WANTED = [
    "WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup", "PreloadTopChromeWebUI",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay",
    "HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch",
]  # fmt: skip
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
    f"--disable-features={','.join(NOT_WANTED)}",
]
ROOT = Path(__file__).resolve().parents[2]
START_S = 60


@dataclass
class Server:
    """A running `app.py serve`: its address, its data directory, and how to end and begin it."""

    data_dir: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *more: str) -> None:
        command = [sys.executable, "app.py", "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
        log = self.data_dir.parent / "server.log"
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                [*command, *more, "--data-dir", str(self.data_dir)], cwd=ROOT, stdout=said, stderr=said, env=environment
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start:\n" + log.read_text()[-3000:])

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all browser tests; tests that change labels use names and entries of their own."""
    running = Server(tmp_path_factory.mktemp("browser") / "data", free_port())
    running.data_dir.mkdir()
    running.start()
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def tvsum(server, shared) -> str:
    """The id of the dataset of TVSum's 50 entries in the server's library, with every person's real scores."""
    folder = shared / "data/tvsum"
    from_command(server, "import", folder / "tvsum_captions_minilm.h5", "--annotations", folder / "ydata-tvsum50.mat")
    return "tvsum_captions_minilm"


def from_command(server: Server, *arguments: object) -> None:
    """One command over the data directory of the running server; it must succeed."""
    command = [sys.executable, "app.py", *map(str, arguments), "--data-dir", str(server.data_dir)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """What starts browsers; a process can have one of it only."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright) -> Iterator[object]:
    chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
    yield chromium
    chromium.close()


@pytest.fixture(scope="module")
def profile(browser) -> Iterator[object]:
    """One browser profile a file: what it has loaded once it keeps, as a person's does."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def page(profile, server) -> Iterator[object]:
    """A fresh tab where nobody has signed in and nothing is remembered.

    Fails the test on any script error and on any request that leaves the machine.
    """
    page = profile.new_page()
    forget(page, server)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"script error: {error}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((server.url, "data:", "blob:"))
            else trouble.append(f"request leaves the machine: {request.url}")
        ),
    )
    page.trouble = trouble
    yield page
    for tab in profile.pages:
        tab.close(run_before_unload=False)
    profile.set_offline(False)
    profile.clear_permissions()
    assert not trouble, trouble


def forget(page, server: Server) -> None:
    """Clears cookies and storage of the server's pages; what the profile has loaded stays."""
    page.context.clear_cookies()
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "local_storage,indexeddb"})
    session.detach()
