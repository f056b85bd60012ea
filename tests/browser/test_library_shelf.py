"""The Library page as a place: finding, tagging, collecting, renaming, removing, bringing back; also by keys alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from core.data import ScoreTrack
from storage.library import Library
from tests.browser.conftest import Server, free_port
from tests.browser.pages import fetch_json, post_json
from tests.conftest import entry_of

pytestmark = pytest.mark.browser

READY = "#library[data-ready=true]"
TALKS = ["Harbour at night", "Harbour at noon", "Bee keeping", "Market day", "Polar lights"]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    """A server of this file's own: five talks that people judged and one film that nobody did."""
    running = Server(tmp_path_factory.mktemp("shelf") / "data", free_port())
    with Library.open(running.data_dir) as library:
        talks = [entry_of(f"talks/talk-{n}", title=title) for n, title in enumerate(TALKS)]
        about = {"label": "Talks", "source": "Recorded here", "licence": "CC BY 4.0"}
        library.entries.add("talks", talks, **about)
        library.entries.add("films", [entry_of("films/night", people=0, title="Night train")], label="Films")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def shelf(page, server):
    """Opens the page with a query and waits for it; afterwards everything that was removed is back."""

    def opened(query=""):
        page.goto(f"{server.url}/library{query}")
        page.wait_for_selector(READY, timeout=30_000)
        return page

    yield opened
    for one in fetch_json(server, "/api/library/trash")["things"]:
        post_json(server, "/api/library/restore", {"what": [f"{one['kind']}:{one['id']}"]})


def titles(page):
    return page.locator(".mc-shelf-list [role=option] b")


def place(page, name):
    return page.locator(".mc-shelf-nav a", has_text=name)


def marked(page):
    return page.locator(".mc-shelf-title h2")


def told(page):
    return page.locator("#library .mc-told")


def test_entries_are_found_by_typing_and_by_filters_and_the_address_keeps_it(shelf):
    page = shelf()
    expect(titles(page)).to_have_text([*TALKS, "Night train"])
    page.keyboard.press("/")
    page.keyboard.type("night")
    expect(titles(page)).to_have_text(["Harbour at night", "Night train"])
    page.get_by_label("People", exact=True).select_option("no")
    expect(titles(page)).to_have_text(["Night train"])
    assert "search=night&people=no" in page.url
    page.get_by_role("button", name="List").click()
    page.reload()
    page.wait_for_selector(READY, timeout=30_000)
    expect(titles(page)).to_have_text(["Night train"])
    expect(page.locator(".mc-shelf-row")).to_have_count(1)
    page.get_by_role("button", name="Clear search and filters").click()
    page.locator(".mc-shelf-heads").get_by_role("button", name="Title").click()
    expect(titles(page).first).to_have_text("Bee keeping")
    place(page, "Films").click()
    expect(titles(page)).to_have_text(["Night train"])
    page.go_back()
    expect(titles(page)).to_have_count(6)
    page.get_by_label("Search entries").fill("nowhere")
    expect(page.get_by_text("No entry matches “nowhere”")).to_be_visible()


def test_a_data_set_says_where_it_came_from_and_is_removed_and_brought_back(shelf):
    page = shelf("?dataset=talks")
    expect(page.locator(".mc-shelf-group").first).to_contain_text("Source: Recorded here · Licence: CC BY 4.0")
    page.get_by_role("button", name="Add a note…").click()
    page.keyboard.type("Ask before publishing.")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".mc-note")).to_have_text("Ask before publishing.")
    page.get_by_role("button", name="Remove", exact=True).first.click()
    expect(told(page)).to_contain_text("“Talks” removed with 5 entries.")
    expect(titles(page)).to_have_text(["Night train"])
    told(page).get_by_role("button", name="Undo").click()
    expect(titles(page)).to_have_count(6)
    expect(place(page, "Talks")).to_contain_text("5")


def test_adding_videos_asks_for_files_at_once(shelf):
    page = shelf()
    page.locator("#adding[data-ready=true]").wait_for()
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Add videos").click()
    assert asked.value.is_multiple()
    expect(page.get_by_role("button", name="Choose a folder")).to_be_in_viewport()


def test_an_entry_is_renamed_in_its_place_and_is_so_after_reloading(shelf):
    page = shelf("?search=bee")
    expect(marked(page)).to_have_text("Bee keeping")
    page.locator(".mc-shelf-list").focus()
    page.keyboard.press("F2")
    page.keyboard.type("Bees & keepers")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["Bees & keepers"])
    page.locator(".mc-shelf-note textarea").fill("Begins late.")
    page.locator(".mc-shelf-list").focus()
    expect(told(page)).to_contain_text("Note kept.")
    page.reload()
    page.wait_for_selector(READY, timeout=30_000)
    expect(marked(page)).to_have_text("Bees & keepers")
    expect(page.locator(".mc-shelf-note textarea")).to_have_value("Begins late.")
    page.locator(".mc-shelf-list").focus()
    page.keyboard.press("F2")
    page.keyboard.type("Bee keeping")
    page.keyboard.press("Escape")
    expect(marked(page)).to_have_text("Bees & keepers")


def test_several_are_selected_tagged_found_by_the_tag_and_it_is_taken_back(shelf):
    page = shelf()
    expect(titles(page)).to_have_count(6)
    page.locator("[data-place='1']").click()
    page.locator("[data-place='3']").click(modifiers=["Shift"])
    page.locator("[data-place='5'] .mc-tick").click()
    expect(page.get_by_text("4 selected")).to_be_visible()
    page.get_by_role("button", name="Tag…").click()
    page.keyboard.type("Season 1")
    page.keyboard.press("Enter")
    expect(place(page, "season 1")).to_contain_text("4")
    place(page, "season 1").click()
    expect(titles(page)).to_have_count(4)
    assert "tag=season+1" in page.url
    page.keyboard.press("Control+z")
    expect(page.get_by_text("No entry has the tag “season 1”")).to_be_visible()
    expect(place(page, "season 1")).to_have_count(0)


def test_a_tag_is_renamed_and_made_one_with_another_only_when_that_is_said(shelf, server):
    tagged = {"nite": ["talks/talk-0", "talks/talk-1"], "night": ["talks/talk-1"]}
    for tag, entries in tagged.items():
        post_json(server, "/api/library/tag", {"entry": entries, "add": [tag]})
    page = shelf("?tag=nite")
    for name in ("dusk", "night"):
        page.get_by_role("button", name="Rename…").click()
        page.get_by_label("Name", exact=True).fill(name)
        page.keyboard.press("Enter")
        if name == "dusk":
            expect(page.locator(".mc-shelf-group h2")).to_have_text("dusk")
            expect(place(page, "nite")).to_have_count(0)
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("1 entry has it already")
    asked.get_by_role("button", name="Make one of both").click()
    expect(page.locator(".mc-shelf-group h2")).to_have_text("night")
    expect(place(page, "night")).to_contain_text("2")
    expect(place(page, "dusk")).to_have_count(0)
    post_json(server, "/api/library/tag", {"entry": tagged["nite"], "remove": ["night"]})


def test_everything_is_done_with_keys_alone(shelf):
    page = shelf("?view=list")
    expect(titles(page)).to_have_count(6)
    press = page.keyboard.press
    press("/")
    page.keyboard.type("o")
    press("Enter")
    press("Control+a")
    expect(page.get_by_text("3 selected")).to_be_visible()
    press("/")
    press("Delete")
    press("ArrowDown")
    expect(titles(page)).to_have_count(6)
    press("ArrowDown")
    press("Space")
    press("Shift+ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_have_count(2)
    press("c")
    page.keyboard.type("Pilot")
    press("Enter")
    expect(place(page, "Pilot")).to_contain_text("2")
    press("Delete")
    expect(told(page)).to_contain_text("2 entries removed.")
    expect(titles(page)).to_have_count(4)
    press("Control+z")
    expect(titles(page)).to_have_count(6)
    press("Control+a")
    expect(page.get_by_text("6 selected")).to_be_visible()
    press("Escape")
    press("End")
    expect(marked(page)).to_have_text("Night train")
    press("g")
    press("ArrowDown")
    press("ArrowDown")
    press("ArrowDown")
    press("F2")
    page.keyboard.type("Pilot study")
    press("Enter")
    expect(place(page, "Pilot study")).to_be_visible()
    press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press("Escape")
    page.locator(".mc-shelf-list").focus()
    press("Home")
    press("Enter")
    page.wait_for_url(re.compile("entry=talks/talk-0"), wait_until="commit")


def test_the_trash_says_why_something_stays_brings_back_and_empties(shelf, server):
    with Library.open(server.data_dir) as library:
        library.entries.add("spare", [entry_of("spare/one", people=0), entry_of("spare/two", people=0)], label="Spare")
        ada = library.annotations.get_or_create_annotator("Ada")
        library.annotations.open_task(ada, "spare/two")
    page = shelf("?dataset=spare")
    expect(titles(page)).to_have_count(2)
    page.keyboard.press("Control+a")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.keyboard.press("Delete")
    expect(page.get_by_text("Nothing is here")).to_be_visible()
    place(page, "Trash").click()
    line = page.get_by_role("row", name="Title of spare/two")
    expect(line).to_contain_text("Stays: people labelled it")
    line.get_by_role("button", name="Restore").click()
    expect(told(page)).to_contain_text("“Title of spare/two” is back.")
    page.get_by_role("button", name="Empty the trash…").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    place(page, "All entries").click()
    expect(titles(page)).to_have_count(7)


def test_what_cannot_be_had_is_said_and_tried_again(shelf):
    page = shelf("?dataset=films")
    page.route("**/api/picker*", lambda route: route.abort())
    place(page, "All entries").click()
    expect(page.get_by_text("The server cannot be reached")).to_be_visible()
    page.unroute("**/api/picker*")
    page.locator("#library").get_by_role("button", name="Try again").click()
    expect(titles(page).first).to_be_visible()


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_nothing_is_wider_than_the_page(shelf, width):
    page = shelf("?dataset=talks")
    page.set_viewport_size({"width": width, "height": 844})
    page.locator("[data-place='0'] .mc-tick").click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("[data-place='0'] b").click()
    expect(marked(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_several_entries_are_opened_one_after_the_other_and_several_runs_beside_each_other(shelf, server) -> None:
    with Library.open(server.data_dir) as library:
        length = len(library.entries.get("talks/talk-0").picks)
        tracks = [
            ScoreTrack(
                "SummDiff", "summdiff", "c1", "test-6", np.full((n, length), 0.5, np.float32), 3, {"steps": 10.0}
            )
            for n in (2, 4)
        ]
        first, second = (library.runs.add("talks/talk-0", track).id for track in tracks)
    page = shelf("?dataset=talks")
    page.locator("[data-entry='talks/talk-0']").click()
    runs = page.locator(".mc-shelf-runs")
    for box in runs.get_by_role("checkbox").all():
        box.check()
    row = runs.locator("tbody tr", has_text="samples")
    expect(row.locator("td")).to_have_text(["2", "4"])
    runs.get_by_text("settings the same").click()
    assert "SummDiff" in runs.locator("details").inner_text()
    compared = runs.get_by_role("link", name="Compare these runs").get_attribute("href")
    assert parse_qs(urlsplit(compared).query) == {
        "entry": ["talks/talk-0"],
        "run": [f"run:{first}"],
        "over": [f"run:{first}~run:{second}"],
    }

    page.keyboard.press("Escape")
    for key in ("talk-0", "talk-2", "talk-3"):
        page.locator(f"[data-entry='talks/{key}']").click(modifiers=["Control"])
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_url(re.compile("entry=talks/talk-0"), wait_until="commit")
    among = page.locator("[data-node=within]")
    expect(among).to_have_text("1 of 3 selected", timeout=30_000)
    page.locator("[data-step='1']").click()
    expect(among).to_have_text("2 of 3 selected", timeout=30_000)
    page.wait_for_url(re.compile("entry=talks/talk-2"), wait_until="commit")
    page.reload()
    expect(among).to_have_text("2 of 3 selected", timeout=30_000)
