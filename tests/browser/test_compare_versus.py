"""A against B on one key, and a blind preference study of six pairs by one person from its link to the win rates."""

from __future__ import annotations

import pytest

from tests.browser.pages import ask, fetch_json, open_compare, post_json

pytestmark = pytest.mark.browser
ENTRIES = ["demo/harbour-day", "demo/space-coast"]
MADE_BY = ("signal", "mean", "Average", "Signal", "novelty", "motion")


EMPTY = """
async () => {
  const { emptyShare } = await import('/assets/player/test/compare/versus_cuts.mjs');
  const empty = [[0, 1, 2000, 4000], [5, 6, 9000, 12000]];
  return [emptyShare([[0, 4], [5, 10], [20, 21]], empty), emptyShare([[5, 6]], empty), emptyShare([], empty)];
}
"""


def cut_shown(page) -> str:
    return page.get_attribute(".mc-versus-lane button[aria-pressed=true]", "data-play")


def watch(page, letter: str) -> None:
    """Enough of a cut, four times as fast as it plays."""
    done = f"document.querySelector('.mc-versus-lane:has([data-play={letter}]) progress').value >= 1"
    for _ in range(5):
        page.locator(f"[data-play={letter}]").click()
        page.evaluate("document.querySelector('.mc-study video').playbackRate = 4")
        page.wait_for_function(f"{done} || document.querySelector('.mc-study video').paused", timeout=20_000)
        if page.evaluate(done):
            return
    raise AssertionError(f"{letter} was not watched")


def test_two_cuts_play_on_one_key_from_the_same_place_and_the_vote_is_kept(page, server) -> None:
    open_compare(page, server, ENTRIES[0])
    page.locator("[data-strip='mean'] button").first.click()
    page.locator(".mc-scroll").focus()
    page.keyboard.press("x")
    page.wait_for_selector(".mc-versus:not([hidden]) .mc-versus-track span")
    assert (cut_shown(page), ask(page, "playing()")) == ("a", True)
    page.locator("[data-versus='b']").select_option("signal:novelty")
    assert cut_shown(page) == "b"
    strips = {one["id"]: one for one in ask(page, "strips()")}
    inside = strips["mean"]["seconds"][-1]["start"] + 0.4
    page.locator(".mc-scroll").focus()
    ask(page, f"seek({inside})")
    page.keyboard.press("x")
    now = ask(page, "time()")
    assert cut_shown(page) == "a"
    assert abs(now - inside) < 1, "the same moment, which is in A"
    page.keyboard.press("x")
    now, clips = ask(page, "time()"), strips["signal:novelty"]["seconds"]
    nearest = next((one for one in clips if one["end"] > inside + 0.05), clips[0])
    assert nearest["start"] - 0.1 <= now < nearest["end"] + 0.5, "the same moment, or the next clip that B has"
    assert ask(page, "selected()") == "signal:novelty"
    assert "of it alone" in page.inner_text("[data-facts=a]")
    assert page.locator(".mc-versus-track .only-a").count()
    assert page.locator(".mc-versus-track .only-b").count()
    assert page.evaluate(EMPTY) == [pytest.approx(0.3), 0, None]
    page.get_by_role("button", name="dull", exact=True).click()
    page.locator(".mc-scroll").focus()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_text("Saved.", exact=True).wait_for()
    (vote,) = fetch_json(server, "/api/preferences/votes")["votes"]
    assert (vote["a"], vote["b"], vote["verdict"], vote["reasons"]) == ("mean", "signal:novelty", "a", ["dull"])
    page.get_by_label("Blind").check()
    page.wait_for_selector("#player.mc-blind")
    assert not [word for word in MADE_BY if word in page.inner_text(".mc-versus")]
    assert page.get_by_role("button", name="Save vote").is_disabled()
    page.keyboard.press("Escape")
    assert page.locator(".mc-versus").is_hidden()
    assert page.locator("#player.mc-blind").count() == 0


def test_one_person_compares_six_pairs_blind_and_review_says_who_wins(page, server) -> None:
    couples = ["mean~signal:novelty", "mean~signal:motion", "signal:novelty~signal:motion"]
    page.request.post(f"{server.url}/api/me", data={"name": "Vera"})
    page.request.get(f"{server.url}/api/tasks")  # from then on she is known
    asked = {"title": "Boats or fireworks?", "couples": couples, "entry": ENTRIES, "budget": 0.05, "asked": ["Vera"]}
    study = post_json(server, "/api/preferences/studies", asked)["study"]
    page.goto(f"{server.url}/annotate")
    card = page.locator(f"[data-study='{study}']")
    card.wait_for()
    assert card.inner_text().startswith("Compare pairs: Boats or fireworks?\n\n6 of 6 pairs left")
    answers = []
    page.on("response", lambda one: answers.append(one) if "/api/" in one.url and "/me" not in one.url else None)
    card.get_by_role("button", name="Compare").click()
    page.wait_for_selector("#annotator[data-view=study][data-ready=true]")
    for number in range(6):
        page.wait_for_selector(f".mc-study[data-done='{number}']")
        page.wait_for_function("document.querySelector('.mc-study video').readyState >= 2")
        assert not [word for word in MADE_BY if word in page.inner_text("#annotator")]
        page.keyboard.press("1")
        assert page.get_by_role("button", name="Save vote").is_disabled(), "nothing was watched yet"
        page.evaluate("document.querySelector('.mc-study video').muted = true")
        for letter in "ab":
            watch(page, letter)
        page.get_by_role("button", name="too jumpy").click()
        page.keyboard.press("Enter")
    page.get_by_text("You have compared all of them.").wait_for()
    assert len(page.locator(".mc-versus-over li").all()) == 6
    told = [one.text() for one in answers if "/api/preferences" in one.url][:-2]
    assert len(told) >= 11
    assert not [word for word in MADE_BY for text in told if word in text], "before the last vote"
    figures = fetch_json(server, f"/api/preferences/figures?study={study}")
    assert (figures["votes"], figures["people"], figures["blind"], len(figures["sources"])) == (6, 1, 6, 3)
    page.goto(f"{server.url}/annotate")
    page.wait_for_selector("#annotator[data-view=queue][data-ready=true]")
    assert not page.locator("[data-study]").count()
    page.goto(f"{server.url}/review?section=preferences&study={study}")
    studies = page.get_by_role("region", name="Preference studies")
    studies.get_by_text("Vera 6 of 6").wait_for()
    assert studies.get_by_role("link", name="Its link").get_attribute("href").endswith(f"/compare?study={study}")
    page.get_by_role("region", name="Win rates").get_by_text("Average of people").wait_for()
    assert page.get_by_text("a coin 50 %").count()
