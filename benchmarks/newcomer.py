"""How far it is from an open page to a short cut of one's own film: clicks, keys and seconds, in a real Chromium.

    python -m benchmarks.newcomer FILM [--url http://127.0.0.1:7860]

Walks the way that the pages offer to somebody who has never been here: from the first page to Library, one film, its
cuts, another cut than the one that is shown, playing it, and its MP4. What the system's own dialog of files takes is
counted as one click. Without --url a server of its own is started, with the demo library. Needs Debian's chromium.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from benchmarks.compare import ARGUMENTS, CHROMIUM
from benchmarks.server import running

FILM_MS = 600_000


class Walk:
    """Counts what a person does, and prints how long after the first page each step was reached."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.clicks = 0
        self._begun = time.perf_counter()
        page.set_default_timeout(60_000)

    def click(self, target: Any) -> None:
        target.click()
        self.clicks += 1

    def reached(self, what: str) -> None:
        print(f"{time.perf_counter() - self._begun:6.1f} s  {self.clicks:2} clicks  {what}", flush=True)


def walk(page: Any, url: str, film: Path, folder: Path) -> None:
    """From the first page to the MP4 of a cut of this film, which is left in `folder`."""
    page.goto(url)
    steps = Walk(page)
    page.wait_for_selector("#player[data-ready=true]")
    steps.reached("Compare shows the demo")

    steps.click(page.get_by_role("link", name="Library"))
    page.wait_for_selector("#adding[data-ready=true]")
    steps.reached("Library takes films")
    with page.expect_file_chooser() as asked:
        steps.click(page.get_by_role("button", name="Add videos"))
    asked.value.set_files(film)
    steps.clicks += 1
    card = page.locator(f".mc-card[data-name='{film.name}']")
    card.wait_for()
    steps.reached("the film has a card, with its progress")
    link = card.get_by_role("link", name="Open in Compare")
    link.wait_for(timeout=FILM_MS)
    steps.reached("the film is in the library")

    steps.click(link)
    page.wait_for_selector("#player[data-ready=true]")
    strips = page.evaluate("manycut.player.strips().length")
    steps.reached(f"its {strips} cuts are shown: {page.locator('.mc-said').inner_text()}")
    steps.click(page.locator(".mc-said button").first)
    page.wait_for_function("manycut.player.playing()")
    steps.reached(f"another one, {page.locator('[data-cutname]').inner_text()}, is played")
    steps.click(page.get_by_role("button", name="Keep"))
    with page.expect_download(timeout=FILM_MS) as kept:
        steps.click(page.locator("[data-render]"))
    kept.value.save_as(folder / kept.value.suggested_filename)
    steps.reached(f"{kept.value.suggested_filename} is saved")
    print(f"{steps.clicks} clicks, no key")


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film", type=Path)
    parser.add_argument("--url", help="a server that runs already; the film stays in its library")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        served = running(Path(folder) / "data") if not asked.url else nullcontext()
        with served as server:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 900}, accept_downloads=True)
            walk(page, asked.url or server.url, asked.film, Path(folder))
            browser.close()


if __name__ == "__main__":
    main()
