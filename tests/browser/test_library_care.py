"""The Library page gives entries their videos, and looks after those that are here."""

from __future__ import annotations

import shutil
from fractions import Fraction

import numpy as np
import pytest

from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import Timebase
from storage.library import Library
from tests.browser.conftest import from_command
from tests.browser.pages import READY, upload_files
from tests.core.made_videos import write_video

pytestmark = pytest.mark.browser
N, TRUE = 60, Fraction(20)


@pytest.fixture
def without_videos(server) -> str:
    """A data set of three entries of 60 frames whose frame rate is assumed to be 30; they last 2 s, or 3 s in truth."""
    picks, edges = np.arange(0, N, 10), np.array([0, 30, N])
    people = AnnotationSet(("a", "b"), np.eye(2, 6, dtype=np.float32), ("tvsum",) * 2)
    entries = [
        Entry(
            f"zz-talks/talk_{k}",
            f"Talk {k}",
            Timebase(Fraction(30), N),
            picks,
            shots={"kts": Shots(np.stack([edges[:-1], edges[1:]], axis=1), "kts")},
            annotations=people,
            meta={"fps_note": "assumed: its data set does not say it"},
        )
        for k in (1, 2, 3)
    ]
    with Library.open(server.data_dir) as library:
        library.entries.add("zz-talks", entries, label="Talks", replace=True)
    return "zz-talks"


@pytest.mark.slow
def test_a_video_is_attached_where_it_is_missed_and_gives_the_true_rate(page, server, without_videos, tmp_path) -> None:
    page.goto(f"{server.url}/compare?entry={without_videos}%2Ftalk_1")
    page.wait_for_selector(READY)
    player = page.locator("#player")
    assert "(assumed)" in player.locator("[data-slot=about]").inner_text()
    assert player.locator(".mc-time").inner_text() == "≈ 0:00.0 / 0:02.0"
    assert "≈ m:ss.f" in player.inner_text()
    player.get_by_role("link", name="Attach its video").click()
    upload = page.locator("#attach-upload")
    upload.wait_for(timeout=30_000)
    assert page.locator("#attach-entry input").input_value() == "Talk 1"
    other = write_video(tmp_path / "longer.mp4", N + 5, TRUE)
    upload_files(page, "Attach videos", other)
    refused = page.locator(".mc-job", has_text="longer.mp4")
    refused.get_by_text("has 65 frames and 'zz-talks/talk_1' 60").wait_for(timeout=30_000)
    upload_files(page, "Attach videos", write_video(tmp_path / "nice.mp4", N, TRUE))
    job = page.locator(".mc-job", has_text="nice.mp4")
    job.get_by_text("1 attached.").wait_for(timeout=60_000)
    assert job.get_by_text("zz-talks/talk_1: 0:03.0 at 20 frames/s instead of 30.").is_visible()
    job.get_by_role("link", name="Open").click()
    page.wait_for_selector(READY)
    assert "0:03.0 at 20 frames/s," in player.locator("[data-slot=about]").inner_text()
    assert "(assumed)" not in player.inner_text()
    assert "≈" not in player.inner_text()
    page.wait_for_function("document.querySelector('video').readyState >= 2")


@pytest.mark.slow
def test_several_videos_go_to_the_entries_that_are_called_like_them(page, server, without_videos, tmp_path) -> None:
    page.goto(f"{server.url}/library?attach={without_videos}%2Ftalk_9")
    page.locator("#attach-upload").wait_for(timeout=30_000)
    files = [write_video(tmp_path / name, N, TRUE) for name in ("talk 2.mp4", "TALK-3.mp4", "stranger.mp4")]
    assert page.locator("#attach-dataset input").input_value().startswith("zz-talks")
    upload_files(page, "Attach videos", files)
    job = page.locator(".mc-job", has_text="and 2 more")
    job.get_by_text("2 attached, 1 refused.").wait_for(timeout=60_000)
    assert job.get_by_text("No entry of 'zz-talks' without a video is called like 'stranger.mp4'.").is_visible()
    page.get_by_label("Search entries").fill("zz-talks")
    page.get_by_role("option", name="Talk 2 0:03 · 2 people · zz-talks").wait_for()
    page.get_by_role("option", name="Talk 1 ≈ 0:02 · 2 people · zz-talks").wait_for()


@pytest.mark.slow
def test_faults_are_found_told_and_mended(page, server, tmp_path) -> None:
    here, away = (write_video(tmp_path / f"zz-{name}.mp4", 40 + k) for k, name in enumerate(("here", "away")))
    from_command(server, "ingest", here, away, "--dataset", "zz-care", "--space", "colour-motion-v1")
    with Library.open(server.data_dir) as library:
        for name in ("here", "away"):
            library.entries.media(f"zz-care/zz-{name}").video.unlink()
    moved = shutil.move(away, tmp_path / "zz-tape.mp4")
    page.goto(f"{server.url}/library")
    page.get_by_role("button", name="Look for faults").click(timeout=30_000)
    job = page.locator(".mc-job", has_text="Looking after the library").first
    job.get_by_text("2 with faults.").wait_for(timeout=60_000)
    assert job.get_by_text("zz-care/zz-here: Its video is gone. It can be made again from 'zz-here.mp4'.").is_visible()
    assert job.get_by_text(
        "zz-care/zz-away: Its video is gone. Its original, 'zz-away.mp4', is not found."
    ).is_visible()
    job.get_by_role("button", name="Mend it").click()
    job.get_by_text("2 with faults, 1 mended.").wait_for(timeout=60_000)
    assert job.get_by_text("zz-care/zz-here: Its video is gone. Mended.").is_visible()
    assert page.get_by_role("button", name="Mend it").count() == 0
    upload_files(page, "Mend from uploaded originals", moved)
    job.get_by_text("1 with faults, 1 mended.").wait_for(timeout=60_000)
    with Library.open(server.data_dir) as library:
        assert all(library.entries.media(f"zz-care/zz-{name}").video for name in ("here", "away"))
    page.get_by_role("button", name="Look for faults").click()
    job.get_by_text("looked at: nothing is wrong.").wait_for(timeout=60_000)
