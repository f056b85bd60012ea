"""Cuts that need nobody's labels: signals as rows and cuts, models that wait to be asked, what each learned from."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from safetensors.numpy import load, save

from tests.browser.pages import READY, ask, fetch_json

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"
NAMES = ("balanced", "novelty", "motion")
ABOUT = {"balanced": "All signals together.", "novelty": "What is rare in the film.", "motion": "How much moves."}
SENTENCE = "Learned from 6 videos, each judged by 12 simulated people; this video was not among them."
OFFER = {
    "id": "offer:summdiff-demo-lite0",
    "kind": "offer",
    "model": "SummDiff",
    "model_kind": "summdiff",
    "checkpoint": "summdiff-demo-lite0",
    "learned_from": {"sentence": SENTENCE, "simulated": True, "saw_this": False},
    "reason": "It learned from simulated people, who like drawings.",
}


def signals(default: str = "balanced") -> list[dict[str, Any]]:
    return [
        {
            "id": f"signal:{name}",
            "kind": "signal",
            "name": name,
            "label": f"Signal: {name}",
            "about": ABOUT[name],
            "default": name == default,
        }
        for name in NAMES
    ]


def opened(page, server, rows, *, people: bool = True, extra: str = "") -> None:
    """The page of an entry to whose rows others are added; without its people on demand."""

    def entry(route) -> None:
        answer = route.fetch().json()
        kept = [row for row in answer["rows"] if row["kind"] not in ("signal", "offer")]
        if not people:
            nobody = {"id": "people", "kind": "people", "label": "People", "names": [], "why_empty": ""}
            kept = [nobody, *(row for row in kept if row["kind"] == "missing")]
        route.fulfill(json=answer | {"rows": rows(kept) if callable(rows) else [*kept, *rows]})

    def series(route) -> None:
        arrays = load(route.fetch().body())
        times = arrays["times"]
        for k, name in enumerate(NAMES):
            curve = np.exp(-(((times - times[-1] * (k + 1) / 4) / 4) ** 2))
            arrays[f"signal:{name}"] = curve.astype(np.float32)
        if not people:
            arrays.pop("people")
        route.fulfill(body=save(arrays), content_type="application/octet-stream")

    page.route(re.compile(r"/api/entry\?"), entry)
    page.route(re.compile(r"/api/series\?"), series)
    page.goto(f"{server.url}/compare?entry={quote(ENTRY, safe='/')}{extra}")
    page.wait_for_selector(READY)


def test_the_stated_combination_is_the_cut_where_nobody_has_judged(page, server) -> None:
    opened(page, server, signals(), people=False)
    assert ask(page, "selected()") == "signal:balanced"
    said = page.locator(".mc-said")
    assert "Nobody has judged this video. This cut is balanced: all signals together; or play" in said.inner_text()
    said.get_by_role("button", name="novelty").click()
    assert ask(page, "selected()") == "signal:novelty"
    assert ask(page, "playing()")
    assert "This cut is novelty: what is rare in the film" in said.inner_text()
    assert "balanced" in said.get_by_role("button").all_inner_texts()[0]


def test_every_signal_is_a_row_and_a_cut_of_its_own(page, server) -> None:
    opened(page, server, signals())
    assert ask(page, "selected()") == "mean"
    rows = ask(page, "rows()")
    assert [row for row in rows if row.startswith("signal:")] == [f"signal:{name}" for name in NAMES]
    assert "How much moves." in page.locator("[data-row='signal:motion']").inner_text()
    group = page.locator("[data-group='signals']")
    assert group.inner_text().split() == ["Signals,", "no", "labels", "3"]
    cuts = {strip["id"]: strip["seconds"] for strip in ask(page, "strips()")}
    end = ask(page, "zoom()")[1]
    for k, name in enumerate(NAMES):
        assert any(clip["start"] < end * (k + 1) / 4 < clip["end"] for clip in cuts[f"signal:{name}"]), name
    page.locator("[data-strip='signal:motion'] button").first.click()
    page.wait_for_function("new URL(location).searchParams.get('cut') === 'signal:motion'")
    page.reload()
    page.wait_for_selector(READY)
    assert ask(page, "selected()") == "signal:motion"


def test_a_model_that_waits_says_what_it_learned_from_and_draws_when_asked(page, server) -> None:
    opened(page, server, [OFFER], people=False)
    row = page.locator("[data-row='offer:summdiff-demo-lite0']")
    assert SENTENCE in row.inner_text()
    asked = []
    page.route("**/api/sample", lambda route: (asked.append(route.request.post_data_json), route.abort())[0])
    row.get_by_role("button", name="Draw 8 samples all the same").click()
    page.wait_for_selector("[data-slot='sample-error']:not([hidden])")
    assert asked[0]["checkpoint"] == "summdiff-demo-lite0"
    assert (asked[0]["entry"], asked[0]["n"]) == (ENTRY, 8)


def test_every_model_row_shows_what_it_learned_from(page, server) -> None:
    def told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row | {"learned_from": OFFER["learned_from"]} if row["kind"] == "samples" else row for row in rows]

    opened(page, server, told)
    run = next(row for row in ask(page, "rows()") if row.startswith("run:"))
    line = page.locator(f"[data-row='{run}'] .mc-learned")
    line.scroll_into_view_if_needed()
    assert line.inner_text() == SENTENCE
    above, row = line.bounding_box(), page.locator(f"[data-row='{run}']").bounding_box()
    assert above["y"] + above["height"] <= row["y"] + 1
    # The row before it ends above that line.
    assert page.locator("[data-row='mean']").bounding_box()["y"] + 60 <= above["y"]


def test_samples_are_called_by_what_they_like(page, server) -> None:
    liked = ["blue", "dark, loud", "town", "night", "sea", "sky", "crowd", "quiet"]
    likes = [f"likes {what} moments" for what in liked]

    def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row | {"names": likes[: row["n"]]} if row["kind"] == "samples" else row for row in rows]

    opened(page, server, named)
    run = page.locator("[data-sample]").first.locator("xpath=ancestor::*[@data-row]").get_attribute("data-row")
    strips = page.locator(f"[data-strip^='{run}:']").all_inner_texts()
    assert [strip.split("\n")[0].strip() for strip in strips[1:]] == likes[: len(strips) - 1]
    assert page.locator(f"[data-row='{run}'] [data-sample]").all_inner_texts() == liked[: len(strips) - 1]


@pytest.mark.slow
def test_a_second_model_that_samples_gets_its_sampler_from_what_the_server_says(page, server) -> None:
    single = next(one["id"] for one in entry_of(server)["checkpoints"] if one["kind"] == "llmvs" and one["fits"])
    kind = {"label": "Second", "family": "seconds", "colour": "other-model", "samples": True, "diffuses": False}

    def entry(route) -> None:
        answer = route.fetch().json()
        for row in answer["rows"]:
            if row.get("model_kind") == "llmvs":
                row["model_kind"] = "second"
        for checkpoint in answer["checkpoints"]:
            if checkpoint["id"] == single:
                checkpoint["kind"] = "second"
        route.fulfill(json=answer | {"kinds": answer["kinds"] | {"second": kind}})

    samples = page.get_by_label("Samples", exact=True)
    page.goto(f"{server.url}/compare?entry={quote(ENTRY, safe='/')}")
    page.wait_for_selector(READY)
    page.locator("#mc-checkpoint").select_option(single)
    assert samples.is_disabled()
    page.route(re.compile(r"/api/entry\?"), entry)
    page.reload()
    page.wait_for_selector(READY)
    page.locator("#mc-checkpoint").select_option(single)
    assert samples.is_enabled()
    assert page.get_by_label("Seed", exact=True).is_enabled()
    assert page.get_by_label("Steps", exact=True).is_disabled(), "it draws in closed form"
    assert "seconds" in page.get_by_label("Colours").inner_text()


def entry_of(server) -> dict[str, Any]:
    return fetch_json(server, f"/api/entry?id={quote(ENTRY, safe='')}")
