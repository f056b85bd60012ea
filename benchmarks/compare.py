"""How fast Compare feels: a ten-minute entry with 20 people and 16 samples in a real Chromium.

    python -m benchmarks.compare [--minutes 10] [--repeat 7]

Prints the median time from the click on an entry to drawn timelines, of solving and drawing every cut and then every
figure again, of a zoom, of mending a cut by a key and of dragging one of its edges until the cut that follows is
painted, and the frames that cursor and video lose while playing; each beside what the page is meant to keep to. The
ratios compare with a page of a tenth of the length, and with the slider's move, in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.series import add
from benchmarks.server import running
from storage.library import Library

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]
LIMITS = {"open": 1000.0, "cuts": 60.0, "solve": 100.0, "zoom": 60.0, "mend": 60.0, "drag": 60.0}
ONCE = (
    "open",
    "cuts",
    "solve",
    "zoom",
)  # what is measured of every opening; the rest follows when the last one is open


def make_library(folder: Path, minutes: float) -> None:
    """Two entries of two lengths with 20 people and 16 samples each, with videos."""
    with Library.open(folder) as library:
        for name, length in (("long", minutes), ("short", minutes / 10)):
            video = folder / f"{name}-source.mp4"
            _draw(video, library.entries.get(add(library, name, length)).n_frames)
            library.entries.store_media(f"bench/{name}", video=video)


def _draw(path: Path, n_frames: int) -> None:
    """A small video at 30 frames a second that changes its grey every second."""
    import av

    with av.open(path, "w") as target:
        stream = target.add_stream("libx264", 30, options={"preset": "ultrafast", "g": "30"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for frame in range(n_frames):
            picture = np.full((180, 320, 3), (frame // 30 * 37) % 256, np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        target.mux(stream.encode())


def measure(url: str, repeat: int) -> dict[str, dict[str, float]]:
    """Milliseconds by entry and by what was done; medians."""
    from playwright.sync_api import sync_playwright

    found: dict[str, dict[str, float]] = {}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{url}/compare?entry=bench/short")
        page.wait_for_selector("#player[data-ready='true']")
        for name, other in (("long", "short"), ("short", "long")):
            times: dict[str, list[float]] = {what: [] for what in ONCE}
            for k in range(repeat):
                times["open"].append(page.evaluate(OPEN, f"bench/{name}"))
                cuts, all_of_it = page.evaluate(SOLVE, 10 + 5 * (k % 8))
                times["cuts"].append(cuts)
                times["solve"].append(all_of_it)
                times["zoom"].append(page.evaluate(ZOOM))
                if k < repeat - 1:
                    page.evaluate(OPEN, f"bench/{other}")
            times |= mending(page, repeat)
            found[name] = {what: statistics.median(values) for what, values in times.items()}
            found[name] |= page.evaluate(PLAY)
        chromium.close()
    return found


def mending(page: Any, repeat: int) -> dict[str, list[float]]:
    """Milliseconds until a mended cut is painted: by a key all over the video, and while an edge is dragged."""
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', { key: '0', bubbles: true }))")
    page.locator("[data-strip='mean'] button").first.click()
    page.evaluate("window.manycut.player.video.pause()")
    page.locator(".mc-scroll").focus()
    with page.expect_response("**/api/mended/scores*"):
        page.keyboard.press("b")
    page.wait_for_function("window.manycut.player.selected().startsWith('mended:')")
    by_key = []
    for k in range(2 * repeat):  # what is at the cursor stays, then the rule decides about it again
        by_key.append(page.evaluate(MEND, [(k // 2 + 0.5) / repeat, "u" if k % 2 else "y"]))
        page.wait_for_selector("[data-slot='mend-state']:text-is('kept')")
    x, y = page.evaluate(EDGE)
    page.evaluate(WATCH)
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(4 * repeat):
        page.mouse.move(x + 1 + k % 8, y)
        page.evaluate("window.moved")  # the move before is painted
    page.mouse.up()
    dragged = page.evaluate("window.moved.then(() => window.drags)")
    return {"mend": [one for one in by_key if one is not None], "drag": dragged}


DONE = "const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
OPEN = f"""async (entry) => {{ {DONE}
  const root = document.querySelector('#player');
  const begun = performance.now();
  const shown = new Promise((done) => {{ document.addEventListener('manycut:opened', done, {{ once: true }}); }});
  document.dispatchEvent(new CustomEvent('manycut:open', {{ detail: {{ entry }} }}));
  await shown; await painted();
  const spent = performance.now() - begun;
  while (!document.querySelector('.mc-numbers table')) await painted();
  return spent;
}}"""
SOLVE = f"""async (percent) => {{ {DONE}
  const root = document.querySelector('#player');
  const slider = document.querySelector('#mc-budget');
  slider.value = percent; delete root.dataset.shown; delete root.dataset.solved;
  const begun = performance.now();
  slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
  while (!root.dataset.shown) await painted();
  const cuts = performance.now() - begun;
  while (!root.dataset.solved) await painted();
  return [cuts, performance.now() - begun];
}}"""
ZOOM = f"""async () => {{ {DONE}
  const root = document.querySelector('#player');
  delete root.dataset.drawn;
  const begun = performance.now();
  document.dispatchEvent(new KeyboardEvent('keydown', {{ key: '+', bubbles: true }}));
  while (!root.dataset.drawn) await painted();
  return performance.now() - begun;
}}"""
MEND = f"""async ([at, key]) => {{ {DONE}
  const {{ player }} = window.manycut;
  const shown = () => JSON.stringify(player.strips().find(({{ id }}) => id === player.selected()).segments);
  player.seek(at * player.video.duration); await painted(); await painted();
  const before = shown();
  const begun = performance.now();
  document.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }}));
  await painted();
  const spent = performance.now() - begun;
  return shown() === before ? null : spent;
}}"""
EDGE = """() => {
  const { player } = window.manycut;
  const cut = player.strips().find(({ id }) => id === player.selected());
  const { top, height } = document.querySelector('[data-slot="mend-lane"]').getBoundingClientRect();
  return [player.xOf(cut.seconds.at(-1).end), top + height / 2];
}"""
WATCH = f"""() => {{ {DONE}
  window.drags = []; window.moved = Promise.resolve();
  addEventListener('pointermove', () => {{
    const begun = performance.now();
    window.moved = painted().then(() => window.drags.push(performance.now() - begun));
  }}, {{ capture: true }});
}}"""
PLAY = """async () => {
  const { video } = window.manycut.player;
  window.manycut.player.seek(2);
  await video.play();
  await new Promise((done) => setTimeout(done, 500));
  const quality = () => video.getVideoPlaybackQuality();
  const before = quality();
  let frames = 0; let longest = 0; let last = performance.now(); const begun = last;
  await new Promise((done) => {
    const step = () => {
      const now = performance.now();
      frames += 1; longest = Math.max(longest, now - last); last = now;
      if (now - begun < 3000) requestAnimationFrame(step); else done();
    };
    requestAnimationFrame(step);
  });
  const after = quality();
  video.pause();
  return {
    cursor_per_s: frames / 3, longest_frame: longest,
    dropped: after.droppedVideoFrames - before.droppedVideoFrames,
    shown: after.totalVideoFrames - before.totalVideoFrames,
  };
}"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        make_library(data, given.minutes)
        with running(data, demo=False) as server:
            found = measure(server.url, given.repeat)
    print(
        f"| {given.minutes:g} minutes, 20 people, 16 samples | ms | meant | ratio to a tenth of the length "
        "| to the slider's move |"
    )
    print("|---|---|---|---|---|")
    slider = found["long"]["cuts"]
    for what, label in (
        ("open", "click to drawn"),
        ("cuts", "all cuts after a move of the budget"),
        ("solve", "and all figures"),
        ("zoom", "zoom"),
        ("mend", "a mended cut after a key"),
        ("drag", "a mended cut while an edge is dragged"),
    ):
        mine, tenth = found["long"][what], found["short"][what]
        print(f"| {label} | {mine:.0f} | < {LIMITS[what]:.0f} | {mine / tenth:.1f} | {mine / slider:.2f} |")
    play = found["long"]
    print(
        f"\nPlaying: cursor {play['cursor_per_s']:.0f} times a second, longest frame {play['longest_frame']:.0f} ms, "
        f"{play['dropped']:.0f} of {play['shown']:.0f} video frames dropped."
    )


if __name__ == "__main__":
    main()
