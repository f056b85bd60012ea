"""Joining two installations: nothing is lost, nothing is there twice, nothing is taken half."""

from __future__ import annotations

import json
import shutil
import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, true

from core.data.timebase import Timebase
from core.errors import ConflictError, FormatError
from core.labelling.events import Event
from core.labelling.protocols import STANDARD, Protocol
from storage.database import reading
from storage.export import export_labels
from storage.library import Library
from storage.merging import join_events
from storage.search import Wanted
from storage.tables import EventRow, TaskRow

ENTRIES = ("talks/first", "talks/second")


@pytest.fixture
def other(tmp_path):
    """Another installation."""
    with Library.open(tmp_path / "other") as opened:
        yield opened


@pytest.fixture
def both(library, other, make_entry):
    """Two installations with the same entries; Ada rated in the first and Bob in the second."""
    for one, name in ((library, "Ada"), (other, "Bob")):
        one.entries.add("talks", [make_entry(entry, people=0) for entry in ENTRIES])
        judge(one, name, ENTRIES[0], [Event(name, 0, "rate", 0, 5), Event(name, 1, "submit")])
    return library, other


def judge(library, name, entry, events, protocol=None, practice=False):
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator(name), entry, protocol, practice)
    annotations.record_events(task.id, events)
    return task


def log_of(library, path):
    return export_labels(library, path, format="events").file


def states(library):
    """What every task amounts to, by person, entry and protocol."""
    return {
        (one.task.annotator.pseudonym, one.task.entry, str(one.task.protocol)): one.state
        for one in library.labels.matching(true())
    }


def rows(library):
    """Everything about tasks and events that a join may change."""
    with reading(library.engine) as session:
        tasks = session.execute(select(TaskRow.id, TaskRow.state, TaskRow.judged, TaskRow.touched)).all()
        return tasks, session.scalar(select(func.count()).select_from(EventRow))


def test_another_installation_gets_everything(both, tmp_path):
    here, there = both
    joined = join_events(there, log_of(here, tmp_path / "log.jsonl"))
    assert (joined.tasks, joined.events, joined.new_events, joined.people) == (1, 2, 2, 1)
    assert joined.skipped == ()
    assert joined.parted == 0
    assert len(states(there)) == 2
    assert states(here).items() <= states(there).items()
    ada = here.annotations.annotator("Ada")
    assert there.annotations.annotator(ada.pseudonym).pseudonym == ada.pseudonym
    assert there.annotations.annotator("Ada") is None
    assert there.entries.summary(ENTRIES[0]).annotators == 2
    assert [one.state for one in there.board.progress()] == ["submitted"] * 2
    recorded = [[at for _, at in one.annotations.recorded(task)] for one, task in ((here, 1), (there, 2))]
    assert recorded[0] == recorded[1]


def test_lists_count_those_who_came(both, tmp_path):
    here, there = both
    join_events(there, log_of(here, tmp_path / "log.jsonl"))
    found = there.search.find(Wanted(people=True))
    assert found.total == 1


def test_the_same_again_changes_nothing(both, tmp_path):
    here, there = both
    log = log_of(here, tmp_path / "log.jsonl")
    join_events(there, log)
    before = rows(there)
    again = join_events(there, log)
    assert (again.tasks, again.events, again.new_events) == (1, 2, 0)
    assert rows(there) == before
    own = log_of(there, tmp_path / "own.jsonl")
    assert join_events(there, own).new_events == 0
    assert rows(there) == before


def test_entries_that_are_not_here_are_left_out(both, make_entry, tmp_path):
    here, there = both
    here.entries.add("trips", [make_entry("trips/only", people=0)])
    judge(here, "Cy", "trips/only", [Event("t", 0, "rate", 0, 1)])
    joined = join_events(there, log_of(here, tmp_path / "log.jsonl"))
    assert joined.skipped == ("trips/only",)
    assert (joined.tasks, joined.people) == (1, 1)
    assert len(states(there)) == 2  # and Cy was not added
    assert there.annotations.annotator(here.annotations.annotator("Cy").pseudonym) is None


def test_another_video_under_the_same_id_is_refused(both, make_entry, tmp_path):
    here, there = both
    shorter = make_entry(ENTRIES[0], people=0, timebase=Timebase(Fraction(24), 1441))
    there.entries.add("talks", [shorter], replace=True)
    before = rows(there)
    with pytest.raises(ConflictError, match="1440 frames there and 1441 here"):
        join_events(there, log_of(here, tmp_path / "log.jsonl"))
    assert rows(there) == before


def test_other_rates_matter_to_continuous_ratings_only(both, make_entry, tmp_path):
    here, there = both
    faster = make_entry(ENTRIES[1], people=0, timebase=Timebase(Fraction(25), 1440))
    there.entries.add("talks", [faster], replace=True)
    judge(here, "Ada", ENTRIES[1], [Event("t", 0, "rate", 0, 1)])
    assert join_events(there, log_of(here, tmp_path / "log.jsonl")).tasks == 2
    trace = Event("t", 0, "trace", 0, data={"samples": [[0.0, 0.5]]})
    judge(here, "Ada", ENTRIES[1], [trace], here.annotations.protocols.standard("continuous"))
    with pytest.raises(ConflictError, match="frames a second"):
        join_events(there, log_of(here, tmp_path / "log.jsonl"))


def test_other_shots_are_refused(both, make_entry, tmp_path):
    here, there = both
    log = log_of(here, tmp_path / "log.jsonl")
    join_events(there, log)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    task = next(line for line in lines if line.get("type") == "task")
    task["shots"] = [[0, 720], [720, 1440]]
    log.write_text("\n".join(map(json.dumps, lines)) + "\n")
    with pytest.raises(ConflictError, match="other shots"):
        join_events(there, log)
    task["shots"], task["practice"] = [[n, n + 48] for n in range(0, 1440, 48)], True
    log.write_text("\n".join(map(json.dumps, lines)) + "\n")
    with pytest.raises(ConflictError, match="practice there and not here"):
        join_events(there, log)


def test_events_that_differ_are_all_reported_before_anything_is_taken(both, tmp_path):
    here, there = both
    log = log_of(here, tmp_path / "log.jsonl")
    join_events(there, log)
    judge(here, "Ada", ENTRIES[1], [Event("t", 0, "rate", 0, 1)])
    changed = log_of(here, log).read_text().replace('"value":5', '"value":4').replace('"submit"', '"redo"')
    log.write_text(changed)
    before = rows(there)
    with pytest.raises(ConflictError, match=r"Event 0 of client 'Ada' .* and 1 more are different"):
        join_events(there, log)
    assert rows(there) == before


def test_a_damaged_file_changes_nothing(both, tmp_path):
    here, there = both
    judge(here, "Cy", ENTRIES[1], [Event("t", 0, "rate", 0, 1)])
    log = log_of(here, tmp_path / "log.jsonl")
    log.write_bytes(log.read_bytes()[:-60])
    before, people = rows(there), there.annotations.annotator(here.annotations.annotator("Ada").pseudonym)
    with pytest.raises(FormatError, match="line"):
        join_events(there, log)
    assert rows(there) == before
    assert people is there.annotations.annotator(here.annotations.annotator("Ada").pseudonym) is None


def test_a_protocol_that_says_something_else_becomes_a_new_version_once(both, tmp_path):
    here, there = both
    saved = {}
    for library, hz in ((here, 10), (there, 60)):
        how = library.annotations.protocols.save("ours", Protocol(kind="continuous", hz=hz))
        trace = Event("t", 0, "trace", 0, data={"samples": [[0.0, 0.5]]})
        judge(library, "Di", ENTRIES[1], [trace], how)
        saved[hz] = how.settings
    log = log_of(here, tmp_path / "log.jsonl")
    for _ in range(2):
        join_events(there, log)
        versions = [one for one in there.annotations.protocols.list() if one.name == "ours"]
        assert [(one.version, one.settings.hz) for one in versions] == [(2, 10), (1, 60)]
    join_events(here, log_of(there, tmp_path / "back.jsonl"))
    versions = [one for one in here.annotations.protocols.list() if one.name == "ours"]
    assert [(one.version, one.settings.hz) for one in versions] == [(2, 60), (1, 10)]
    assert len(states(here)) == len(states(there)) == 4


def test_somebody_here_may_be_called_like_a_pseudonym(both, tmp_path):
    here, there = both
    pseudonym = here.annotations.annotator("Ada").pseudonym
    there.annotations.get_or_create_annotator(pseudonym)
    join_events(there, log_of(here, tmp_path / "log.jsonl"))
    assert there.annotations.annotator(f"{pseudonym} (2)").pseudonym == pseudonym


def test_decisions_of_leads_travel_without_their_names(both, tmp_path):
    here, there = both
    here.annotations.decide(1, "exclude", "Grace Hopper", "slept")
    log = log_of(here, tmp_path / "log.jsonl")
    assert "Grace" not in log.read_text()
    join_events(there, log)
    (task,) = there.labels.matching(TaskRow.excluded)
    assert task.state.excluded == "slept"
    ((decided, _),) = there.board.trail()
    assert (decided.role, decided.actor, decided.data) == ("lead", "lead", {"text": "slept"})
    assert join_events(here, log_of(there, tmp_path / "back.jsonl")).new_events == 2  # Bob's; no conflict about who
    assert here.board.trail()[0][0].actor == "Grace Hopper"


def test_whose_events_are_whose_is_the_same_after_a_join(both, tmp_path):
    here, there = both
    judge(here, "Ada", ENTRIES[1], [Event("lead-1", 0, "note"), Event("lead-1", 1, "reopen")])
    join_events(there, log_of(here, tmp_path / "log.jsonl"))
    pseudonym = here.annotations.annotator("Ada").pseudonym
    assert [(event.role, event.actor) for event in there.annotations.events(3)] == [("annotator", pseudonym)] * 2
    assert [event.actor for event in here.annotations.events(2)] == ["Ada"] * 2
    assert there.board.trail() == []


def test_a_log_of_before_roles_is_joined_and_nothing_is_there_twice(both, tmp_path):
    here, there = both
    here.annotations.decide(1, "exclude", "Grace Hopper", "slept")
    log = log_of(here, tmp_path / "log.jsonl")
    log.write_text(log.read_text().replace(',"role":"annotator"', "").replace(',"role":"lead"', ""))
    for one, new in ((there, 3), (there, 0), (here, 0)):
        assert join_events(one, log).new_events == new
    assert [(event.kind, event.actor) for event, _ in there.board.trail()] == [("exclude", "lead")]


def test_where_both_went_on_ours_come_first(both, tmp_path):
    here, there = both
    task = judge(here, "Cy", ENTRIES[1], [Event("start", 0, "rate", 0, 1)])
    join_events(there, log_of(here, tmp_path / "log.jsonl"))
    same = there.annotations.annotator(here.annotations.annotator("Cy").pseudonym)
    there_task = judge(there, same.name, ENTRIES[1], [Event("b", n, "rate", n, 4) for n in (1, 2)])
    judge(here, "Cy", ENTRIES[1], [Event("a", n, "rate", n, 2) for n in (2, 3)])
    joined = join_events(there, log_of(here, tmp_path / "log.jsonl"))
    assert joined.parted == 1
    order = [(event.client, event.seq) for event in there.annotations.events(there_task.id)]
    assert order == [("start", 0), ("b", 1), ("b", 2), ("a", 2), ("a", 3)]
    assert there.annotations.state(there_task.id).ratings == {0: 1, 1: 4, 2: 2, 3: 2}
    joined = join_events(here, log_of(there, tmp_path / "log.jsonl"))
    assert (joined.parted, here.annotations.state(task.id).ratings) == (1, {0: 1, 1: 4, 2: 4, 3: 2})
    assert join_events(here, log_of(there, tmp_path / "log.jsonl")).parted == 0


# Properties


@pytest.fixture
def apart(library, make_entry, tmp_path):
    """Folders of two installations that were joined when two people had begun all kinds of tasks."""
    library.entries.add("talks", [make_entry(entry, people=0) for entry in ENTRIES])
    for kind in STANDARD:
        for name in ("Ada", "Bob"):
            for entry in ENTRIES:
                judge(library, name, entry, [Event("start", 0, "note")], library.annotations.protocols.standard(kind))
    log = log_of(library, tmp_path / "log.jsonl")
    library.close()
    with Library.open(tmp_path / "there") as there:
        there.entries.add("talks", [make_entry(entry, people=0) for entry in ENTRIES])
        join_events(there, log)
    return library.data_dir, tmp_path / "there"


EVENTS = {
    "shot-ratings": st.builds(
        lambda kind, shot, value: {"kind": kind, "shot": shot, "value": value if kind == "rate" else None},
        st.sampled_from(["rate", "rate", "clear"]),
        st.integers(0, 3),
        st.integers(1, 5),
    ),
    "keyshots": st.builds(
        lambda kind, number, start: {"kind": kind, "shot": number, "data": {"start": start, "end": start + 40}},
        st.sampled_from(["mark", "mark", "unmark"]),
        st.integers(0, 2),
        st.integers(0, 1400),
    ),
    "continuous": st.builds(
        lambda take, samples: {"kind": "trace", "shot": take, "data": {"samples": samples}},
        st.integers(0, 2),
        st.lists(st.tuples(st.floats(0, 60), st.floats(0, 1)).map(list), min_size=1, max_size=3),
    ),
}
OTHERS = st.sampled_from(["undo", "redo", "submit", "reopen", "skip", "position"]).map(
    lambda kind: {"kind": kind, "t": 3.0, "data": {"text": "why"} if kind == "skip" else None}
)
# Which of the twelve tasks, and what was done to it.
DONE = st.lists(
    st.integers(0, 11).flatmap(
        lambda task: st.tuples(st.just(task), EVENTS[tuple(STANDARD)[task // 4]] | OTHERS | OTHERS)
    ),
    max_size=30,
)


def do(library, side, done):
    """Carries out what was done, as far as it can be."""
    for seq, (task, event) in enumerate(done):
        try:
            library.annotations.record_events(task + 1, [Event(side, seq, at=seq, **event)])
        except ConflictError:
            continue  # a label of a submitted task


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=DONE, here_has=st.sets(st.integers(0, 11)))
@pytest.mark.sqlite
def test_joined_both_ways_both_have_the_same_labels(apart, done, here_has):
    """Where each person goes on with a task in one place at a time; and a join twice is a join once."""
    with tempfile.TemporaryDirectory() as folder:
        here_dir, there_dir = (shutil.copytree(path, Path(folder) / path.name) for path in apart)
        with Library.open(here_dir) as here, Library.open(there_dir) as there:
            do(here, "here", [one for one in done if one[0] in here_has])
            do(there, "there", [one for one in done if one[0] not in here_has])
            log = log_of(here, Path(folder) / "log.jsonl")
            first = join_events(there, log)
            once = rows(there), states(there)
            assert join_events(there, log).new_events == 0
            assert (rows(there), states(there)) == once
            second = join_events(here, log_of(there, log))
            assert first.parted == second.parted == 0
            assert states(here) == states(there)
            assert rows(here)[1] == rows(there)[1]


def test_whose_labels_a_program_made_stays_simulated_in_every_library_and_export(both, tmp_path):
    here, there = both
    log = log_of(here, tmp_path / "log.jsonl")
    marked = log.read_text("utf-8").replace('"type":"annotator",', '"type":"annotator","simulated":true,')
    log.write_text(marked, "utf-8")
    join_events(there, log)
    people = there.people.of_entry(ENTRIES[0])
    assert people.simulated == tuple(name != "Bob" for name in people.annotators)
    assert sum(people.simulated) == 1
    exported = log_of(there, tmp_path / "again.jsonl")
    assert exported.read_text("utf-8").count('"simulated":true') == 1
