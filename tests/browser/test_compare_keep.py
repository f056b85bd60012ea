"""Keep: what a person takes away from Compare is what the page shows."""

from __future__ import annotations

import csv
import json

import av
import pytest

from tests.browser.pages import ask, fetch_json, open_compare

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"


@pytest.fixture
def keep(page, server):
    open_compare(page, server, ENTRY)
    page.keyboard.press("s")
    page.get_by_role("dialog", name="Keep").wait_for()
    return page


def taken(page, button: str, tmp_path):
    with page.expect_download(timeout=120_000) as waiting:
        page.get_by_role("dialog", name="Keep").get_by_role("button", name=button, exact=True).click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def selected_cut(page) -> dict:
    return next(strip for strip in ask(page, "strips()") if strip["id"] == ask(page, "selected()"))


def test_the_video_holds_the_frames_of_the_selected_cut_and_its_sound(keep, tmp_path) -> None:
    path = taken(keep, "MP4 video", tmp_path)
    assert path.name.endswith(".mp4")
    with av.open(path) as video:
        assert sum(1 for _ in video.decode(video=0)) == selected_cut(keep)["frames"]
    with av.open(path) as video:
        assert len(video.streams.audio) == 1


@pytest.mark.parametrize(
    ("button", "ending"),
    [("JSON", "json"), ("CSV", "csv"), ("WebVTT", "vtt"), ("EDL", "edl"), ("FCPXML", "fcpxml"), ("OTIO", "otio")],
)
def test_every_cut_list_is_of_the_selected_cut(keep, tmp_path, button, ending) -> None:
    keep.keyboard.press("Escape")
    keep.locator("[data-strip='person:3'] button").first.click()
    keep.locator(".mc-scroll").focus()
    keep.keyboard.press("s")
    section = keep.get_by_role("dialog", name="Keep").locator("[data-list]")
    with keep.expect_download() as waiting:
        section.get_by_text(button, exact=True).click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.suffix == f".{ending}"
    assert "sim-" in path.name
    segments = selected_cut(keep)["segments"]
    if ending == "json":
        assert [[row["start_frame"], row["end_frame"]] for row in json.loads(path.read_text())["segments"]] == segments
    elif ending == "otio":
        import opentimelineio as otio

        clips = otio.adapters.read_from_file(str(path)).video_tracks()[0].find_clips()
        ranges = [clip.source_range for clip in clips]
        assert [round(one.start_time.to_seconds() * 25) for one in ranges] == [start for start, _ in segments]
        assert [round(one.duration.to_seconds() * 25) for one in ranges] == [end - start for start, end in segments]
    else:
        assert path.stat().st_size > 50


def test_formats_that_are_not_exact_say_so_in_the_dialog(keep) -> None:
    dialog = keep.get_by_role("dialog", name="Keep")
    dialog.locator("em").first.wait_for()
    assert "pictures" in dialog.locator("li", has_text="EDL").locator("em").inner_text().lower()


def test_keys_stay_in_the_open_dialog(keep) -> None:
    keep.get_by_role("dialog", name="Keep").locator("em").first.wait_for()
    assert keep.evaluate("document.activeElement.closest('dialog') !== null")
    keep.keyboard.press("n")
    keep.keyboard.press("p")
    keep.wait_for_timeout(200)
    assert ask(keep, "playing()") is False
    assert ask(keep, "time()") == 0
    keep.keyboard.press("Escape")
    assert keep.get_by_role("dialog", name="Keep").is_hidden()


@pytest.mark.parametrize("kind", ["PNG", "SVG", "HTML"])
def test_the_figure_holds_rows_names_and_cuts(keep, browser, tmp_path, kind) -> None:
    path = taken(keep, kind, tmp_path)
    if kind == "PNG":
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert path.stat().st_size > 50_000
    elif kind == "SVG":
        drawing = path.read_text()
        for word in ("Harbour day", "Average of people", "SummDiff", "Sample 3", "simulated"):
            assert word in drawing
    else:
        alone = browser.new_context(offline=True).new_page()
        alone.goto(path.as_uri())
        alone.wait_for_selector(".js-plotly-plot .heatmaplayer image, .js-plotly-plot .heatmaplayer")
        assert "Harbour day" in alone.locator(".js-plotly-plot").inner_text()
        alone.context.close()


def test_the_numbers_are_those_of_the_table(keep, tmp_path) -> None:
    dialog = keep.get_by_role("dialog", name="Keep")
    with keep.expect_download() as waiting:
        dialog.locator("[data-csv]").click()
    path = tmp_path / "numbers.csv"
    waiting.value.save_as(path)
    with path.open() as table:
        rows = list(csv.DictReader(table))
    table = keep.locator(".mc-numbers tbody tr:not(.head)")
    assert len(rows) == table.count()
    for row, shown in zip(rows, table.all(), strict=True):
        assert row["entry"] == ENTRY
        assert row["protocol"] == "tvsum"
        assert "15 % of the frames" in row["cuts"]
        assert f"{float(row['kendall_tau']):.2f}".replace("-", "−") == shown.locator("td").first.inner_text()


def test_an_entry_without_video_keeps_lists_and_says_why_not_the_film(page, server, tvsum) -> None:
    page.goto(f"{server.url}/compare?entry={tvsum}/video_1")
    page.wait_for_selector("#player[data-ready='true']")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="Keep")
    assert dialog.get_by_role("button", name="MP4 video").is_disabled()
    assert "without its video" in dialog.inner_text()
    with page.expect_download() as waiting:
        dialog.get_by_text("JSON", exact=True).click()
    assert waiting.value.suggested_filename.endswith(".json")


def test_a_saved_figure_says_pseudonyms_where_the_page_says_names(page, server, tmp_path) -> None:
    entry, name = "demo/storm-crossing", "Wilhelmina Vanderbilt-Featherstonehaugh"
    post_json_as(page, server, "/api/me", name=name)
    task = post_json_as(page, server, "/api/task", entry=entry)["task"]
    rated = [
        {"client": name, "seq": shot + 1, "kind": "rate", "shot": shot, "value": 1 + shot % 5, "at": 2000 * (shot + 1)}
        for shot in range(30)
    ]
    submit = {"client": name, "seq": 900, "kind": "submit", "at": 100_000}
    post_json_as(page, server, "/api/task/events", task=task, events=[*rated, submit])
    post_json_as(page, server, "/api/me", name=None)
    pseudonym = fetch_json(server, f"/api/review/task?id={task}")["pseudonym"]
    open_compare(page, server, entry)
    assert page.locator(".mc-striplist", has_text=name).count() == 1
    page.keyboard.press("s")
    assert "pseudonym" in page.get_by_role("dialog", name="Keep").inner_text()
    drawing = taken(page, "SVG", tmp_path).read_text()
    assert pseudonym in drawing
    assert "Wilhelmina" not in drawing


def post_json_as(page, server, path: str, **body):
    """Posts as the person whose session the page has."""
    answer = page.request.post(server.url + path, data=body)
    assert answer.ok, answer.text()
    return answer.json()
