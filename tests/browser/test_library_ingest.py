"""The Library page takes in several videos, a folder, shots and captions as chosen, and lists what failed."""

from __future__ import annotations

import time

import pytest

from storage.library import Library
from tests.browser.conftest import from_command
from tests.browser.pages import upload_files
from tests.core.captioning_server import Server
from tests.core.made_videos import write_video

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_several_uploads_and_a_folder_are_taken_in_as_chosen(page, server, tmp_path) -> None:
    folder = tmp_path / "library page"
    folder.mkdir()
    write_video(folder / "zz-one.mp4", 60)
    (folder / "zz-broken.mp4").write_text("nothing")
    uploads = [write_video(tmp_path / f"zz-up-{k}.mp4", 30 + k) for k in range(2)]
    page.goto(f"{server.url}/library")
    page.get_by_label("Features", exact=True).wait_for(timeout=30_000)
    page.get_by_text("its weights (googlenet-1378be20.pth) are not on this machine").wait_for()

    page.get_by_label("Shots", exact=True).click()
    page.get_by_role("option", name="Uniform: of equal duration").click()
    page.get_by_label("Seconds per shot").fill("1")
    page.get_by_label("Or a file, a folder or a pattern on the server").fill(str(folder))
    page.get_by_role("button", name="Take in").click()
    job = page.locator(".mc-job", has_text="library page")
    job.get_by_text("1 taken in, 1 failed.").wait_for(timeout=60_000)
    assert job.get_by_text("'zz-broken.mp4' is not a video file that can be read.").is_visible()
    assert job.get_by_role("link", name="Open").is_visible()

    upload_files(page, "Upload videos", uploads)
    several = page.locator(".mc-job", has_text="and 1 more")
    several.get_by_text("2 taken in.").wait_for(timeout=60_000)
    with Library.open(server.data_dir) as library:
        made = library.entries.get("videos/zz-one")
        assert {"videos/zz-up-0", "videos/zz-up-1"} <= {one.id for one in library.entries.list(dataset="videos")}
    assert next(iter(made.shots)) == "uniform 1 s"
    page.locator("#search textarea, #search input").fill("zz-one")
    page.get_by_role("link", name="zz-one").wait_for()


@pytest.mark.slow
def test_older_videos_get_the_features_that_newer_ones_have(page, server, tmp_path) -> None:
    old = write_video(tmp_path / "zz-older.mp4", 44)
    from_command(server, "ingest", old, "--space", "colour-motion-v1")
    page.goto(f"{server.url}/library")
    page.get_by_text("no efficientnet-lite0 features").wait_for(timeout=30_000)
    page.get_by_role("button", name="Make them").click()
    page.get_by_text("efficientnet-lite0 features will be made of every video that lacks them.").wait_for()
    deadline = time.monotonic() + 60
    with Library.open(server.data_dir) as library:
        while library.entries.lacking("efficientnet-lite0"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    page.reload()
    page.get_by_role("button", name="Take in").wait_for(timeout=30_000)
    page.wait_for_timeout(1000)
    assert not page.get_by_role("button", name="Make them").is_visible()


@pytest.mark.slow
def test_a_video_is_described_and_judged_by_a_server_that_has_a_name(page, server, tmp_path) -> None:
    describing = Server()
    named = server.data_dir / "servers.toml"
    named.write_text(f'[servers.studio]\nurl = "{describing.url}"\n')
    try:
        page.goto(f"{server.url}/library")
        page.get_by_label("Features", exact=True).wait_for(timeout=30_000)
        path = page.get_by_label("Or a file, a folder or a pattern on the server")
        described, judged = page.get_by_label("Described by"), page.get_by_label("Captions judged by")
        path.fill(str(write_video(tmp_path / "zz-described.mp4", 90)))
        judged.fill("no-such-model")
        page.get_by_role("button", name="Take in").click()
        page.get_by_text("say who describes the videos, too").wait_for()
        described.fill(describing.url)
        page.get_by_role("button", name="Take in").click()
        page.get_by_text("A page takes the name of a server, never an address.").wait_for()
        assert describing.keys == []
        for field in (described, judged):
            field.click()
            field.fill("")
            option = page.get_by_role("option", name="studio")
            option.click()
            option.wait_for(state="detached")
        page.get_by_role("button", name="Take in").click()
        job = page.locator(".mc-job", has_text="zz-described")
        job.get_by_text("1 taken in.").wait_for(timeout=60_000)
        assert describing.url not in page.content()
    finally:
        named.unlink()
        describing.close()
    assert job.get_by_text("Described by llava, judged by studio: llava.").is_visible()
    with Library.open(server.data_dir) as library:
        entry = library.entries.get("videos/zz-described")
        kinds = {run.track.kind for run in library.runs.of_entry(entry.id)}
    assert all(caption.startswith("A wall of red") for caption in entry.captions)
    # What learned from the simulated people of the demo waits to be asked.
    assert kinds == {"tastes", "zero-shot"}
