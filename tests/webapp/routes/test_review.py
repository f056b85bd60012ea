"""The REST of the Review page over a real library: who sees what, and what leads can do."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from starlette.testclient import TestClient

from core.data.timebase import Timebase
from core.labelling.events import Event
from webapp.jobs import perform
from webapp.server import build_app, build_rest

FIRST, SECOND = "talks/first", "talks/second"
RATED = [int(value) for value in "312454132211345543215432112345"]
# Three who agree but for a few shots, and one who says the opposite.
PEOPLE = {
    "Ada": RATED,
    "Bo": [5 if shot % 7 == 0 else value for shot, value in enumerate(RATED)],
    "Cy": [1 if shot % 9 == 0 else value for shot, value in enumerate(RATED)],
    "Di": [6 - value for value in RATED],
}


@pytest.fixture
def videos(library, make_entry, tmp_path):
    """Two entries with a video each; nobody of a dataset has judged them."""
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not looked at here")
    library.entries.add(
        "talks", [dataclasses.replace(make_entry(one, people=0), video=film) for one in (FIRST, SECOND)]
    )
    return library


@pytest.fixture
def client(videos):
    with TestClient(build_rest(videos)) as browser:
        yield browser


def judge(client, name, entry, values, submit=True):
    """One person rates shots of an entry; returns the task."""
    client.post("/api/me", json={"name": name})
    task = client.post("/api/task", json={"entry": entry}).json()["task"]
    events = [
        {"client": name, "seq": i + 1, "kind": "rate", "shot": i, "value": value, "at": 1000 * (i + 1)}
        for i, value in enumerate(values)
    ]
    events += [{"client": name, "seq": 1000, "kind": "submit", "at": 10**6}] if submit else []
    answer = client.post("/api/task/events", json={"task": task, "events": events})
    assert answer.status_code == 200, answer.text
    client.post("/api/me", json={"name": None})
    return task


def get(client, path, **params):
    answer = client.get(f"/api/review/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(client, path, **body):
    return client.post(f"/api/review/{path}", json=body)


def computed(client, library, **asked):
    job = post(client, "agreement", **asked).json()["job"]
    perform(library, job)
    return get(client, "agreement", **asked)


def test_an_empty_library_says_so_everywhere(client):
    board = get(client, "board")
    assert (board["videos"], board["people"], board["tasks"], board["labelled"]) == ([], [], [], False)
    nothing = dict.fromkeys(("videos", "people", "submitted", "open", "skipped", "excluded", "seen"), 0)
    assert get(client, "pace") == {"hours": [], "left": None, "days": 56, "board": nothing}
    assert get(client, "trail")["decisions"] == []
    assert get(client, "people") == {"people": [], "closed": False, "sign_on": False}
    assert get(client, "assignments")["assignments"] == []
    assert get(client, "disputed")["rows"] == []
    assert get(client, "agreement")["result"] is None


def test_the_board_shows_who_is_how_far(client):
    judge(client, "Ada", FIRST, [5, 3, 1])
    task = judge(client, "Grace", FIRST, [4], submit=False)
    board = get(client, "board")
    assert [video["id"] for video in board["videos"]] == [FIRST]
    assert board["people"] == ["Ada", "Grace"]
    assert sorted(cell[:7] for cell in board["tasks"]) == [
        [0, 0, task - 1, "submitted", 3, 30, False],
        [0, 1, task, "open", 1, 30, False],
    ]


def test_the_board_of_an_assignment_has_its_videos_and_its_protocol_only(client):
    judge(client, "Ada", FIRST, [5, 3, 1])  # under the standard protocol
    keyshots = next(one for one in get(client, "assignments")["protocols"] if one["kind"] == "keyshots")
    made = post(client, "assignments", title="Cuts", protocol=keyshots["id"], entries=[FIRST, SECOND]).json()
    board = get(client, "board", assignment=made["assignment"])
    assert [video["id"] for video in board["videos"]] == [FIRST, SECOND]
    assert board["videos"][0]["places"][0]["wanted"] == 3
    assert board["tasks"] == []
    assert get(client, "board", dataset="elsewhere")["videos"] == []


def test_labels_and_submissions_are_counted_by_the_hour(client):
    judge(client, "Ada", FIRST, [5, 3, 1])
    judge(client, "Grace", SECOND, [4], submit=False)
    hours = get(client, "pace")["hours"]
    assert (sum(hour[1] for hour in hours), sum(hour[2] for hour in hours)) == (4, 1)
    assert sum(hour[1] for hour in get(client, "pace", dataset="elsewhere")["hours"]) == 0


def test_a_take_is_one_label_however_many_samples_it_has(client):
    client.post("/api/me", json={"name": "Ada"})
    task = client.post("/api/task", json={"entry": FIRST, "protocol": "continuous"}).json()["task"]
    traces = [
        {"client": "a", "seq": n, "kind": "trace", "shot": 0, "at": n, "data": {"samples": [[n, 0.5], [n + 0.5, 0.6]]}}
        for n in range(1, 6)
    ]
    assert client.post("/api/task/events", json={"task": task, "events": traces}).status_code == 200
    assert sum(hour[1] for hour in get(client, "pace")["hours"]) == 1
    client.post("/api/me", json={"name": None})
    assert len(get(client, "task", id=task)["labels"]["curve"]) == 10


def test_a_task_tells_how_it_was_worked_on(client):
    task = judge(client, "Ada", FIRST, [3] * 30)
    shown = get(client, "task", id=task)
    assert (shown["name"], shown["state"], shown["excluded"]) == ("Ada", "submitted", None)
    assert shown["labels"]["ratings"][1] == [pytest.approx(2.0), pytest.approx(4.0), 3]
    assert "30 equal ratings in a row" in shown["quality"]["remarks"]
    assert [step["kind"] for step in shown["trail"]] == ["submit"]
    assert client.get("/api/review/task", params={"id": 99}).status_code == 404


def test_excluding_needs_a_reason_counts_no_more_and_can_be_taken_back(client, videos):
    task = judge(client, "Ada", FIRST, [5, 3, 1])
    assert post(client, "decide", task=task, kind="exclude", reason="  ").status_code == 400
    assert post(client, "decide", task=task, kind="exclude", reason="pressed one key").status_code == 200
    assert videos.people.of_entry(FIRST) is None
    assert post(client, "decide", task=task, kind="exclude", reason="again").status_code == 409
    client.post("/api/me", json={"name": "Lea"})
    assert post(client, "decide", task=task, kind="restore", reason="looked again").status_code == 200
    assert post(client, "decide", task=task, kind="reopen", reason="the last shots").status_code == 200
    assert get(client, "task", id=task)["state"] == "open"
    decisions = get(client, "trail")["decisions"]
    assert [(one["kind"], one["by"], one["reason"], one["name"], one["entry"]) for one in decisions] == [
        ("reopen", "Lea", "the last shots", "Ada", FIRST),
        ("restore", "Lea", "looked again", "Ada", FIRST),
        ("exclude", "lead", "pressed one key", "Ada", FIRST),
    ]


def test_a_lead_is_whoever_decides_and_not_whose_client_id_begins_like_one(client):
    task = judge(client, "Ada", FIRST, [5, 3, 1])
    client.post("/api/me", json={"name": "Ada"})
    sent = {"client": "lead-1", "seq": 1, "kind": "reopen", "data": {"text": "once more"}, "role": "lead"}
    assert client.post("/api/task/events", json={"task": task, "events": [sent]}).status_code == 200
    assert get(client, "trail")["decisions"] == []
    client.post("/api/me", json={"name": "Lea"})
    assert post(client, "decide", task=task, kind="exclude", reason="asleep").status_code == 200
    steps = get(client, "task", id=task)["trail"]
    assert [(step["kind"], step["by"], step["lead"], step["text"]) for step in steps] == [
        ("exclude", "Lea", True, "asleep"),
        ("reopen", "Ada", False, "once more"),
        ("submit", "Ada", False, ""),
    ]


def test_whoever_judges_a_video_sees_neither_its_labels_nor_its_agreement(client, videos):
    tasks = [judge(client, name, FIRST, values) for name, values in (("Ada", [5, 3, 1] * 10), ("Bo", [4, 3, 2] * 10))]
    judge(client, "Ada", SECOND, [5, 3, 1] * 10)
    judge(client, "Bo", SECOND, [1, 3, 5] * 10)
    open_to_all = computed(client, videos)
    assert all(row["statistics"] for row in open_to_all["result"]["figures"]["per_entry"])
    judge(client, "Cy", FIRST, [3], submit=False)
    client.post("/api/me", json={"name": "Cy"})
    first, second = get(client, "agreement")["result"]["figures"]["per_entry"]
    assert (first["statistics"], first["why"]) == (None, "you are judging this video")
    assert second["statistics"]
    assert client.get("/api/review/task", params={"id": tasks[0]}).status_code == 403
    rows = {row["id"]: row for row in get(client, "disputed")["rows"]}
    assert (rows[FIRST]["disagreement"], rows[FIRST]["why"]) == (None, "you are judging this video")
    assert rows[SECOND]["disagreement"] is not None
    assert "krippendorff" not in client.get("/api/jobs").text  # the list of jobs is open to everybody
    assert client.get("/api/review/agreement", params={"entry": FIRST}).status_code == 403


def test_agreement_has_limits_a_matrix_and_who_stands_apart(client, videos):
    for name, values in PEOPLE.items():
        judge(client, name, FIRST, values)
    answer = computed(client, videos, people="own", dataset="talks")
    assert answer["computed"]
    (row,) = answer["result"]["figures"]["per_entry"]
    alpha = row["statistics"]["krippendorff_alpha_ordinal"]
    assert alpha["low"] <= alpha["value"] <= alpha["high"]
    assert answer["result"]["matrix"]["names"] == ["Ada", "Bo", "Cy", "Di"]
    assert answer["result"]["standings"][0]["name"] == "Di"
    assert get(client, "agreement", people="own")["result"] is None  # asked for something else
    with_nobody = computed(client, videos, people="own", entry=SECOND)
    assert "two people" in with_nobody["failed"]["message"]


def test_numbered_people_of_a_dataset_are_not_compared_across_videos(client, videos, make_entry):
    videos.entries.add("field", [make_entry("field/a"), make_entry("field/b")])
    across = computed(client, videos, people="dataset", dataset="field")["result"]
    assert (across["numbered"], across["matrix"], across["standings"]) == (6, None, [])
    assert across["figures"]["overall"]["pairwise_kendall"]["value"] is not None
    one = computed(client, videos, people="dataset", entry="field/a")["result"]
    assert (one["numbered"], len(one["matrix"]["names"])) == (0, 3)


def test_an_assignment_is_made_handed_out_widened_and_closed(client):
    assert post(client, "assignments", title="First round", protocol=99).status_code == 404
    protocols = get(client, "assignments")["protocols"]
    assert {one["name"] for one in protocols} == {"shot-ratings", "keyshots", "continuous"}
    standard = next(one for one in protocols if one["kind"] == "shot-ratings")
    made = post(client, "assignments", title="First round", protocol=standard["id"], people=2, dataset="talks").json()
    assert made["videos"] == 2
    client.post("/api/me", json={"name": "Ada"})
    assert client.post("/api/task/next").json()["task"]
    (row,) = get(client, "assignments")["assignments"]
    assert (row["wanted"], row["submitted"], row["held"], row["closed"]) == (4, 0, 1, None)
    assert post(client, "want", assignment=row["id"], entry=SECOND, people=5).status_code == 200
    places = {one["id"]: one["places"] for one in get(client, "disputed", assignment=row["id"])["rows"]}
    assert places[SECOND][0]["wanted"] == 5
    assert post(client, "want", assignment=row["id"], entry=SECOND, people=0).status_code == 400
    assert post(client, "assignments/close", assignment=row["id"]).status_code == 200
    assert get(client, "assignments")["assignments"][0]["closed"]


def test_a_changed_protocol_becomes_a_new_version(client):
    settings = {"kind": "shot-ratings", "scale": [1, 2, 3], "labels": {"1": "no", "3": "yes"}, "watch": 0.5}
    made = post(client, "assignments", title="Three steps", name="shot-ratings", settings=settings, entries=[FIRST])
    assert made.json()["protocol"] == "shot-ratings v2"
    wrong = post(client, "assignments", title="x", name="y", settings={"scale": [3]}, entries=[FIRST])
    assert wrong.status_code == 400
    assert "scale" in wrong.json()["error"]["message"]


def test_the_log_of_another_installation_is_joined(client, videos, tmp_path):
    from storage.export import export_labels

    judge(client, "Ada", FIRST, [5, 3, 1])
    log = tmp_path / "events.jsonl"
    export_labels(videos, log, format="events")
    answer = client.post("/api/review/join", params={"name": "theirs.jsonl"}, content=log.read_bytes())
    assert answer.status_code == 202
    perform(videos, answer.json()["job"])
    job = client.get("/api/job", params={"id": answer.json()["job"]}).json()
    assert (job["state"], job["result"]["tasks"], job["result"]["new_events"]) == ("done", 1, 0)
    assert not list((videos.data_dir / "uploads").iterdir())
    refused = client.post("/api/review/join", content=b"a,b,c\n1,2,3\n")
    assert refused.status_code == 400
    assert not list((videos.data_dir / "uploads").iterdir())


def test_people_get_links_and_lose_them(client):
    first = post(client, "people/invite", name="Ada", role="annotator")
    assert first.status_code == 409  # somebody must lead
    key = post(client, "people/invite", name="Lea", role="lead").json()["key"]
    assert client.get("/api/me").json() | {"library": ""} == {
        "annotator": "Lea", "library": "", "closed": True, "role": "lead", "signed_on": False,
    }  # fmt: skip
    ada = post(client, "people/invite", name="Ada").json()["key"]
    assert [(one["name"], one["role"], one["invited"]) for one in get(client, "people")["people"]] == [
        ("Ada", "annotator", True),
        ("Lea", "lead", True),
    ]
    client.get("/enter", params={"key": ada})
    assert client.get("/api/review/people").status_code == 403
    client.get("/enter", params={"key": key})
    assert post(client, "people/revoke", name="Ada").status_code == 200
    assert post(client, "people/revoke", name="Lea").status_code in (200, 409)


def test_nothing_of_the_library_stands_in_the_page(videos):
    with TestClient(build_app(videos)) as whole:
        judge(whole, "Somebody Special", FIRST, [5])
        page = whole.get("/review")
    assert page.status_code == 200
    assert "Somebody Special" not in page.text
    assert "Title of" not in page.text


def test_labels_are_shown_at_the_moments_they_are_about_also_at_a_varying_frame_rate(videos, client):
    even = videos.entries.get(FIRST)
    times = np.arange(even.n_frames) + 1500 * (np.arange(even.n_frames) >= 100)  # one frame is shown for very long
    uneven = Timebase.from_times(times, Fraction(1, 30), int(times[-1]) + 1)
    videos.entries.add("talks", [dataclasses.replace(even, timebase=uneven)], replace=True)
    task = videos.annotations.open_task(videos.annotations.get_or_create_annotator("Ada"), FIRST)
    videos.annotations.record_events(task.id, [Event("tab", 1, "rate", 1, 4)])
    shown = get(client, "task", id=task.id)["labels"]["ratings"][1]
    assert shown == [*(pytest.approx(float(moment)) for moment in uneven.seconds(task.shots.bounds[1])), 4]
