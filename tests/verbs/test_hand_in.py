"""Handing in a mended cut: what its author says of the video, in the log like everything that people label."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.errors import ConflictError, InputError
from core.labelling.events import Event
from storage.library import Library
from tests.conftest import entry_of
from verbs.export import ExportRequest, export
from verbs.hand_in import HandInRequest, hand_in
from verbs.mend import MendCutRequest, mend_cut

ENTRY = "talks/first"


@pytest.fixture(scope="module")
def talks(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("handing-in") / "data") as library:
        library.entries.add("talks", [entry_of(ENTRY)])
        yield library


def mend(library: Library, **choices):
    return mend_cut(library, MendCutRequest.of(entry=ENTRY, **choices))


def row_of(library: Library, name: str) -> np.ndarray:
    people = library.people.of_entry(ENTRY)
    return people.scores[people.annotators.index(name)]


def expected(made) -> np.ndarray:
    """1 in the cut, 0 where it is forbidden, else nothing."""
    frames = np.full(1440, np.nan, np.float32)
    for start, end in made.forbidden:
        frames[start:end] = 0
    for start, end in made.segments:
        frames[start:end] = 1
    return frames[::12]


def test_the_cut_is_worth_1_what_was_forbidden_0_and_the_rest_is_not_judged(talks):
    made = mend(talks, keep="600-660", split="630", forbid="0-120,700-760", by="Ada")
    done = hand_in(talks, HandInRequest(cut=made.id))
    assert (done.by, done.entry, done.marked, done.left_out) == ("Ada", ENTRY, len(made.segments), 2)
    scores = row_of(talks, "Ada")
    np.testing.assert_array_equal(scores, expected(made))
    assert set(scores[~np.isnan(scores)]) == {0, 1}
    assert np.isnan(scores).any()
    state = talks.annotations.state(done.task)
    assert (state.submitted, sorted(state.marks.values())) == (True, made.segments)
    people = talks.people.of_entry(ENTRY)
    summary = people.summaries[people.annotators.index("Ada")]
    assert summary.sum() == sum(end - start for start, end in made.segments)


def test_what_was_handed_in_again_takes_the_place_of_what_was_before(talks):
    made = mend(talks, keep="600-660", forbid="0-120", by="Bob")
    first = hand_in(talks, HandInRequest(cut=made.id))
    events = talks.annotations.count_events(first.task)
    assert hand_in(talks, HandInRequest(cut=made.id)) == first
    assert talks.annotations.count_events(first.task) == events, "nothing changed, so nothing was written"
    made = mend(talks, cut=made.id, forbid="840-960", free="0-120", budget=0.06)
    assert hand_in(talks, HandInRequest(cut=made.id)).task == first.task
    np.testing.assert_array_equal(row_of(talks, "Bob"), expected(made))
    assert talks.annotations.state(first.task).submitted


def test_a_cut_without_anything_forbidden_says_nothing_of_the_rest(talks):
    made = mend(talks, keep="600-660", by="Cleo")
    hand_in(talks, HandInRequest(cut=made.id))
    scores = row_of(talks, "Cleo")
    assert set(scores[~np.isnan(scores)]) == {1}


def test_what_somebody_marked_by_hand_is_never_replaced(talks):
    made = mend(talks, by="Dora")
    dora = talks.annotations.annotator("Dora")
    task = talks.annotations.open_task(dora, ENTRY, talks.annotations.protocols.standard("keyshots"))
    talks.annotations.record_events(task.id, [Event("tab", 1, "mark", 0, data={"start": 0, "end": 24})])
    with pytest.raises(ConflictError, match="has marked parts of 'talks/first' already"):
        hand_in(talks, HandInRequest(cut=made.id))
    assert talks.annotations.count_events(task.id) == 1


def test_only_whoever_mended_a_cut_hands_it_in(talks):
    own, nobodys = mend(talks, by="Emil"), mend(talks)
    with pytest.raises(ConflictError, match="is of Emil"):
        hand_in(talks, HandInRequest(cut=own.id, by="Fay"))
    with pytest.raises(InputError, match="Nobody is named"):
        hand_in(talks, HandInRequest(cut=nobodys.id))
    assert hand_in(talks, HandInRequest(cut=nobodys.id, by="Fay")).by == "Fay"


def test_the_log_says_that_others_were_seen_before(talks):
    for source, seen in (("mean", True), ("signal:motion", False)):
        if source.startswith("signal"):
            entry = entry_of("talks/silent", people=0, signals={"motion": np.linspace(0, 1, 120).astype(np.float32)})
            talks.entries.add("talks", [entry])
            made = mend_cut(talks, MendCutRequest(entry="talks/silent", source=source, by="Gus"))
        else:
            made = mend(talks, source=source, by="Gus")
        task = hand_in(talks, HandInRequest(cut=made.id)).task
        assert any(event.kind == "seen" for event in talks.annotations.events(task)) == seen


def test_exports_and_the_command_carry_it_like_other_labels(talks, tmp_path):
    made = mend(talks, keep="600-660", forbid="0-120", by="Hana")
    data = ["--data-dir", str(talks.data_dir)]
    done = CliRunner().invoke(app, ["hand-in", str(made.id), *data])
    assert f"Hana judged {ENTRY} by mended:{made.id}" in done.output
    made_file = export(talks, ExportRequest(format="events", out=tmp_path / "events.jsonl", entry=ENTRY))
    lines = [json.loads(line) for line in made_file.file.read_text().splitlines()]
    told = talks.annotations.annotator("Hana").pseudonym
    assert told in json.dumps(lines)
    assert any('"worth": 0' in json.dumps(line) for line in lines)
