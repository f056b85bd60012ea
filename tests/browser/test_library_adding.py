"""Films and data sets are dropped on the Library page; sending goes on after broken connections and reloads."""

from __future__ import annotations

import hashlib
import random
import re
from pathlib import Path

import h5py
import numpy as np
import pytest

from storage.library import Library
from tests.core.made_videos import write_video

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MB = 2**20


@pytest.fixture
def adding(page, server):
    """The page, once it takes files."""
    page.goto(f"{server.url}/library")
    page.locator("#adding[data-ready=true]").wait_for(timeout=30_000)
    return page.locator("#adding")


def card(adding, name: str, state: str = ""):
    found = adding.locator(f".mc-card[data-name='{name}']" + (f"[data-state={state}]" if state else ""))
    found.wait_for(timeout=60_000)
    return found


def drop(page, *paths: Path) -> None:
    """Files and folders of the disk, as somebody drags them from another window onto the foot of the page."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(one) for one in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 700, "y": 800, "data": data})
    session.detach()


def choose(adding, *paths: Path) -> None:
    adding.get_by_label("Files", exact=True).set_input_files([str(one) for one in paths])


def large_film(path: Path) -> bytes:
    """A video that plays, with 6 MB behind it that players skip."""
    write_video(path, 40)
    rest = random.Random(path.name).randbytes(6 * MB)
    path.write_bytes(path.read_bytes() + (len(rest) + 8).to_bytes(4, "big") + b"free" + rest)
    return path.read_bytes()


def write_odd(path: Path) -> Path:
    """A data set of two good videos and one without picks."""
    with h5py.File(path, "w") as file:
        for number in (1, 2, 3):
            group = file.create_group(f"video_{number}")
            group["features"] = np.ones((4, 8), np.float32)
            group["user_summary"] = np.zeros((3, 60), np.float32)
            group["change_points"] = np.array([[0, 29], [30, 59]])
            group["n_frames"] = 60
            if number != 3:
                group["picks"] = np.arange(0, 60, 15)
    return path


def content_of(server, entry: str) -> str:
    with Library.open(server.data_dir) as library:
        return library.origins.of_entry(entry).content


def test_a_folder_and_a_data_set_are_dropped_anywhere(page, server, adding, tmp_path) -> None:
    folder = tmp_path / "zz trip"
    (folder / "day 2").mkdir(parents=True)
    write_video(folder / "zz-lake.mp4", 31)
    write_video(folder / "day 2" / "zz-harbour.mp4", 33)
    (folder / "day 2" / "zz-broken.mp4").write_text("nothing")
    (folder / "notes.docx").write_text("nothing")
    (folder / ".DS_Store").write_text("nothing")
    drop(page, folder, write_odd(tmp_path / "zz-odd.h5"))
    for name in ("zz-lake.mp4", "zz-harbour.mp4"):
        done = card(adding, name, "done")
        assert "shot" in done.inner_text()
        done.locator(".mc-thumb").wait_for()
    assert (
        adding.get_by_role("status").first.inner_text() == "notes.docx is neither a video nor a data set, and left out."
    )
    broken = card(adding, "zz-broken.mp4", "failed")
    assert "'zz-broken.mp4' is not a video file that can be read." in broken.inner_text()

    odd = card(adding, "zz-odd.h5", "previewed")
    assert "eccv16 HDF5: 2 of 3 entries can be taken in." in odd.inner_text()
    assert "video_3: 'video_3/picks' should be" in odd.inner_text()
    with Library.open(server.data_dir) as library:
        assert library.entries.list(dataset="zz-odd") == []
    odd.get_by_role("button", name="Take in 2 of 3").click()
    assert "2 entries in “zz-odd”." in card(adding, "zz-odd.h5", "done").inner_text()
    with Library.open(server.data_dir) as library:
        assert [one.id for one in library.entries.list(dataset="zz-odd")] == ["zz-odd/video_1", "zz-odd/video_2"]

    choose(adding, folder / "zz-lake.mp4")
    known = adding.locator(".mc-card[data-state=known]")
    known.wait_for(timeout=30_000)
    assert "Known: it was taken in before, and left as it is." in known.inner_text()
    left = {one.name for one in (server.data_dir / "uploads").glob("*/*") if not one.name.startswith(".")}
    assert not left & {"zz-lake.mp4", "zz-harbour.mp4", "zz-odd.h5"}, "what is in the library is not kept twice"
    known.get_by_role("link", name="Open in Compare").click()
    page.wait_for_url(re.compile("entry=videos(/|%2F)zz-lake"))


def test_sending_waits_for_the_connection_and_goes_on_to_the_same_bytes(page, server, adding, tmp_path) -> None:
    film = large_film(tmp_path / "zz-cut off.mp4")
    offsets = []

    def cut(route) -> None:
        offset = int(re.search(r"offset=(\d+)", route.request.url)[1])
        if offset and len(offsets) == 1:
            page.context.set_offline(True)
        offsets.append(offset)
        route.continue_()

    page.route(re.compile(r"/api/sending\?.*offset="), cut)
    choose(adding, tmp_path / "zz-cut off.mp4")
    waiting = card(adding, "zz-cut off.mp4", "offline")
    assert "Waits for the connection" in waiting.inner_text()
    page.context.set_offline(False)
    card(adding, "zz-cut off.mp4", "done")
    assert offsets[0] == 0
    assert 0 not in offsets[1:], "what was there was not sent again"
    assert content_of(server, "videos/zz-cut-off") == hashlib.sha256(film).hexdigest()


def test_somebody_pauses_and_after_a_reload_the_same_file_goes_on(page, server, adding, tmp_path) -> None:
    film = large_film(tmp_path / "zz-paused.mp4")
    page.route(re.compile(r"/api/sending\?.*offset=[1-9]"), lambda route: route.abort("connectionreset"))
    choose(adding, tmp_path / "zz-paused.mp4")
    card(adding, "zz-paused.mp4", "offline")
    page.unroute_all()
    page.reload()
    adding.get_by_text("1 file was not sent whole: zz-paused.mp4 (8 %).").wait_for(timeout=30_000)
    assert adding.locator(".mc-card").count() == 0
    offsets = []
    page.on("request", lambda request: offsets.extend(re.findall(r"api/sending.*offset=(\d+)", request.url)))
    choose(adding, tmp_path / "zz-paused.mp4")
    card(adding, "zz-paused.mp4", "done")
    assert offsets[0] == str(MB // 2)
    assert not adding.get_by_text("not sent whole").is_visible()
    assert content_of(server, "videos/zz-paused") == hashlib.sha256(film).hexdigest()


def test_what_is_cancelled_is_gone_from_the_server(page, server, adding, tmp_path) -> None:
    large_film(tmp_path / "zz-cancelled.mp4")
    page.route(re.compile(r"/api/sending\?.*offset=[1-9]"), lambda route: route.abort("connectionreset"))
    choose(adding, tmp_path / "zz-cancelled.mp4")
    waiting = card(adding, "zz-cancelled.mp4", "offline")
    assert list((server.data_dir / "uploads").glob("*/zz-cancelled.mp4"))
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        waiting.get_by_role("button", name="Cancel").click()
    assert adding.locator(".mc-card").count() == 0
    assert not list((server.data_dir / "uploads").glob("*/zz-cancelled.mp4"))


def test_settings_are_remembered_and_what_is_missing_is_said_among_them_alone(page, adding) -> None:
    missing = adding.get_by_text("its weights (googlenet-1378be20.pth) are not on this machine")
    assert not missing.is_visible()
    adding.get_by_text("How videos are taken in").click()
    missing.wait_for()
    adding.get_by_label("Shots", exact=True).select_option("uniform")
    adding.get_by_label("Seconds per shot").fill("1/2")
    adding.get_by_label("Picks per second").fill("4")
    assert not adding.get_by_label("Penalty").is_visible()
    page.reload()
    adding.get_by_text("4 picks a second, uniform").wait_for(timeout=30_000)
    adding.get_by_text("How videos are taken in").click()
    assert adding.get_by_label("Seconds per shot").input_value() == "1/2"
    assert adding.get_by_label("Shots", exact=True).input_value() == "uniform"
    adding.get_by_role("button", name="Back to the usual").click()
    adding.get_by_text("2 picks a second, transitions").wait_for()


def test_a_table_of_another_tool_joins_entries_once_somebody_says_whose_it_is(page, server, adding, tmp_path) -> None:
    with Library.open(server.data_dir) as library:
        entry = library.entries.list(dataset="demo")[0]
    key = entry.id.partition("/")[2]
    table = tmp_path / "zz-seconds.csv"
    table.write_text(f"video,label,start,end\n{key}.mp4,goal,1,3\nzz-nosuch,goal,1,2\n")
    choose(adding, table)
    found = card(adding, "zz-seconds.csv", "previewed")
    said = found.inner_text()
    for words in ("Labels in seconds, .csv: 1 of 2 videos can be taken in.", f"{key}.mp4 is {entry.id}"):
        assert words in said
    assert "zz-nosuch: No entry of 'demo' is called like this." in said
    take = found.get_by_role("button", name="Take in 1 of 2")
    assert take.is_disabled()
    found.get_by_label("Whose labels these are").fill("Zz Visitor")
    take.click()
    assert "Labels of 1 entry of “demo”." in card(adding, "zz-seconds.csv", "done").inner_text()
    with Library.open(server.data_dir) as library:
        assert "Zz Visitor" in library.entries.get(entry.id).annotations.annotators


def test_a_data_set_takes_each_persons_scores_as_a_second_file(page, server, adding, shared) -> None:
    folder = shared / "data/tvsum"
    choose(adding, folder / "tvsum_captions_minilm.h5")
    found = card(adding, "tvsum_captions_minilm.h5", "previewed")
    found.get_by_label("Each person’s scores").set_input_files(str(folder / "ydata-tvsum50.mat"))
    found.get_by_role("button", name="Take in").click()
    done = card(adding, "tvsum_captions_minilm.h5", "done")
    assert "50 entries in “tvsum_captions_minilm”." in done.inner_text()
    with Library.open(server.data_dir) as library:
        judged = [
            len(library.entries.get(one.id).annotations.annotators)
            for one in library.entries.list("tvsum_captions_minilm")
        ]
    assert judged == [20] * 50
