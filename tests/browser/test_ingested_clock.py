"""Whatever a video's frame rate, start and rotation: the browser shows our frames at our times."""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import quote

import numpy as np
import pytest

from storage.library import Library
from tests.browser.conftest import from_command
from tests.browser.pages import READY, ask
from tests.core.made_videos import write_video

pytestmark = [pytest.mark.browser, pytest.mark.timing]

MILLISECONDS = Fraction(1, 1000)
VARYING = np.cumsum([0, *[40, 40, 120, 40, 300, 40, 500, 80] * 5]).tolist()
VIDEOS = {
    "clock-varying.mkv": {"n": len(VARYING), "times": VARYING, "time_base": MILLISECONDS},
    "clock-late.mkv": {"n": 75, "times": [1500 + 40 * k for k in range(75)], "time_base": MILLISECONDS},
    "clock-turned.mov": {"n": 75, "rotation": -90},
    "clock-ntsc.avi": {"n": 90, "rate": Fraction(30000, 1001), "codec": "mpeg4"},
}
# Goes to a time, waits until that picture is presented, and reads its number from the bars in it.
SHOWN = """(time) => new Promise((done) => {
  const video = window.manycut.player.video;
  video.requestVideoFrameCallback((now, { mediaTime }) => {
    const canvas = document.createElement('canvas');
    canvas.width = 192; canvas.height = 108;
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 192, 108);
    let number = 0;
    for (let bit = 0; bit < 12; bit += 1) {
      if (context.getImageData(16 * bit + 8, 70, 1, 1).data[2] > 128) number += 1 << bit;
    }
    done([number, mediaTime]);
  });
  video.currentTime = time;
})"""


@pytest.mark.parametrize("name", VIDEOS)
def test_the_browser_shows_our_frames_at_our_times(page, server, tmp_path, name) -> None:
    from_command(server, "ingest", write_video(tmp_path / name, **VIDEOS[name]), "--dataset", "zz-clock")
    entry_id = f"zz-clock/{name.partition('.')[0]}"
    with Library.open(server.data_dir) as library:
        timebase = library.entries.get(entry_id).timebase
    page.goto(f"{server.url}/compare?entry={quote(entry_id, safe='')}")
    page.wait_for_selector(READY)
    page.wait_for_function("window.manycut.player.video.readyState >= 2")
    edges = np.asarray(timebase.seconds(np.arange(timebase.n_frames + 1)))
    for frame in np.linspace(1, timebase.n_frames - 1, 9).astype(int).tolist():
        number, media_time = page.evaluate(SHOWN, float(edges[frame : frame + 2].mean()))
        assert number == frame
        assert abs(media_time - edges[frame]) <= 0.5 * np.diff(edges).min()
    assert ask(page, "video.duration") >= edges[-2]
