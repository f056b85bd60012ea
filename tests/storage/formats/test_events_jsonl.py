"""The log of events as a file: complete, nameless, and refused as a whole where anything about it is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import FormatError, NotFoundError
from core.labelling.events import Event
from core.labelling.protocols import CONTINUOUS, KEYSHOTS, SHOT_RATINGS
from storage.formats.events_jsonl import (
    SCHEMA,
    LoggedProtocol,
    TaskLog,
    is_event_log,
    read_events,
    write_events,
)

NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)
HOW = {"rate": LoggedProtocol("shot-ratings", 1, SHOT_RATINGS), "mark": LoggedProtocol("Kürzung", 3, KEYSHOTS)}
HOW["trace"] = LoggedProtocol("continuous", 1, CONTINUOUS)


def log(kind="rate", annotator="annotator-1", entry="talks/first", events=(), **changes):
    values = {
        "annotator": annotator,
        "entry": entry,
        "n_frames": 1440,
        "fps": Fraction(30000, 1001),
        "protocol": HOW[kind],
        "shots": ((0, 48), (48, 96), (96, 1440)),
        "practice": False,
        "created": NOON,
        "events": [(event, NOON) for event in events],
    }
    return TaskLog(**(values | changes))


OF_KIND = {
    "rate": st.builds(
        lambda shot, value: {"kind": "rate", "shot": shot, "value": value}, st.integers(0, 2), st.integers(1, 5)
    ),
    "mark": st.builds(
        lambda number, start, length: {"kind": "mark", "shot": number, "data": {"start": start, "end": start + length}},
        st.integers(0, 5),
        st.integers(0, 1000),
        st.integers(1, 400),
    ),
    "trace": st.builds(
        lambda take, samples: {"kind": "trace", "shot": take, "data": {"samples": samples}},
        st.integers(0, 5),
        st.lists(st.tuples(st.floats(0, 60), st.floats(0, 1)).map(list), min_size=1, max_size=5),
    ),
}
ANY = st.one_of(
    st.sampled_from(["undo", "redo", "submit", "reopen", "position"]).map(lambda kind: {"kind": kind, "t": 1.5}),
    st.text(max_size=20).map(lambda text: {"kind": "note", "data": {"text": text}}),
    st.text(max_size=20).map(
        lambda text: {"kind": "exclude", "data": {"text": text}, "role": "lead", "actor": "Grace Hopper"}
    ),
)


@st.composite
def logs(draw):
    found = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(sorted(OF_KIND)), max_size=4))):
        parts = draw(st.lists(OF_KIND[kind] | ANY, max_size=6))
        client = draw(st.sampled_from(["tab", "Fenster ä"]))
        events = [Event(client, seq, at=1_700_000_000_000 + seq, **one) for seq, one in enumerate(parts)]
        found.append(
            log(
                kind,
                f"annotator-{number % 2}",
                f"talks/{number}",
                events,
                practice=number == 1,
                simulated=number % 2 == 1,
            )
        )
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_logs=logs())
def test_what_is_written_is_read(tmp_path, given_logs):
    path = tmp_path / "events.jsonl"
    assert write_events(given_logs, path) == (len(given_logs), sum(len(one.events) for one in given_logs))
    found = list(read_events(path))
    wanted = [
        TaskLog(
            **(vars(one) | {"events": [(replace(event, actor=event.actor and "lead"), at) for event, at in one.events]})
        )
        for one in given_logs
    ]
    assert found == wanted
    assert b"Grace" not in path.read_bytes()


def test_the_lines_are_as_documented(tmp_path):
    path = tmp_path / "events.jsonl"
    write_events([log(events=[Event("tab", 0, "rate", 1, 5, 2.5, 17)]), log(entry="talks/second")], path)
    header, *lines = (json.loads(line) for line in path.read_text().splitlines())
    assert header["schema"] == SCHEMA
    assert [line["type"] for line in lines] == ["protocol", "annotator", "task", "event", "task", "end"]
    assert lines[0]["settings"] == SHOT_RATINGS.as_dict()
    assert lines[2]["fps"] == "30000/1001"
    assert lines[3] == {
        "type": "event",
        "task": 1,
        "client": "tab",
        "seq": 0,
        "kind": "rate",
        "shot": 1,
        "value": 5,
        "t": 2.5,
        "at": 17,
        "data": None,
        "role": "annotator",
        "recorded": "2026-01-31T12:00:00.123456+00:00",
    }
    assert lines[-1] == {"type": "end", "tasks": 2, "events": 1}


def test_a_decision_is_told_as_earlier_versions_read_it(tmp_path):
    """They know it by the beginning of its client id, and who made it by its data."""
    path = tmp_path / "events.jsonl"
    decision = Event("lead-1", 1, "exclude", data={"text": "asleep"}, role="lead", actor="Grace Hopper")
    write_events([log(events=[replace(decision, client="tab", role="annotator", kind="note"), decision])], path)
    note, decided = (json.loads(line) for line in path.read_text().splitlines()[4:6])
    assert (note["role"], note["data"]) == ("annotator", {"text": "asleep"})
    assert (decided["role"], decided["client"], decided["data"]) == ("lead", "lead-1", {"by": "lead", "text": "asleep"})
    assert "Grace" not in path.read_text()


def test_a_log_of_before_roles_tells_decisions_by_their_client_id(tmp_path):
    path = tmp_path / "events.jsonl"
    said = {"by": "lead", "text": "asleep"}
    events = [Event("lead-1", 1, "exclude", data=said), Event("lead-2", 1, "note"), Event("tab", 1, "reopen")]
    write_events([log(events=events)], path)
    path.write_text(path.read_text().replace(',"role":"annotator"', ""))
    (found,) = read_events(path)
    assert [event for event, _ in found.events] == [
        Event("lead-1", 1, "exclude", data={"text": "asleep"}, role="lead", actor="lead"),
        *events[1:],
    ]


def test_a_client_id_that_begins_like_a_leads_stays_an_annotators(tmp_path):
    path = tmp_path / "events.jsonl"
    write_events([log(events=[Event("lead-1", 1, "reopen")])], path)
    (found,) = read_events(path)
    assert [event.role for event, _ in found.events] == ["annotator"]


@pytest.mark.parametrize("role", ['"boss"', "null", "[]"])
def test_a_role_that_there_is_not_is_refused(written, role):
    written.write_text(written.read_text().replace('"role":"annotator"', f'"role":{role}', 1))
    with pytest.raises(FormatError, match="as role"):
        list(read_events(written))


@pytest.fixture
def written(tmp_path):
    """A file of two tasks with three events."""
    path = tmp_path / "events.jsonl"
    events = [Event("tab", 0, "rate", 0, 1), Event("tab", 1, "rate", 1, 2)]
    write_events([log(events=events), log("mark", entry="talks/second", events=[Event("tab", 0, "submit")])], path)
    return path


@pytest.mark.parametrize("bytes_left", [0, 1, 60, 300, 0.5, 0.9, -1.0, "lines"])
def test_a_file_that_was_cut_off_is_refused(written, bytes_left):
    whole = written.read_bytes()
    if bytes_left == "lines":  # at the end of a line, where every line for itself is fine
        cut = whole[: whole.rindex(b"\n", 0, -1) + 1]
    elif bytes_left == -1.0:
        cut = whole[:-2]
    else:
        cut = whole[: int(bytes_left if isinstance(bytes_left, int) else bytes_left * len(whole))]
    written.write_bytes(cut)
    line = cut.count(b"\n") + 1
    with pytest.raises(FormatError, match=f"{written.name}: line {line} "):
        list(read_events(written))


def changed(number, **values):
    """Replaces parts of the line with this number, counted from 1."""

    def change(lines):
        lines[number - 1] = json.dumps({**json.loads(lines[number - 1]), **values})

    return change


def moved(source, target):
    return lambda lines: lines.insert(target - 1, lines.pop(source - 1))


def again(number):
    return lambda lines: lines.insert(number, lines[number - 1])


# 1 header, 2 protocol, 3 annotator, 4 task, 5 and 6 events, 7 protocol, 8 task, 9 event, 10 end
@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (changed(1, schema="manycut-events-9"), 1, "schema"),
        (lambda lines: lines.__setitem__(4, "{"), 5, "complete JSON"),
        (lambda lines: lines.__setitem__(4, "[]"), 5, "JSON object"),
        (lambda lines: lines.__setitem__(4, "[" * 100_000), 5, "JSON"),
        (changed(5, data={"text": "\ud800"}), 5, "JSON"),
        (changed(5, type="rumour"), 5, "should be a protocol"),
        (changed(2, settings={"kind": "vote"}), 2, "vote"),
        (changed(2, settings=None), 2, "settings"),
        (again(2), 3, "again"),
        (moved(3, 4), 3, "not given before"),
        (changed(4, version=2), 4, "not given before"),
        (changed(4, task=2), 4, "task 1"),
        (changed(4, entry=""), 4, "entry"),
        (changed(4, n_frames=0), 4, "n_frames"),
        (changed(4, n_frames=100), 4, "shots"),
        (changed(4, shots=[[5, 3]]), 4, "shots"),
        (changed(4, shots=None), 4, "shots"),
        (changed(4, fps="many"), 4, "fps"),
        (changed(4, practice=1), 4, "practice"),
        (changed(4, created="yesterday"), 4, "created"),
        (changed(4, created="2026-01-31T12:00:00"), 4, "created"),
        (changed(5, task=2), 5, "follow its task"),
        (moved(5, 4), 4, "follow its task"),
        (changed(5, kind=["rate"]), 5, "usable event"),
        (changed(5, shot=3), 5, "Shot 3"),
        (changed(5, value=6), 5, "scale"),
        (changed(5, kind="mark"), 5, "shot-ratings"),
        (changed(5, kind="submit", value="x"), 5, "value"),
        (changed(5, client=7), 5, "client"),
        (changed(5, recorded=None), 5, "recorded"),
        (again(5), 6, "again"),
        (changed(8, entry="talks/first", protocol="shot-ratings", version=1), 8, "again"),
        (changed(10, events=4), 10, "missing"),
        (again(10), 11, "after the end"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(written, change, line, words):
    lines = written.read_text().splitlines()
    change(lines)
    written.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(FormatError, match=rf"line {line} .*{words}") as caught:
        list(read_events(written))
    assert "\n" not in caught.value.message


def test_empty_lines_between_and_after_the_others_are_nothing(written):
    before = list(read_events(written))
    written.write_text(written.read_text().replace("\n", "\r\n\r\n") + "\n \n", encoding="utf-8")
    assert list(read_events(written)) == before


def test_other_files_are_told_apart(written, tmp_path):
    assert is_event_log(written)
    assert is_event_log(written.rename(tmp_path / "renamed.txt"))
    (tmp_path / "table.csv").write_text("a,b\n")
    assert not is_event_log(tmp_path / "table.csv")
    assert not is_event_log(tmp_path)
    with pytest.raises(NotFoundError):
        list(read_events(tmp_path / "none.jsonl"))
    (tmp_path / "picture.jsonl").write_bytes(b"\xff\xd8\xff\n")
    with pytest.raises(FormatError, match="line 1"):
        list(read_events(tmp_path / "picture.jsonl"))
