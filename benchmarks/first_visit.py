"""What a browser fetches on its first visit of `/`: until something is painted, and in all; a bare Gradio app beside.

Bytes are those that travel, headers and all. Videos do not count. A request counts for the first paint that was
answered before it, with what had arrived of it then.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.compare import ARGUMENTS, CHROMIUM
from benchmarks.measuring import REPEATS, Result, resident_mb
from benchmarks.server import bare, running
from webapp.routes.files import plotly_script

PAINT_MB, ALL_MB, REQUESTS = 0.5, 1.65, 60
READY = "#player[data-ready='true']"
REST_MS = 3000  # after the page is ready, for what comes late


@dataclass
class Visit:
    """What went over the wire.

    Attributes:
        painted: when something was painted first, seconds on the browser's clock; None before that.
        kinds: of resource, by request.
        urls: by request.
        arrived: (seconds, request, bytes) of every piece.
    """

    painted: float | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    arrived: list[tuple[float, str, int]] = field(default_factory=list)

    def sizes(self, until: float = float("inf")) -> dict[str, int]:
        """Bytes by request, of all but videos and what was in the cache, as far as they had arrived."""
        found: dict[str, int] = {}
        for moment, request, size in self.arrived:
            if size and self.kinds[request] != "Media" and moment <= until:
                found[request] = found.get(request, 0) + size
        return found


def first_visit(repeats: int = REPEATS) -> Result:
    """Visits the page of the demo library and of a bare Gradio app with empty caches."""
    with tempfile.TemporaryDirectory() as folder:
        plotly_script().press()  # as a server does beside its work after the first visit of all
        with running(Path(folder) / "data") as server:
            ours = _figures([visit(f"{server.url}/", READY) for _ in range(repeats)])
        with bare(Path(folder) / "bare.log") as server:
            plain = _figures([visit(f"{server.url}/", "p:text-is('Bare')") for _ in range(repeats)])
    reached = ours["paint_mb"] <= PAINT_MB and ours["mb"] <= ALL_MB and ours["requests"] <= REQUESTS
    return Result(
        "first-visit",
        None,
        None,
        resident_mb(),
        None,
        reached,
        f"{PAINT_MB} MB before the first paint, {ALL_MB} MB and {REQUESTS} requests in all without videos",
        {
            **ours,
            **{f"bare_{name}": value for name, value in plain.items()},
            "why": _said(ours) + f" (must: {PAINT_MB}, {ALL_MB}, {REQUESTS}); a bare Gradio app: {_said(plain)}",
        },
    )


def _said(figures: dict[str, float]) -> str:
    early, whole = f"{figures['paint_mb']} MB before the first paint", f"{figures['mb']} MB"
    return f"{early}, {whole} and {figures['requests']:.0f} requests in all"


def visit(url: str, ready: str) -> Visit:
    """One visit by a browser that has nothing yet, until `ready` is in the page and some rest after it."""
    found = Visit()
    with _page() as page:
        devtools = page.context.new_cdp_session(page)
        devtools.on("Network.requestWillBeSent", lambda said: _asked(found, said))
        devtools.on("Network.responseReceived", lambda said: _piece(found, said, said["response"]["encodedDataLength"]))
        devtools.on("Network.dataReceived", lambda said: _piece(found, said, said["encodedDataLength"]))
        devtools.on("Network.loadingFinished", lambda said: _whole(found, said))
        devtools.on("Page.lifecycleEvent", lambda said: _lived(found, said))
        for command in ("Network.enable", "Page.enable"):
            devtools.send(command)
        devtools.send("Page.setLifecycleEventsEnabled", {"enabled": True})
        page.goto(url)
        page.wait_for_selector(ready, state="attached")
        page.wait_for_timeout(REST_MS)
    return found


@contextmanager
def _page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium.new_page(viewport={"width": 1440, "height": 900})
        chromium.close()


def _asked(found: Visit, said: dict[str, Any]) -> None:
    if not said["request"]["url"].startswith("data:"):
        found.kinds[said["requestId"]] = said.get("type", "Other")
        found.urls[said["requestId"]] = said["request"]["url"]


def _piece(found: Visit, said: dict[str, Any], size: int) -> None:
    if said["requestId"] in found.kinds:
        found.arrived.append((said["timestamp"], said["requestId"], size))


def _whole(found: Visit, said: dict[str, Any]) -> None:
    """What was not told of in pieces."""
    told = sum(size for _, request, size in found.arrived if request == said["requestId"])
    _piece(found, said, max(int(said["encodedDataLength"]) - told, 0))


def _lived(found: Visit, said: dict[str, Any]) -> None:
    if said["name"] == "firstContentfulPaint" and found.painted is None:
        found.painted = said["timestamp"]


def _figures(visits: list[Visit]) -> dict[str, float]:
    """Medians: megabytes and requests."""
    before = [one.sizes(one.painted or 0.0) for one in visits]
    whole = [one.sizes() for one in visits]
    return {
        "paint_mb": round(statistics.median(sum(one.values()) for one in before) / 1e6, 3),
        "paint_requests": statistics.median(map(len, before)),
        "mb": round(statistics.median(sum(one.values()) for one in whole) / 1e6, 3),
        "requests": statistics.median(map(len, whole)),
    }


if __name__ == "__main__":
    import sys

    one = visit(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else READY)
    whole, early = one.sizes(), one.sizes(one.painted or 0.0)
    print(f"{sum(whole.values()):9,} bytes, {sum(early.values()):,} before the first paint, {len(whole)} requests")
    for request, size in sorted(whole.items(), key=lambda item: -item[1]):
        print(f"{size:9,} {early.get(request, 0):9,} {one.kinds[request]:10} {one.urls[request]}")
