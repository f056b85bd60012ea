"""Compare on the field's real data: every TVSum entry, and videos as they come from cameras and the web."""

from __future__ import annotations

import pytest

from tests.browser.conftest import from_command
from tests.browser.pages import READY, ask, fetch_json, sampled

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_all_fifty_tvsum_entries_are_drawn_with_twenty_people_and_their_cuts(page, server, tvsum) -> None:
    page.goto(f"{server.url}/compare?entry={tvsum}/video_1")
    page.wait_for_selector(READY)
    for number in range(1, 51):
        entry = f"{tvsum}/video_{number}"
        if number > 1:
            shown = f"""new Promise((done) => {{
              document.addEventListener('manycut:opened', ({{ detail }}) => done(detail.entry), {{ once: true }});
              document.dispatchEvent(new CustomEvent('manycut:open', {{ detail: {{ entry: '{entry}' }} }}));
            }})"""
            assert page.evaluate(shown) == entry
        assert page.locator(".mc-names button").count() == 20
        cuts = [strip for strip in ask(page, "strips()") if strip["id"].startswith("person:")]
        duration = fetch_json(server, f"/api/entry?id={entry.replace('/', '%2F')}")["duration"]
        assert len(cuts) == 20
        lengths = [sum(clip["end"] - clip["start"] for clip in cut["seconds"]) for cut in cuts]
        # Times are rounded to a millisecond at both ends of a clip.
        assert all(0 < length <= 0.15 * duration + 0.01 for length in lengths), entry
        heat = page.evaluate("document.querySelector('.mc-figure').data[0].z.map((row) => row.length)")
        assert len(heat) == 20
        assert min(heat) > 100


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bbb_60s_h264_aac.mp4", "portrait_rot90_29.97.mov"])
def test_a_video_as_it_comes_is_ingested_sampled_and_played(page, server, shared, name) -> None:
    from_command(server, "ingest", shared / "videos" / name)
    entry = f"videos/{name.rsplit('.', 1)[0]}"
    run = sampled(page, server, entry, seed=5)
    page.goto(f"{server.url}/compare?entry={entry}")
    page.wait_for_selector(READY)
    assert run in ask(page, "rows()")
    page.wait_for_function("window.manycut.player.video.readyState > 2")
    width, height = page.evaluate("[window.manycut.player.video.videoWidth, window.manycut.player.video.videoHeight]")
    assert (height > width) == name.startswith("portrait")  # upright
    page.keyboard.press("Space")
    page.wait_for_function("window.manycut.player.time() > 0.3")


@pytest.mark.slow
def test_what_could_not_be_kept_of_a_video_is_said_beside_it(page, server, shared) -> None:
    from_command(server, "ingest", shared / "videos" / "truncated_half_data.mp4", "--space", "colour-motion-v1")
    page.goto(f"{server.url}/compare?entry=videos/truncated_half_data")
    page.wait_for_selector(READY)
    said = page.locator("[data-slot='notes']")
    assert "The file ends after 13.1 s although it promises 30.0 s." in said.inner_text()
