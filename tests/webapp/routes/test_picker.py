"""What the entry picker is answered, and what the page opens with."""

from __future__ import annotations

import numpy as np
import pytest
from starlette.testclient import TestClient

from core.video.thumbnails import write_sprite
from webapp.pages.compare import first
from webapp.server import build_rest


@pytest.fixture
def shelf(library, make_entry, tmp_path):
    sheet = tmp_path / "sheet.jpg"
    write_sprite([np.full((72, 128, 3), 20 * n, np.uint8) for n in range(12)], np.arange(12), sheet)
    library.entries.add("talks", [make_entry(f"talks/{n:03d}", title=f"Talk {n}") for n in range(4)])
    library.entries.add("films", [make_entry("films/a b&c", people=0, title="Über <b>", thumbnails=sheet)])
    return library


@pytest.fixture
def ask(shelf):
    with TestClient(build_rest(shelf)) as browser:
        yield lambda **query: browser.get("/api/picker", params=query)


def test_a_page_says_what_matches_of_how_many_and_what_can_be_filtered(ask):
    answer = ask(search="TALKS/", limit=2, offset=1).json()
    assert (answer["total"], answer["of"], answer["place"]) == (4, 5, None)
    assert [entry["id"] for entry in answer["entries"]] == ["talks/001", "talks/002"]
    assert [(group["id"], group["entries"]) for group in answer["datasets"]] == [("talks", 4), ("films", 1)]
    assert [group["id"] for group in answer["categories"]] == ["talk"]
    assert "datasets" not in ask(groups=False).json()


def test_a_line_has_what_the_list_shows(ask):
    (film,) = ask(dataset="films").json()["entries"]
    assert film["title"] == "Über <b>"
    assert (film["people"], film["disagreement"], film["video"], film["duration"]) == (0, None, False, 60.0)
    sheet = film["thumbnails"]
    assert (sheet["count"], sheet["columns"]) == (12, 10)
    assert "times" not in sheet
    talk = ask(dataset="talks", limit=1).json()["entries"][0]
    assert talk["thumbnails"] is None
    assert 0 < talk["disagreement"] < 0.5


def test_thumbnails_are_found_at_the_address_that_is_given(shelf):
    with TestClient(build_rest(shelf)) as browser:
        (film,) = browser.get("/api/picker", params={"dataset": "films"}).json()["entries"]
        assert browser.get(film["thumbnails"]["url"]).headers["content-type"] == "image/jpeg"


def test_filters_take_yes_and_no(ask):
    assert ask(people="no").json()["total"] == 1
    assert ask(people="yes").json()["total"] == 4
    assert ask(video="yes").json()["total"] == 0
    assert ask(disputed="most").json()["total"] == 1


def test_the_place_of_an_entry_is_said_when_it_is_asked_for(ask):
    assert ask(place_of="talks/002", sort="-title").json()["place"] == 2


@pytest.mark.parametrize(
    "query",
    [{"sort": "size"}, {"video": "maybe"}, {"limit": 1000}, {"offset": -1}, {"disputed": "x"}, {"search": "x" * 501}],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(ask, query):
    answer = ask(**query)
    assert answer.status_code == 422
    assert next(iter(query)) in answer.json()["error"]["message"]


def test_the_page_opens_with_the_entry_of_its_address_else_with_the_first(shelf):
    named = {"entry": "films/a-b-c", "title": "Über <b>", "dataset": "films", "duration": 60.0, "rate_assumed": False}
    assert first(shelf, "films/a-b-c") == named
    assert first(shelf, None)["entry"] == "talks/000"
    assert first(shelf, "films/gone") == {"entry": "films/gone"}


def test_an_empty_library_says_so(library):
    assert first(library, None) == {"entry": None}
    with TestClient(build_rest(library)) as browser:
        answer = browser.get("/api/picker").json()
    assert (answer["total"], answer["of"], answer["entries"], answer["datasets"]) == (0, 0, [], [])
