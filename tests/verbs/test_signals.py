"""Signals and tastes of entries: measured by the verb and the command, kept, and shown."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load
from typer.testing import CliRunner

from cli.main import app
from core.data import ScoreTrack
from core.errors import NotFoundError
from core.signals import SIGNALS
from core.video.probe import probe
from storage.library import Library
from tests.core.segment.made_pictures import card, scene, write_pictures
from tests.core.signals.made_films import RATE
from tests.core.signals.test_hearing import LOUD_IN_THE_MIDDLE, write_sound
from verbs.ingest import IngestRequest, ingest
from verbs.signals import SignalsRequest, is_measured, measure, signals
from verbs.sources import all_sources
from webapp.jobs import enqueue, perform
from webapp.views.entry import describe, series

NAMES = [signal.name for signal in SIGNALS if signal.always]


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    pictures = [scene(seed, step) for seed in range(6) for step in range(3 * RATE)]
    return write_pictures(tmp_path_factory.mktemp("film") / "film.mp4", [*pictures, *[card("The end")] * 20], RATE)


@pytest.fixture
def taken(library, video, make_entry):
    """An entry with a video and features, as somebody has it who took it in before there were signals."""
    timebase = probe(video).timebase
    picks = timebase.picks()
    features = np.random.default_rng(0).normal(size=(len(picks), 6)).astype(np.float32)
    entry = make_entry("films/film", people=0, timebase=timebase, picks=picks, features=features, video=video, shots={})
    library.entries.add("films", [entry])
    return library


def test_measuring_keeps_signals_empty_pictures_and_tastes(taken):
    result = measure(taken, "films/film")
    entry = taken.entries.get("films/film")
    assert result.signals == NAMES
    assert set(entry.signals) == set(NAMES)
    assert entry.empty.tolist() == [[180, 200]]
    (run,) = taken.runs.of_entry("films/film")
    assert (run.id, run.label, run.track.kind) == (result.run, "Tastes, no labels", "tastes")
    assert list(run.track.names) == result.tastes
    assert "names" not in run.track.settings


def test_taking_in_measures_what_a_later_look_measures(library, video):
    taken = ingest(library, IngestRequest(path=video)).as_json()["entry"]
    signals = library.entries.get(taken).signals
    (before,) = [run.track.names for run in library.runs.of_entry(taken)]
    again = measure(library, taken)
    assert tuple(again.tastes) == tuple(before)
    for name, curve in library.entries.get(taken).signals.items():
        np.testing.assert_array_equal(curve, signals[name])


def test_what_browsers_do_not_play_is_heard_as_its_copy_sounds(library, tmp_path):
    loud = write_sound(tmp_path / "loud.mkv", LOUD_IN_THE_MIDDLE, 12)
    assert not probe(loud).playable
    taken = ingest(library, IngestRequest(path=loud)).as_json()["entry"]
    heard = library.entries.get(taken).signals["sound"]
    measure(library, taken)
    np.testing.assert_array_equal(library.entries.get(taken).signals["sound"], heard)
    assert heard[9:15].mean() > heard[1:7].mean()


def test_what_a_trained_model_of_tastes_said_stays(taken):
    scores = np.zeros((2, len(taken.entries.get("films/film").picks)), np.float32)
    trained = taken.runs.add("films/film", ScoreTrack("Tastes", "tastes", "tastes-1", "test-6", scores, seed=0))
    assert not is_measured(taken, "films/film")
    measure(taken, "films/film")
    measure(taken, "films/film")
    assert trained.id in [run.id for run in taken.runs.of_entry("films/film")]
    assert len(taken.runs.of_entry("films/film")) == 2
    rows = [row for row in describe(taken, "films/film").rows if row.kind == "samples"]
    assert {row.checkpoint: row.pairs for row in rows} == {"tastes-1": True, "tastes-v1": False}


def test_rows_say_what_each_signal_is_and_what_each_taste_likes(taken):
    measure(taken, "films/film")
    rows = describe(taken, "films/film").rows
    shown = [row for row in rows if row.kind == "signal"]
    assert [row.id for row in shown] == [f"signal:{name}" for name in NAMES]
    assert [row.name for row in shown if row.default] == ["balanced"]
    assert shown[-1].label == "Signal: sharpness and light"
    assert all(row.about for row in shown)
    (tastes,) = [row for row in rows if row.kind in ("samples", "curve") and row.model_kind == "tastes"]
    assert len(tastes.names) == tastes.n
    arrays = load(series(taken, "films/film"))
    np.testing.assert_array_equal(arrays["signal:novelty"], taken.entries.get("films/film").signals["novelty"])
    assert arrays["signal:novelty"].dtype == np.float32


def test_cuts_are_labelled_as_rows_are(taken):
    measure(taken, "films/film")
    (run,) = taken.runs.of_entry("films/film")
    labels = [one.label for one in all_sources(taken, taken.entries.get("films/film"))]
    signals = ["balanced", "novelty", "typicality", "motion", "sharpness and light"]
    assert labels == [
        *(f"Signal: {title}" for title in signals),
        *(f"Tastes, no labels: {called}" for called in run.track.names),
    ]


def test_the_library_is_measured_once_and_what_cannot_be_is_listed(taken, make_entry):
    taken.entries.add("talks", [make_entry("talks/first")])
    result = signals(taken, SignalsRequest(all_entries=True)).as_json()
    assert [one["entry"] for one in result["entries"]] == ["films/film"]
    assert [one["entry"] for one in result["skipped"]] == ["talks/first"]
    assert "no video" in result["skipped"][0]["reason"]
    assert [one["entry"] for one in signals(taken, SignalsRequest(all_entries=True)).as_json()["skipped"]] == [
        "films/film",
        "talks/first",
    ]
    assert len(signals(taken, SignalsRequest(dataset="films", again=True)).as_json()["entries"]) == 1
    with pytest.raises(NotFoundError, match="no video"):
        signals(taken, SignalsRequest(entry="talks/first"))


def test_what_was_measured_before_sounds_were_is_listened_to_alone(library, tmp_path):
    path = write_sound(tmp_path / "loud.mkv", LOUD_IN_THE_MIDDLE, 12)
    taken = ingest(library, IngestRequest(path=path)).as_json()["entry"]
    sounds = library.entries.get(taken).sounds
    assert "music" in {one.kind for one in sounds}
    assert describe(library, taken).sounds == [(one.start_ms, one.end_ms, one.kind) for one in sounds]
    (tastes,) = library.runs.of_entry(taken)
    library.entries._files.rewrite(taken, lambda now: replace(now, sounds=None))
    assert describe(library, taken).sounds is None
    (done,) = signals(library, SignalsRequest(entry=taken)).entries
    assert (done.run, done.sounds) == (tastes.id, len(sounds))
    assert library.entries.get(taken).sounds == sounds
    assert [one.id for one in library.runs.of_entry(taken)] == [tastes.id], "tastes are not drawn again"
    assert signals(library, SignalsRequest(entry=taken)).skipped


def test_an_entry_without_features_is_measured_too(taken):
    entry = taken.entries.get("films/film")
    taken.entries.add("films", [replace(entry, features={}, feature_space=None)], replace=True)
    measure(taken, "films/film")
    (run,) = taken.runs.of_entry("films/film")
    assert run.track.feature_space == "colour-motion-v1"


def test_the_command_and_the_job_do_the_same(taken):
    job = enqueue(taken, SignalsRequest(entry="films/film"))
    perform(taken, job)
    assert taken.jobs.get(job).state == "done"
    folder = taken.data_dir
    taken.close()
    answer = CliRunner().invoke(app, ["signals", "films/film", "--again", "--data-dir", str(folder), "--json"])
    assert answer.exit_code == 0, answer.output
    result = json.loads(answer.stdout.splitlines()[-1])
    with Library.open(folder) as library:
        assert [run.id for run in library.runs.of_entry("films/film")] == [result["entries"][0]["run"]]
