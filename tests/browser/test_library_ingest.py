"""The Library page takes in several videos, a folder, shots and captions as chosen, and lists what failed."""

from __future__ import annotations

import time

import pytest

from storage.library import Library
from tests.browser.conftest import from_command
from tests.core.captioning_server import Server
from tests.core.made_videos import write_video

pytestmark = pytest.mark.browser
NAMED = "A file or folder of the server’s import folder"


def opened(page, server):
    """The part of the page that takes films in."""
    page.goto(f"{server.url}/library")
    page.locator("#adding[data-ready=true]").wait_for(timeout=30_000)
    return page.locator("#adding")


@pytest.mark.slow
def test_several_uploads_and_a_folder_are_taken_in_as_chosen(page, server, tmp_path) -> None:
    folder = server.data_dir / "import" / "library page"
    folder.mkdir(parents=True)
    write_video(folder / "zz-one.mp4", 60)
    (folder / "zz-broken.mp4").write_text("nothing")
    uploads = [write_video(tmp_path / f"zz-up-{k}.mp4", 30 + k) for k in range(2)]
    adding = opened(page, server)
    adding.get_by_text("How videos are taken in").click()
    adding.get_by_label("Shots", exact=True).select_option(label="Uniform: of equal duration")
    adding.get_by_label("Seconds per shot").fill("1")
    adding.get_by_label(NAMED).fill(folder.name)
    adding.get_by_role("button", name="Take in").click()
    job = adding.locator(".mc-card[data-name='library page']")
    job.get_by_text("1 taken in, 1 failed.").wait_for(timeout=60_000)
    assert job.get_by_text("'zz-broken.mp4' is not a video file that can be read.").is_visible()
    assert job.get_by_role("link", name="Open in Compare").is_visible()

    adding.get_by_label("Files", exact=True).set_input_files(uploads)
    for one in uploads:
        adding.locator(f".mc-card[data-name='{one.name}'][data-state=done]").wait_for(timeout=60_000)
    with Library.open(server.data_dir) as library:
        made = library.entries.get("videos/zz-one")
        assert {"videos/zz-up-0", "videos/zz-up-1"} <= {one.id for one in library.entries.list(dataset="videos")}
    assert next(iter(made.shots)) == "uniform 1 s"
    page.get_by_label("Search entries").fill("zz-one")
    page.get_by_role("option", name="zz-one").wait_for()


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
    page.locator("#adding[data-ready=true]").wait_for(timeout=30_000)
    page.wait_for_timeout(1000)
    assert not page.get_by_role("button", name="Make them").is_visible()


@pytest.mark.slow
def test_a_video_is_described_and_judged_by_a_server_that_has_a_name(page, server) -> None:
    describing = Server()
    named = server.data_dir / "servers.toml"
    named.write_text(f'[servers.studio]\nurl = "{describing.url}"\n')
    try:
        imported = server.data_dir / "import"
        imported.mkdir(exist_ok=True)
        film = write_video(imported / "zz-described.mp4", 90).name
        adding = opened(page, server)
        adding.get_by_text("How videos are taken in").click()
        path = adding.get_by_label(NAMED)
        described, judged = adding.get_by_label("Described by"), adding.get_by_label("Captions judged by")
        path.fill(film)
        judged.fill("no-such-model")
        adding.get_by_role("button", name="Take in").click()
        adding.get_by_text("say who describes the videos, too").wait_for()
        described.fill(describing.url)
        adding.get_by_role("button", name="Take in").click()
        adding.get_by_text("A page takes the name of a server, never an address.").wait_for()
        assert describing.keys == []
        offered = page.locator("#mc-captioners option, #mc-judges option").evaluate_all(
            "all => all.map(one => one.value)"
        )
        assert offered == ["studio", "studio"]
        described.fill("studio")
        judged.fill("studio")
        adding.get_by_role("button", name="Try again").click()
        job = adding.locator(".mc-card[data-state=done]", has_text="zz-described")
        job.wait_for(timeout=60_000)
        assert describing.url not in page.content()
    finally:
        named.unlink()
        describing.close()
    assert "Described by llava, judged by studio: llava." in job.inner_text()
    with Library.open(server.data_dir) as library:
        entry = library.entries.get("videos/zz-described")
        kinds = {run.track.kind for run in library.runs.of_entry(entry.id)}
    assert all(caption.startswith("A wall of red") for caption in entry.captions)
    # What learned from the simulated people of the demo waits to be asked.
    assert kinds == {"tastes", "zero-shot"}
