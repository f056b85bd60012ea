"""The REST of the Library page: how a library is ordered, one entry in full, putting things in order, the trash."""

from __future__ import annotations

import numpy as np
import pytest
from starlette.testclient import TestClient

from core import limits
from core.data import ScoreTrack
from webapp.server import build_rest

FIRST, SECOND, FILM = "talks/first", "talks/second", "films/night"


@pytest.fixture
def shelf(library, make_entry):
    about = {"label": "Talks", "source": "Recorded here", "licence": "CC BY 4.0"}
    library.entries.add("talks", [make_entry(FIRST), make_entry(SECOND)], **about)
    library.entries.add("films", [make_entry(FILM, people=0)])
    curves = np.random.default_rng(1).random((4, 120), np.float32)
    library.runs.add(FIRST, ScoreTrack("SummDiff", "summdiff", "c1", "test-6", curves, 3, {"steps": 10}))
    return library


@pytest.fixture
def client(shelf):
    with TestClient(build_rest(shelf)) as browser:
        yield browser


def post(client, path, **body):
    answer = client.post(f"/api/library/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(client, **query):
    return [one["id"] for one in client.get("/api/picker", params=query).json()["entries"]]


def test_an_entry_is_told_in_full_and_without_places(client, shelf):
    answer = client.get("/api/library/entry", params={"id": FIRST})
    told = answer.json()
    assert (told["source"], told["licence"], told["category"]) == ("Recorded here", "CC BY 4.0", "talk")
    assert (told["duration"], told["fps"], told["people"], told["simulated"]) == (60.0, "24/1", 3, 0)
    assert told["features"] == ["test-6"]
    assert told["shots"] == {"kts": 12, "uniform 2 s": 30}
    assert [run["label"] for run in told["runs"]] == ["SummDiff"]
    assert told["judging"] is None
    assert str(shelf.data_dir) not in answer.text


def test_what_models_said_is_not_told_to_somebody_who_judges_the_video(client):
    client.post("/api/me", json={"name": "Ada"})
    task = client.post("/api/task", json={"entry": FIRST}).json()["task"]
    rated = [{"client": "judging", "seq": 0, "kind": "rate", "shot": 0, "value": 1, "at": 1}]
    client.post("/api/task/events", json={"task": task, "events": rated})
    told = client.get("/api/library/entry", params={"id": FIRST}).json()
    assert (told["runs"], told["judging"]) == ([], task)


def test_an_entry_that_is_not_there_is_said_not_to_be(client):
    answer = client.get("/api/library/entry", params={"id": "talks/frist"})
    assert answer.status_code == 404
    assert "Did you mean 'talks/first'?" in answer.json()["error"]["hint"]


def test_the_shelf_counts_data_sets_collections_and_tags(client):
    post(client, "tag", entry=[FIRST, FILM], add=["Night  Market"])
    number = post(client, "collect", collection="Pilot", entry=[FILM])["collection"]
    post(client, "note", what="dataset:talks", text="Ask before publishing.")
    told = client.get("/api/library/shelf").json()
    assert (told["entries"], told["worked"]) == (3, None)
    assert [(one["id"], one["label"], one["entries"]) for one in told["datasets"]] == [
        ("talks", "Talks", 2),
        ("films", "films", 1),
    ]
    assert told["datasets"][0]["note"] == "Ask before publishing."
    assert told["tags"] == [{"label": "night market", "id": "night market", "entries": 2}]
    assert told["collections"] == [{"id": number, "name": "Pilot", "entries": 1, "note": ""}]
    assert found(client, tag="night market") == [FIRST, FILM]
    assert found(client, collection=number) == [FILM]
    assert found(client, tag="night market", dataset="films") == [FILM]


def test_tags_and_collections_say_which_entries_they_changed(client):
    assert post(client, "tag", entry=[FIRST], add=["dark"])["changed"] == [FIRST]
    assert post(client, "tag", entry=[FIRST, SECOND], add=["dark"])["changed"] == [SECOND]
    assert post(client, "tag", entry=[FIRST, FILM], remove=["dark"])["changed"] == [FIRST]
    assert post(client, "collect", collection="Pilot", entry=[FIRST])["changed"] == [FIRST]
    assert post(client, "collect", collection="pilot", entry=[FIRST, FILM])["changed"] == [FILM]
    assert post(client, "collect", collection="Pilot", remove=[FIRST, SECOND])["changed"] == [FIRST]


def test_ids_are_those_that_the_picker_finds_in_its_order(client):
    ids = client.get("/api/library/ids", params={"sort": "-title"}).json()["ids"]
    assert ids == found(client, sort="-title")
    assert client.get("/api/library/ids", params={"sort": "-title", "offset": 1, "limit": 1}).json()["ids"] == ids[1:2]
    assert client.get("/api/library/ids", params={"search": "night"}).json()["ids"] == [FILM]


def test_entries_are_renamed_noted_removed_and_brought_back(client):
    assert post(client, "rename", what=f"entry:{FILM}", name="Night and day")["name"] == "Night and day"
    post(client, "note", what=f"entry:{FILM}", text=" Too dark. ")
    assert client.get("/api/library/entry", params={"id": FILM}).json()["note"] == "Too dark."
    post(client, "remove", what=[f"entry:{FILM}", f"entry:{FIRST}"])
    assert found(client) == [SECOND]
    post(client, "restore", what=[f"entry:{FILM}"])
    assert found(client, search="and day") == [FILM]


def test_of_several_things_of_which_one_is_unknown_none_is_removed(client):
    answer = client.post("/api/library/remove", json={"what": [f"entry:{FIRST}", "entry:talks/none"]})
    assert answer.status_code == 404
    assert len(found(client)) == 3


def test_a_data_set_goes_with_its_entries_and_comes_back(client):
    assert post(client, "remove", what=["dataset:talks"])["entries"] == 2
    assert found(client) == [FILM]
    assert post(client, "restore", what=["dataset:talks"])["entries"] == 2
    assert len(found(client)) == 3


def test_the_trash_says_what_stays_and_why_and_empties(client, shelf):
    task = shelf.annotations.open_task(shelf.annotations.get_or_create_annotator("Ada"), FIRST)
    assert task.entry == FIRST
    post(client, "remove", what=[f"entry:{FIRST}", f"entry:{FILM}"])
    things = client.get("/api/library/trash").json()["things"]
    assert {(one["kind"], one["id"], bool(one["kept"])) for one in things} == {
        ("entry", FIRST, True),
        ("entry", FILM, False),
    }
    emptied = post(client, "trash/empty")
    assert emptied["deleted"] == [f"entry:{FILM}"]
    assert "never deleted" in emptied["kept"][f"entry:{FIRST}"]
    assert client.post("/api/library/restore", json={"what": [f"entry:{FILM}"]}).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("rename", {"what": f"entry:{FIRST}", "name": "x" * (limits.TITLE_CHARS + 1)}),
        ("note", {"what": f"entry:{FIRST}", "text": "x" * (limits.NOTE_CHARS + 1)}),
        ("tag", {"entry": [FIRST], "add": ["x" * (limits.TAG_CHARS + 1)]}),
        ("collect", {"collection": " ", "entry": [FIRST]}),
        ("remove", {"what": []}),
    ],
)
def test_what_is_too_much_or_nothing_is_refused_with_a_sentence(client, path, body):
    answer = client.post(f"/api/library/{path}", json=body)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"].endswith(".")


def test_labels_of_chosen_entries_alone_are_exported(client, shelf, tmp_path):
    from webapp.jobs import perform

    job = client.post("/api/export", json={"format": "csv", "entries": [FIRST, SECOND]}).json()["job"]
    perform(shelf, job)
    assert client.get("/api/job", params={"id": job}).json()["result"]["entries"] == 2
    one = client.post("/api/export", json={"format": "csv", "entries": [FIRST]}).json()["job"]
    perform(shelf, one)
    assert client.get("/api/job", params={"id": one}).json()["result"]["entries"] == 1
    text = client.get("/api/download", params={"job": one}).text
    assert FIRST in text
    assert SECOND not in text
