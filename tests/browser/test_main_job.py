"""The main job from end to end: see an entry, rate it, export the labels, read them back."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"


def test_a_person_sees_an_entry_rates_shots_and_exports_them(page, server, tmp_path):
    # Compare: every row of the demo's first entry is drawn.
    page.goto(server.url)
    page.wait_for_selector("#player[data-ready=true]", timeout=30_000)
    rows = page.evaluate("manycut.player.rows()")
    for kind in ("filmstrip", "people", "mean"):
        assert kind in rows
    runs = [row for row in rows if row.startswith("run:")]
    assert len(runs) == 2  # SummDiff and the LLMVS head
    assert page.locator("[data-strip]").count() >= 12
    assert page.get_by_text("simulated").first.is_visible()

    # A click at 60 % of the time axis seeks there.
    page.wait_for_function("manycut.player.video.readyState >= 2")
    duration = page.evaluate("manycut.player.video.duration")
    row = page.locator("[data-row=mean]").bounding_box()
    page.mouse.click(page.evaluate(f"manycut.player.xOf({0.6 * duration})"), row["y"] + row["height"] / 2)
    page.wait_for_function("!manycut.player.video.seeking")
    one_pick = 0.5
    assert abs(page.evaluate("manycut.player.video.currentTime") - 0.6 * duration) < one_pick

    # Playing moves the time and the cursor with it.
    before = page.evaluate("manycut.player.time()")
    page.keyboard.press("Space")
    page.wait_for_function(f"manycut.player.time() > {before} + 0.7")
    page.keyboard.press("Space")

    # Annotate: five shots by keys, found again after a reload, one undone.
    page.request.post(f"{server.url}/api/me", data={"name": "Main Job"})
    page.goto(f"{server.url}/annotate?entry={ENTRY}")
    ready = "#annotator[data-view=task][data-ready=true]"
    page.wait_for_selector(ready)
    for key in "53142":
        page.keyboard.press(key)
    page.wait_for_selector("#annotator[data-saved=saved]")
    assert ratings(page) == [5, 3, 1, 4, 2]
    page.reload()
    page.wait_for_selector(ready)
    assert ratings(page) == [5, 3, 1, 4, 2]
    page.keyboard.press("u")
    page.wait_for_function("document.querySelector('[data-shot=\"4\"]').dataset.value === ''")
    page.wait_for_selector("#annotator[data-saved=saved]")

    # Review: export what was labelled here and read the file back. While judging, what others said stays hidden.
    export = {"dataset": "demo", "people": "all"}
    assert "judging" in page.request.post(f"{server.url}/api/export", data=export).json()["error"]["message"]
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Submit as it is").click()
    page.wait_for_selector("[data-arrived=true]")
    page.goto(f"{server.url}/review?section=export")
    page.get_by_label("Whose labels").select_option("all", timeout=30_000)
    page.get_by_label("Dataset").select_option("demo")
    page.locator("#export").click()
    link = page.locator(".mc-job", has_text="eccv16 HDF5 demo").locator("a", has_text="Download").first
    link.wait_for(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    file = tmp_path / "labels.h5"
    download.value.save_as(file)
    with h5py.File(file) as labels:
        group = next(group for group in labels.values() if group["key"].asstr()[()] == "harbour-day")
        scores = group["user_scores"][:]
        (mine,) = [row for row in scores if np.array_equal(row[:16:4], np.float32([1.0, 0.6, 0.2, 0.8]))]
        assert np.isnan(mine[16:]).all()  # the fifth was undone, the others were never rated
        assert set(np.unique(group["user_summary"])) <= {0, 1}
        assert group["user_summary"].shape[1] == group["n_frames"][()]


def ratings(page) -> list[int]:
    """The ratings on the shot strip, in order."""
    values = page.eval_on_selector_all("[data-shot]", "cells => cells.map(cell => cell.dataset.value)")
    return [int(value) for value in values if value]
