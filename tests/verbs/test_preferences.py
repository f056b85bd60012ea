"""Comparing cuts by verbs and commands: pairs, studies, votes, what wins, and what training takes of it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.data import ScoreTrack
from core.errors import ConflictError, InputError, NotFoundError
from core.training.loop import train
from core.training.recipes import TrainSettings
from core.training.videos import TrainingVideo
from storage.library import Library
from tests.conftest import entry_of
from verbs.list_things import ListRequest, list_things
from verbs.preference_export import ExportPreferencesRequest, export_preferences
from verbs.preference_figures import PreferencesRequest, preference_figures
from verbs.preference_studies import MakeStudyRequest, StudyRequest, close_study, make_study, study
from verbs.preferences import CompareCutsRequest, VoteRequest, VotesRequest, compare_cuts, vote, votes
from webapp.views.task import queue_of

ENTRY, OTHER = "talks/first", "talks/second"
CURVE = np.linspace(0, 1, 120).astype(np.float32)


@pytest.fixture
def talks(tmp_path):
    with Library.open(tmp_path / "data") as library:
        entries = [entry_of(one, signals={"balanced": CURVE, "motion": CURVE[::-1].copy()}) for one in (ENTRY, OTHER)]
        library.entries.add("talks", entries)
        yield library


def compare(library, a="signal:balanced", b="signal:motion", **choices):
    return compare_cuts(library, CompareCutsRequest.of(entry=ENTRY, a=a, b=b, **choices))


def say(library, pair, verdict, **choices):
    return vote(library, VoteRequest.of(pair=pair, verdict=verdict, **choices))


def studied(library, *couples, **choices):
    asked = {"title": "Which?", "couples": couples, "entry": (ENTRY, OTHER)} | choices
    return make_study(library, MakeStudyRequest.of(**asked))


def test_a_pair_says_what_of_each_cut_the_other_does_not_take(talks):
    pair = compare(talks)
    assert (pair.a.label, pair.a.source, pair.a.alone) == ("Signal: balanced", "signal:balanced", 1.0)
    assert pair.a.length_s == pytest.approx(sum(end - start for start, end in pair.a.seconds))
    assert pair.a.enough_s == pytest.approx(0.8 * pair.a.length_s, abs=1e-3)
    near = compare(talks, "mean", "person:person 0", budget=0.5)
    a, b = (np.concatenate([np.arange(*clip) for clip in cut.frames]) for cut in (near.a, near.b))
    assert near.a.alone == pytest.approx(len(np.setdiff1d(a, b)) / len(a))
    assert near.b.alone == pytest.approx(len(np.setdiff1d(b, a)) / len(b))
    with pytest.raises(InputError, match="are the same"):
        compare(talks, "mean", "mean")
    with pytest.raises(NotFoundError):
        compare(talks, "run:3", "mean")


def test_a_blind_vote_counts_only_after_both_were_watched(talks):
    pair = compare(talks, blind=True)
    with pytest.raises(InputError, match=r"Only 1\.0 s of one of the two cuts were watched"):
        say(talks, pair.pair, "a", watched_a=pair.a.length_s, watched_b=1.0)
    said = say(talks, pair.pair, "a", by="Ada", watched_a=pair.a.enough_s, watched_b=pair.b.enough_s, reasons=["dull"])
    assert (said.by, said.blind, said.reasons, said.a_label) == ("Ada", True, ["dull"], "Signal: balanced")
    assert votes(talks, VotesRequest(by="Ada")).votes == [said]
    assert say(talks, compare(talks).pair, "b").blind is False
    with pytest.raises(InputError):
        VoteRequest.of(pair=1, verdict="a", reasons=["because"])


def test_a_study_has_a_pair_of_every_couple_on_every_entry_and_says_what_it_lacks(talks):
    runs = [talks.runs.add(ENTRY, ScoreTrack("Net", "mlp", "net", "test-6", CURVE[None] ** k)) for k in (1, 2)]
    made = studied(talks, "signal:balanced~signal:motion", "checkpoint:net~signal:motion", "mended~mean")
    assert (made.pairs, made.votes, made.blind, made.closed) == (3, 0, True, None)
    assert sorted(one.entry for one in made.left_out) == [ENTRY, OTHER, OTHER]
    sides = {(pair.entry, pair.a.source, pair.a.maker) for pair in talks.preferences.pairs(made.study)}
    assert (ENTRY, f"run:{getattr(runs[1], 'id', runs[1])}:0", "checkpoint:net") in sides, "of its newest run"
    assert list_things(talks, ListRequest(kind="studies")).lines[0]["pairs"] == 3
    assert close_study(talks, StudyRequest(study=made.study)).closed is not None
    assert study(talks, StudyRequest(study=made.study)).closed is not None
    for wrong in ("mean", "mean~", "mean~mean"):
        with pytest.raises(InputError, match="Two sources are written"):
            studied(talks, wrong)
    with pytest.raises(InputError, match="nothing to compare"):
        studied(talks, "mended~mean")
    with pytest.raises(InputError, match="at most 500 pairs"):
        studied(talks, *(f"mean~camp:{n}" for n in range(20)), entry=tuple(f"talks/{n}" for n in range(26)))


def test_whoever_is_asked_finds_the_study_in_their_queue_until_they_are_done(talks):
    ada = talks.annotations.get_or_create_annotator("Ada")
    talks.accounts.invite("Lea", "lead")
    talks.accounts.invite("Vic", "viewer")
    with pytest.raises(NotFoundError, match="nobody called 'Adda'"):
        studied(talks, "signal:balanced~signal:motion", asked=("Ada", "Adda"))
    with pytest.raises(InputError, match="'Vic' is a viewer"):
        studied(talks, "signal:balanced~signal:motion", asked=("Vic",))
    made = studied(talks, "signal:balanced~signal:motion", open=True, asked=("Ada", " Ada"))
    assert [(one.name, one.done) for one in made.asked] == [("Ada", 0)]
    first, second = talks.preferences.pairs(made.study)
    assert [vars(one) for one in queue_of(talks, "Ada").studies] == [
        {"study": made.study, "title": "Which?", "pairs": 2, "left": 2}
    ]
    assert queue_of(talks, "Bea").studies == [], "nobody asked her"
    for verdict in "ab":  # the second says so instead of the first
        say(talks, first.id, verdict, by="Ada")
    assert [one.left for one in talks.preferences.waiting(ada)] == [1]
    assert [(one.name, one.done) for one in study(talks, StudyRequest(study=made.study)).asked] == [("Ada", 1)]
    talks.entries.remove(second.entry)
    assert talks.preferences.waiting(ada) == [], "what is left is in the trash"
    other = studied(talks, "signal:balanced~signal:motion", entry=(first.entry,), asked=("Ada",))
    assert [one.study for one in talks.preferences.waiting(ada)] == [other.study]
    close_study(talks, StudyRequest(study=other.study))
    assert talks.preferences.waiting(ada) == []


def test_sources_win_as_people_voted_and_agreement_with_people_predicts_it_or_not(talks):
    for number in range(6):
        say(talks, compare(talks, "mean", "signal:motion").pair, "a" if number < 5 else "both", by=f"Person {number}")
    say(talks, compare(talks, "person:person 0", "mean").pair, "neither", by="Person 0")
    found = preference_figures(talks, PreferencesRequest())
    assert (found.votes, found.people, found.blind, found.alike) == (7, 6, 0, 0)
    by_source = {one.source: one for one in found.sources}
    assert found.sources[0].source == "mean"
    assert (by_source["mean"].votes, by_source["mean"].won, by_source["mean"].tied) == (7, 5, 2)
    assert (by_source["signal:motion"].label, by_source["signal:motion"].rate.value) == (
        "Signal: motion",
        pytest.approx(0.5 / 6),
    )
    assert by_source["mean"].probability.value > 0.5
    for one in found.predictions:
        assert (one.votes, one.left_out, one.chance) == (5, 2, 0.5)
        assert one.share.value == 1, "the mean of people agrees with them"
    assert preference_figures(talks, PreferencesRequest(study=studied(talks, "mean~signal:motion").study)).sources == []


def test_votes_are_exported_with_their_clips_under_pseudonyms(talks, tmp_path):
    with pytest.raises(ConflictError, match="Nobody has said"):
        export_preferences(talks, ExportPreferencesRequest(out=tmp_path / "none.jsonl"))
    pair = compare(talks, blind=True)
    say(talks, pair.pair, "b", by="Ada", watched_a=99, watched_b=99, reasons=["too-jumpy", "dull"])
    made = export_preferences(talks, ExportPreferencesRequest(out=tmp_path / "votes.jsonl"))
    assert (made.votes, made.people) == (1, 1)
    (line,) = map(json.loads, made.file.read_text().splitlines())
    assert (line["entry"], line["verdict"], line["reasons"], line["blind"]) == (ENTRY, "b", ["too-jumpy", "dull"], True)
    assert line["who"] == talks.annotations.annotator("Ada").pseudonym
    assert "Ada" not in made.file.read_text()
    assert line["b"]["made_by"] == "signal:motion"
    assert line["b"]["frames"] == [list(one) for one in pair.b.frames]
    assert line["b"]["seconds"] == [list(one) for one in pair.b.seconds]
    assert line["watched_s"] == {"a": 99, "b": 99}


def test_weights_are_judgements_that_training_takes(talks, tmp_path):
    for entry in (ENTRY, OTHER):
        pair = compare_cuts(talks, CompareCutsRequest(entry=entry, a="signal:balanced", b="signal:motion"))
        say(talks, pair.pair, "a", by="Ada")
        say(talks, pair.pair, "b", by="Bo")
    made = export_preferences(talks, ExportPreferencesRequest(out=tmp_path / "weights.json", format="weights"))
    assert made.judgements == 4
    said = json.loads(made.file.read_text())
    ada = talks.annotations.annotator("Ada").pseudonym
    assert said["weights"][f"{ada} signal:balanced"] == pytest.approx(2.5 / 3, abs=1e-6)
    assert f"{ada} signal:motion" not in said["weights"], "it never won with her"
    features = {one: talks.entries.get(one).features["test-6"] for one in (ENTRY, OTHER)}
    videos = [
        TrainingVideo(
            one["id"], features[one["id"]], np.array(one["targets"], np.float32), tuple(one["people"]),
            sources=tuple(one["sources"]),
        )
        for one in said["videos"]
    ]  # fmt: skip
    assert all(set(np.unique(video.targets)) == {0, 1} for video in videos)
    settings = TrainSettings(model="mlp", epochs=1, config={"hidden": 4}, weights=said["weights"])
    assert np.isfinite(train(videos, settings, out=tmp_path / "net", feature_space="test-6").training["loss"]).all()


def test_all_of_it_is_a_command(talks, tmp_path):
    def run(*arguments):
        done = CliRunner().invoke(app, [*arguments, "--data-dir", str(talks.data_dir)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    made = run("preferences", "study", "Which cut?", "--couple", "mean~signal:motion", "--entry", ENTRY)
    assert made.startswith("Study 1, Which cut?: 1 pairs, 0 votes, blind; people come to it by /compare?study=1.")
    pair = json.loads(run("preferences", "pair", ENTRY, "mean", "signal:motion", "--json"))
    assert run("preferences", "vote", str(pair["pair"]), "a", "--by", "Ada", "--reasons", "dull").startswith(
        "Ada, talks/first"
    )
    assert "Average of people: won 1 and tied 0 of 1, 100% (21% to 100%)" in run("preferences", "figures")
    assert "Average of 3 people (dull)" in run("preferences", "votes", "--by", "Ada")
    run("preferences", "export", str(tmp_path / "votes.jsonl"))
    assert json.loads((tmp_path / "votes.jsonl").read_text())["verdict"] == "a"
    assert "closed" in run("preferences", "close", "1")
    assert "closed" in run("preferences", "show", "1")
    assert "Which cut?" in run("ls", "studies")
    again = ("preferences", "study", "Again?", "--couple", "mean~signal:motion", "--entry", ENTRY, "--asked", "Ada")
    assert "Asked: Ada 0 of 1." in run(*again)
