"""Figures of Compare follow the budget and the shots, live, and never the rule of what is watched."""

from __future__ import annotations

import re
import urllib.request

import numpy as np
import pytest
from safetensors.numpy import load

from core.data import Shots
from core.select.published import select
from tests.browser.pages import READY, ask, fetch_json, open_compare

pytestmark = pytest.mark.browser
ENTRY = "demo/harbour-day"


@pytest.fixture
def compare(page, server):
    open_compare(page, server, ENTRY)
    return page


def set_budget(page, percent: int) -> None:
    page.locator("#mc-budget").evaluate(
        f"(node) => {{ node.value = {percent}; node.dispatchEvent(new Event('input', {{ bubbles: true }})); }}"
    )
    page.wait_for_function(f"document.querySelector('#player').dataset.solved?.startsWith('{percent / 100:g} ')")


def masks(entry: dict, series: dict, scores: np.ndarray, budget: float) -> np.ndarray:
    bounds = np.array([shot[:2] for shot in entry["shots"][0]["bounds"]])
    cuts = [select(row, series["picks"], Shots(bounds, "kts"), entry["n_frames"], budget) for row in scores]
    return np.array([cut.mask for cut in cuts], float)


def f1(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return 2 * (a @ b.T) / (a.sum(1)[:, None] + b.sum(1))


def test_every_figure_is_that_of_the_cuts_under_the_budget_of_the_slider(compare, server) -> None:
    with urllib.request.urlopen(f"{server.url}/api/series?id={ENTRY.replace('/', '%2F')}", timeout=30) as answer:
        series = load(answer.read())
    entry = fetch_json(server, f"/api/entry?id={ENTRY.replace('/', '%2F')}")
    run = next(row for row in entry["rows"] if row["kind"] == "samples" and row["seed"] == 1)["id"]
    if compare.get_by_label("Which run to show").count():
        compare.get_by_label("Which run to show").select_option(run)
    for percent in (15, 40):
        set_budget(compare, percent)
        people = masks(entry, series, series["people"], percent / 100)
        samples = masks(entry, series, series[run], percent / 100)
        mean = masks(entry, series, series[run].mean(0, dtype=np.float64)[None], percent / 100)
        between, matrix = f1(people, people), f1(samples, people)
        off = between[np.triu_indices(len(between), 1)].mean()
        figures = compare.evaluate(
            "(run) => { const all = window.manycut.player.figures(); "
            "return { people: all.people, model: all.models.get(run) }; }",
            run,
        )
        assert figures["people"]["pairwise"] == pytest.approx(off)
        assert figures["people"]["closest"] == pytest.approx((between - np.eye(len(between)) * 9).max(1).mean())
        np.testing.assert_allclose(figures["model"]["matrix"], matrix, atol=1e-12)
        assert figures["model"]["mean"] == pytest.approx(f1(mean, people).mean())
        assert figures["model"]["single"] == pytest.approx(matrix.mean())
        assert figures["model"]["coverage"] == pytest.approx(matrix.max(0).mean())
        assert figures["model"]["precision"] == pytest.approx(matrix.max(1).mean())
        first, second = np.triu_indices(len(samples), 1)
        apart = first // 2 != second // 2  # the two of an antithetic pair are not compared
        expected = 1 - f1(samples, samples)[first[apart], second[apart]].mean()
        assert figures["model"]["difference"] == pytest.approx(expected)
        shown = compare.locator(".mc-numbers tr.human").first.locator("[data-live]").inner_text()
        assert float(shown) == pytest.approx(100 * off, abs=0.051)


def test_at_15_percent_the_page_shows_the_protocol_s_own_f1(compare, server) -> None:
    numbers = fetch_json(server, f"/api/numbers?id={ENTRY.replace('/', '%2F')}")
    for run, own in numbers["runs"].items():
        figures = ask(compare, f"figures().models.get('{run}') ?? null")
        if figures:
            assert own["protocol"] == "tvsum"
            assert figures["mean"] == pytest.approx(own["f1"], abs=1e-4)
            if own["coverage"]:
                assert figures["coverage"] == pytest.approx(own["coverage"]["f1"], abs=1e-6)
    assert ask(compare, "figures().people.leave_one_out") == pytest.approx(
        numbers["band"]["leave_one_out"]["f1"], abs=1e-6
    )
    assert ask(compare, "figures().people.closest") == pytest.approx(numbers["band"]["closest"]["f1"], abs=1e-6)


def test_every_model_figure_stands_in_the_human_band_with_its_protocol(compare) -> None:
    table = compare.locator(".mc-numbers tbody")
    assert compare.locator("[data-slot='protocol']").inner_text() == "protocol tvsum"
    for row in table.locator("tr.model").all():
        assert row.locator(".mc-bandpic circle").count() == 1
        assert "Protocol tvsum" in row.locator("th").get_attribute("title")
    labels = " ".join(table.locator("th").all_inner_texts())
    for figure in (
        "pairwise",
        "leave-one-out",
        "oracle",
        "best other person",
        "best sample",
        "best person",
        "two differ by",
    ):
        assert figure in labels
    for figure in (r"Noise, \d+ curves", "best curve", "one sample"):
        assert re.search(figure, labels)
    apart = table.locator("tr.model ~ tr.sub", has_text="two differ by").first.locator("th")
    assert "antithetic pairs" in apart.get_attribute("title")
    for row in table.locator("tr.human, tr.sub, tr.noise").all():
        assert len(row.locator("th").get_attribute("title")) > 30


def test_a_cell_of_the_matrix_selects_the_cut_and_pins_the_person(compare) -> None:
    compare.keyboard.press("w")
    matrix = compare.locator(".mc-matrix")
    people = compare.locator(".mc-names button").count()
    rows = matrix.locator("tbody tr")
    assert matrix.locator("thead th").count() == people + 1
    cell = rows.nth(2).locator("td button").nth(3)
    chosen = cell.get_attribute("data-cell")
    cell.click()
    assert ask(compare, "selected()") == chosen
    pinned = compare.locator(".mc-names button[aria-pressed='true']")
    assert pinned.get_attribute("data-person") == cell.get_attribute("data-with")
    before = matrix.inner_text()
    compare.get_by_role("button", name="τ", exact=True).click()
    assert matrix.inner_text() != before
    # Everybody whose tau is defined has a best sample: somebody who said the same everywhere has none.
    defined = matrix.locator("tbody tr").first.locator("td button:not([title*='Undefined'])").count()
    assert defined >= people - 1
    assert matrix.locator("td.best").count() >= defined


def test_next_disagreement_can_be_of_people_of_samples_and_of_models(compare) -> None:
    who = compare.get_by_label("Whose disagreement")
    found = {}
    for name in ("people", "samples", "models"):
        who.select_option(name)
        found[name] = ask(compare, "peaks()")
        assert found[name], name
        compare.locator(".mc-scroll").focus()
        compare.keyboard.press("0")
        compare.evaluate("window.manycut.player.seek(0)")
        compare.keyboard.press("n")
        first = next(peak for peak in found[name] if peak > 0)
        compare.wait_for_function(f"Math.abs(window.manycut.player.time() - {first}) < 0.05")
    assert found["people"] != found["models"]
    compare.keyboard.press("Shift+N")
    assert who.input_value() == "people"


def test_playing_a_cut_shows_the_place_in_it_and_loops_by_choice(compare) -> None:
    compare.wait_for_function("document.querySelector('video').readyState > 2")
    compare.locator("[data-strip='mean'] button").first.click()
    cut = next(strip for strip in ask(compare, "strips()") if strip["id"] == "mean")
    start, end = cut["seconds"][0]["start"], cut["seconds"][-1]["end"]
    length = sum(clip["end"] - clip["start"] for clip in cut["seconds"])
    compare.keyboard.press("o")
    assert compare.get_by_role("button", name="Loop").get_attribute("aria-pressed") == "true"
    compare.keyboard.press("p")
    compare.wait_for_function("window.manycut.player.playing()")
    compare.wait_for_function("/^Average 0:0\\d/.test(document.querySelector('.mc-mode').textContent)")
    assert f"/ 0:0{int(length + 1e-6)}" in compare.locator(".mc-mode").inner_text()
    # Near the end it begins again instead of stopping.
    compare.evaluate(f"window.manycut.player.video.currentTime = {end - 0.3}")
    compare.wait_for_function(f"window.manycut.player.time() < {start + 2} && window.manycut.player.playing()")
    compare.keyboard.press("o")
    compare.evaluate(f"window.manycut.player.video.currentTime = {end - 0.3}")
    compare.wait_for_function("!window.manycut.player.playing()")
    assert ask(compare, "time()") == pytest.approx(end, abs=0.2)


def test_any_strip_plays_by_its_own_button(compare) -> None:
    compare.wait_for_function("document.querySelector('video').readyState > 2")
    strip = compare.locator(".mc-strip").nth(8)
    strip.get_by_role("button").first.hover()
    strip.get_by_role("button", name="Play the cut of").click()
    compare.wait_for_function("window.manycut.player.playing()")
    assert ask(compare, "selected()") == strip.get_attribute("data-strip")
    cut = next(one for one in ask(compare, "strips()") if one["id"] == strip.get_attribute("data-strip"))
    assert ask(compare, "time()") >= cut["segments"][0][0] / 25 - 0.05


def figures_of_strips(page) -> dict[str, list[str]]:
    return page.evaluate("""() => Object.fromEntries([...document.querySelectorAll('.mc-strip')].map((strip) =>
      [strip.dataset.strip, [...strip.querySelectorAll('.mc-figures b')].map((node) => node.textContent)]))""")


def table_row(page, label: str) -> list[str]:
    return page.locator(".mc-numbers tbody tr", has=page.get_by_text(label, exact=True)).locator("td").all_inner_texts()


def test_each_strip_says_how_well_it_agrees_with_the_people_as_the_table_does(page, server) -> None:
    held: list = []
    page.route("**/api/numbers*", lambda route: held.append(route))
    page.goto(f"{server.url}/compare?entry={ENTRY}")
    page.wait_for_selector(READY)
    page.wait_for_function("window.manycut.player.figures()")
    places = (
        "[...document.querySelectorAll('.mc-strip, .mc-strip > *, .mc-cuts header > *')].map((node) => node.offsetTop)"
    )
    before = page.evaluate(places)
    assert not any(tau for _, tau in figures_of_strips(page).values())
    held[0].continue_()
    page.wait_for_function("document.querySelector('.mc-figures b:last-child').textContent")
    assert page.evaluate(places) == before  # nothing moves when they come
    for percent in (15, 40):
        set_budget(page, percent)
        page.wait_for_function("document.querySelector('#player').dataset.solving !== 'true'")
        strips = figures_of_strips(page)
        run = next(name.removesuffix(":mean") for name in strips if name.startswith("run:") and name.endswith(":mean"))
        for strip, label in (("mean", "oracle"), (f"{run}:mean", "SummDiff (demo)")):
            tau, _, f1 = table_row(page, label)[:3]
            assert strips[strip] == [f"{float(f1):.0f}", tau], (percent, strip)
        assert all(f1 and tau for f1, tau in strips.values())
    single = [float(tau.replace("−", "-")) for name, (_, tau) in strips.items() if name.startswith(f"{run}:")][1:]
    assert np.mean(single) == pytest.approx(float(table_row(page, "one sample")[0]), abs=0.011)
    page.locator(f"[data-strip='{run}:mean'] button").first.click()
    said = page.locator("[data-slot='with-people']").inner_text()
    assert re.fullmatch(r"F1 [\d.]+ % · chance [\d.]+ % at 15 % · τ −?[\d.]+ · chance −?[\d.]+", said)
    assert said in page.locator(f"[data-strip='{run}:mean'] button").first.get_attribute("title")
