"""People's labels as a table: every pick of every person comes back from it."""

from __future__ import annotations

import csv
import dataclasses
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase
from core.errors import FormatError, InputError, NotFoundError
from storage.formats.labels_csv import LabelRun, read_labels_csv, write_labels_csv

NAN = float("nan")
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)


@st.composite
def judged_entries(draw):
    """Videos of uneven picks, constant or varying rate, and names with anything in them."""
    n_frames = draw(st.integers(1, 60))
    picks = np.array(sorted(draw(st.sets(st.integers(0, n_frames - 1), min_size=1))))
    names = tuple(draw(st.lists(TEXTS, min_size=1, max_size=3, unique=True)))
    values = st.sampled_from([0.0, 0.2, 1 / 3, 1.0, NAN]) | st.floats(0, 1, width=32)
    scores = [draw(st.lists(values, min_size=len(picks), max_size=len(picks))) for _ in names]
    timebase = Timebase(draw(st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(7, 3)])), n_frames)
    if draw(st.booleans()):
        steps = draw(st.lists(st.integers(1, 9000), min_size=n_frames, max_size=n_frames))
        times = np.cumsum([0, *steps])
        timebase = Timebase.from_times(times[:-1], Fraction(1, 90000), int(times[-1]))
    people = AnnotationSet(names, np.array(scores, np.float32), tuple(draw(TEXTS) for _ in names))
    return Entry(f"a/{draw(TEXTS)}", draw(TEXTS), timebase, picks, annotations=people)


def scores_at(runs, picks):
    """(T,) float32: what the rows of one person say at the picks."""
    scores = np.full(len(picks), np.inf, np.float32)
    for run in runs:
        inside = (picks >= run.start_frame) & (picks < run.end_frame)
        assert np.isinf(scores[inside]).all(), "rows overlap"
        scores[inside] = np.nan if run.score is None else run.score
    return scores


@given(st.lists(judged_entries(), min_size=1, max_size=3, unique_by=lambda entry: entry.id))
def test_nothing_is_lost(tmp_path_factory, entries):
    rows = read_labels_csv(write_labels_csv(entries, tmp_path_factory.mktemp("csv") / "labels.csv"))
    assert list(dict.fromkeys(row.entry for row in rows)) == [entry.id for entry in entries]
    for entry in entries:
        of_entry = [row for row in rows if row.entry == entry.id]
        people = entry.annotations
        assert tuple(dict.fromkeys(row.annotator for row in of_entry)) == people.annotators
        for name, protocol, scores in zip(people.annotators, people.protocols, people.scores, strict=True):
            runs = [row for row in of_entry if row.annotator == name]
            np.testing.assert_array_equal(scores_at(runs, entry.picks), scores)
            assert {(run.title, run.protocol) for run in runs} == {(entry.title, protocol)}
            assert (runs[0].start_frame, runs[-1].end_frame) == (entry.picks[0], entry.n_frames)
            for run, following in pairwise(runs):
                assert (run.end_frame, run.end_s) == (following.start_frame, following.start_s)
                assert run.score != following.score, "equal neighbours are one row"
            for run in runs:
                for frame, told in ((run.start_frame, run.start_s), (run.end_frame, run.end_s)):
                    assert abs(Fraction(str(told)) - entry.timebase.exact_seconds(frame)) <= Fraction(1, 2_000_000)


def test_the_file_is_plain_to_read(make_entry, tmp_path):
    entry = make_entry(people=1, timebase=Timebase(Fraction(30000, 1001), 1440), title='A "talk",\nlong')
    scores = np.full((1, 120), np.nan, np.float32)
    scores[0, :10] = 0.2
    scores[0, 10:20] = 1
    people = dataclasses.replace(entry.annotations, scores=scores)
    path = write_labels_csv([dataclasses.replace(entry, annotations=people)], tmp_path / "new" / "labels.csv")
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert ",".join(header) == "entry,title,annotator,protocol,start_frame,end_frame,start_s,end_s,score,seen_before"
    told = ["talks/first", 'A "talk",\nlong', "person 0", "shot-ratings"]
    assert rows == [
        [*told, "0", "120", "0.000000", "4.004000", "0.2", ""],
        [*told, "120", "240", "4.004000", "8.008000", "1.0", ""],
        [*told, "240", "1440", "8.008000", "48.048000", "", ""],
    ]
    assert list(path.parent.iterdir()) == [path]


def test_entries_are_taken_one_at_a_time_and_those_without_people_left_out(make_entry, tmp_path):
    entries = (make_entry(f"talks/{n}", people=n % 2) for n in range(4))
    rows = read_labels_csv(write_labels_csv(entries, tmp_path / "labels.csv"))
    assert {row.entry for row in rows} == {"talks/1", "talks/3"}


def test_an_older_file_stays_when_the_new_one_fails(make_entry, tmp_path):
    path = write_labels_csv([make_entry()], tmp_path / "labels.csv")
    before = path.read_bytes()
    good = make_entry("talks/good")
    for entries, said in (
        ([good, good], "twice"),
        ([make_entry(people=0)], "nobody has judged"),
        ([], "nobody has judged"),
    ):
        with pytest.raises(InputError, match=said):
            write_labels_csv(entries, path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_said(make_entry, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_labels_csv([make_entry()], tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "first row"),
        (b"a,b\r\n", "first row"),
        (b"\xff\xfd", "not text"),
        (b"e,t,a,p,0,1,0.0\r\n", "row 2 should be four texts"),
        (b"e,t,a,p,0,x,0.0,1.0,0.5,\r\n", "row 2 should be four texts"),
        (b"e,t,a,p,0,1,0.0,1.0,1.5,\r\n", "row 2 should be a stretch"),
        (b"e,t,a,p,0,1,0.0,1.0,nan,\r\n", "row 2 should be a stretch"),
        (b"e,t,a,p,3,1,0.0,1.0,0.5,\r\n", "row 2 should be a stretch"),
    ],
)
def test_another_table_is_refused(tmp_path, content, said):
    path = tmp_path / "labels.csv"
    header = b"" if "row 2" not in said else ",".join(LabelRun._fields).encode() + b"\r\n"
    path.write_bytes(header + content)
    with pytest.raises(FormatError, match=said):
        read_labels_csv(path)
    with pytest.raises(NotFoundError):
        read_labels_csv(tmp_path / "other.csv")
