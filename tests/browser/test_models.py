"""The Models page: what was trained and how good it is, side by side, names and removal; training and importing."""

from __future__ import annotations

import json
import shutil
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT
from tests.browser.pages import fetch_json, post_json

pytestmark = pytest.mark.browser

READY = "#models .mc-models-library[data-ready=true]"
DEMO, TEXT = "summdiff-demo-lite0", "llmvs-demo"


@pytest.fixture(scope="module")
def measured(server):
    """The demo's models, measured on the videos that they have not learned from."""
    for checkpoint in (DEMO, TEXT):
        wait(server, post_json(server, "/api/models/measure", {"checkpoint": checkpoint, "dataset": "demo"})["job"])
    return server


def wait(server, job: int) -> dict:
    for _ in range(400):
        told = fetch_json(server, f"/api/job?id={job}")
        if told["state"] not in ("queued", "running"):
            assert told["state"] == "done", told
            return told
        time.sleep(0.2)
    raise AssertionError("the job took more than 80 seconds")


def open_models(page, server, query="") -> None:
    page.goto(f"{server.url}/models{query}")
    page.wait_for_selector(READY, timeout=30_000)


def line(page, checkpoint):
    return page.locator(f"tr[data-model='{checkpoint}']")


def test_a_model_says_where_its_knowledge_comes_from_and_how_good_it_is(page, measured):
    open_models(page, measured)
    assert "6 videos, 12 simulated people (demo)" in line(page, DEMO).inner_text()
    assert line(page, DEMO).locator(".mc-skill circle").count() == 1
    line(page, DEMO).locator(".mc-link").click()
    side = page.locator(f".mc-model[data-model='{DEMO}']")
    expect(side.locator(".mc-provenance")).to_have_text("Learned from 12 simulated people's labels of 6 videos (demo).")
    rows = side.locator(".mc-figures").first.locator("tbody th").all_inner_texts()
    assert rows == [
        "This model", "People, two by two", "People, each by the others", "Noise that knows nothing",
        "This model at other times", "Skill",
    ]  # fmt: skip
    assert "2 held-out videos of demo" in side.locator(".mc-measured").first.inner_text()
    side.locator(".mc-changed-by-it button").click()
    side.locator(".mc-helped", has_text="that were held out").wait_for(timeout=60_000)
    side.locator(".mc-curves[data-drawn='38']").wait_for(timeout=30_000)
    page.keyboard.press("ArrowDown")
    page.locator(f".mc-model[data-model='{TEXT}']").wait_for()
    assert page.url.endswith(f"?model={TEXT}")


def test_two_models_stand_side_by_side_with_what_differs(page, measured):
    open_models(page, measured)
    for checkpoint in (DEMO, TEXT):
        line(page, checkpoint).get_by_role("checkbox").check()
    page.get_by_role("button", name="Side by side").click()
    side = page.locator(".mc-side-by-side")
    side.locator("tr[data-figure=kendall]").wait_for()
    assert side.get_by_role("rowheader", name="model", exact=True).locator("xpath=..").inner_text().split() == [
        "model", "summdiff", "llmvs",
    ]  # fmt: skip
    page.reload()
    side.locator("tr[data-figure=kendall]").wait_for(timeout=30_000)


def test_the_leaderboard_has_noise_and_people_among_the_models(page, measured):
    page.goto(f"{measured.url}/models?section=leaderboard")
    board = page.get_by_role("region", name="Models on demo").first
    board.wait_for(timeout=30_000)
    assert {one.get_attribute("data-who") for one in board.locator("tbody tr").all()} == {"model", "noise", "people"}
    board.get_by_role("button", name="τ", exact=True).click()
    assert board.locator("th[aria-sort=descending]").inner_text().startswith("τ")


def test_names_default_and_removal_with_the_keyboard_and_back(page, measured):
    open_models(page, measured, f"?model={TEXT}")
    page.locator(f".mc-model[data-model='{TEXT}']").wait_for()
    page.keyboard.press("r")
    page.get_by_role("textbox", name="Name").fill("Reads captions")
    page.keyboard.press("Enter")
    expect(line(page, TEXT).locator(".mc-link")).to_have_text("Reads captions")
    page.keyboard.press("d")
    line(page, TEXT).locator(".mc-default").wait_for()
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Remove", exact=True).last.click()
    line(page, TEXT).wait_for(state="detached")
    page.locator(".mc-told", has_text="was removed").wait_for()
    page.keyboard.press("Control+z")
    line(page, TEXT).locator(".mc-default").wait_for()
    page.keyboard.press("d")
    line(page, TEXT).locator(".mc-default").wait_for(state="detached")


@pytest.mark.slow
def test_a_training_says_first_what_it_holds_out_and_its_model_is_measured_on_that(page, server):
    page.goto(f"{server.url}/models?section=train")
    held = page.locator(".mc-held-out li")
    held.first.wait_for(timeout=30_000)
    assert held.count() == 2
    titles = held.all_inner_texts()
    page.get_by_label("Model", exact=True).select_option("mlp")
    page.locator(".mc-settings summary").click()
    page.locator("#setting-lr").fill("much")
    page.locator(".mc-plan .mc-bad", has_text="'lr' should be a number").wait_for()
    assert page.locator("#train").is_disabled()
    page.locator("#setting-lr").fill("0.001")
    held.first.wait_for()
    assert held.all_inner_texts() == titles, "the same videos, whatever is trained"
    page.get_by_label("Epochs").fill("80")
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator(".mc-live .mc-curves[data-drawn]").wait_for(timeout=60_000)
    seen = int(page.locator(".mc-live .mc-curves").get_attribute("data-drawn"))
    page.wait_for_function(
        "seen => Number(document.querySelector('.mc-live .mc-curves').dataset.drawn) > seen", arg=seen, timeout=30_000
    )
    page.get_by_role("link", name="See the new curves").first.wait_for(timeout=90_000)
    page.get_by_role("tab", name="Models").click()
    line(page, "mlp-demo").locator(".mc-skill").wait_for()
    line(page, "mlp-demo").locator(".mc-link").click()
    side = page.locator(".mc-model[data-model='mlp-demo']")
    assert "2 held-out videos of demo" in side.locator(".mc-measured").first.inner_text()
    side.locator(".mc-settings summary").click()
    assert "0.001" in side.locator(".mc-settings").inner_text()


@pytest.mark.slow
def test_a_training_that_is_stopped_keeps_the_best_it_has_and_labels_from_here_count_more(page, server):
    page.goto(f"{server.url}/models?section=train")
    page.locator(".mc-held-out li").first.wait_for(timeout=30_000)
    page.get_by_label("Model", exact=True).select_option("mlp")
    page.get_by_label("Epochs").fill("5000")
    page.get_by_label("Who counts more").fill("own=lots")
    page.locator(".mc-plan .mc-bad").wait_for()
    page.get_by_label("Who counts more").fill("own=2")
    page.locator(".mc-held-out li").first.wait_for()
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator(".mc-live .mc-curves[data-drawn]").wait_for(timeout=60_000)
    page.get_by_role("button", name="Stop, keep the best").click()
    job = next(one["id"] for one in fetch_json(server, "/api/jobs")["jobs"] if one["kind"] == "train")
    done = wait(server, job)
    assert 0 < done["result"]["epochs"] < 5000
    assert done["args"]["weights"] == {"own": 2}


@pytest.mark.slow
def test_a_split_file_says_which_videos_train_which_choose_the_epoch_and_which_test(page, server, tmp_path):
    videos = [one["id"].partition("/")[2] for one in fetch_json(server, "/api/entries?dataset=demo")["entries"]]
    splits = tmp_path / "mine.json"
    parts = {"train_keys": videos[:4], "val_keys": videos[4:6], "test_keys": videos[6:]}
    splits.write_text(json.dumps([parts, {"train_keys": videos[2:], "test_keys": videos[:2]}]))
    (tmp_path / "notes.txt").write_text("Remember the milk")
    page.goto(f"{server.url}/models?section=train")
    page.locator(".mc-held-out li").first.wait_for(timeout=30_000)
    given, number = page.get_by_label("Split file to upload"), page.get_by_label("Split", exact=True)
    given.set_input_files(tmp_path / "notes.txt")
    page.locator(".mc-told.mc-bad", has_text="notes.txt: line 1 should be dataset/name").wait_for()
    assert not number.is_visible()
    given.set_input_files(splits)
    plan = page.locator(".mc-plan")
    plan.get_by_text("Chooses the best epoch by 2 videos").wait_for()
    titles = titles_of(server)
    plan.get_by_text("Trains on 4 videos").click()
    assert plan.locator(".mc-trains li").all_inner_texts() == [titles[one] for one in videos[:4]]
    assert plan.locator(".mc-held-out li").all_inner_texts() == [titles[one] for one in videos[6:]]
    assert not page.get_by_label("Validation, %").is_visible()
    number.select_option("1")
    plan.get_by_text("Trains on 6 videos").wait_for()
    assert plan.locator(".mc-trains li").first.is_visible(), "what was unfolded stays so"
    assert plan.locator(".mc-held-out li").all_inner_texts() == [titles[one] for one in videos[:2]]
    page.reload()
    page.get_by_label("Held out", exact=True).select_option("mine.json")
    plan.get_by_text("Chooses the best epoch by 2 videos").wait_for()
    page.get_by_role("button", name="Make one…").click()
    page.get_by_role("button", name="Make", exact=True).click()
    plan.get_by_text("8 models, one for each split.").wait_for()
    assert number.locator("option:checked").inner_text() == "All 8, one model each"
    number.select_option("7")
    expect(plan.locator(".mc-held-out li")).to_have_text([titles[videos[7]]])


def titles_of(server) -> dict[str, str]:
    """The titles of the demo's videos by their keys."""
    listed = fetch_json(server, "/api/entries?dataset=demo")["entries"]
    return {one["id"].partition("/")[2]: one["title"] for one in listed}


def test_what_waits_can_be_done_next_and_what_was_cancelled_shows_its_curve(page, server):
    asked = {"dataset": "demo", "kind": "mlp", "epochs": 5000}
    jobs = [post_json(server, "/api/train", asked)["job"] for _ in range(3)]
    try:
        page.goto(f"{server.url}/models?section=train")
        first, second, third = (page.locator(f".mc-jobs li[data-job='{job}']") for job in jobs)
        third.get_by_role("button", name="Do next").wait_for(timeout=30_000)
        page.locator(f".mc-jobs li[data-job='{jobs[0]}'][data-state=running]").wait_for(timeout=30_000)
        assert second.get_by_role("button", name="Do next").count() == 0, "it is the next"
        third.get_by_role("button", name="Do next").click()
        second.get_by_role("button", name="Do next").wait_for()
        expect(second).to_contain_text("and 1 more")
        assert first.get_by_role("button", name="Do next").count() == 0
        assert third.get_by_role("button", name="Do next").count() == 0
        assert fetch_json(server, f"/api/job?id={jobs[2]}")["priority"] == "first"
        page.locator(".mc-live .mc-curves[data-drawn]").wait_for(timeout=30_000)
        first.get_by_role("button", name="Cancel").click()
        first.get_by_role("button", name="Its curve").click()
        page.locator(".mc-ended .mc-curves[data-drawn]").wait_for()
        expect(page.locator(".mc-ended")).to_contain_text("Training MLP on demo, cancelled")
    finally:
        for job in reversed(jobs):
            post_json(server, "/api/job/cancel", {"id": job})


@pytest.mark.slow
def test_a_folder_that_is_dropped_as_a_zip_becomes_a_model(page, server, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "from afar"), "zip", ROOT / "assets/demo/checkpoints" / TEXT)
    open_models(page, server)
    page.get_by_role("button", name="Import…").click()
    page.get_by_label("File").set_input_files(archive)
    line(page, "from-afar").wait_for(timeout=60_000)
    (tmp_path / "no.ckpt").write_bytes(b"nothing")
    page.get_by_role("button", name="Import…").click()
    page.get_by_label("File").set_input_files(tmp_path / "no.ckpt")
    page.locator(".mc-work-list li[data-state=failed]", has_text="no.ckpt").wait_for(timeout=60_000)
