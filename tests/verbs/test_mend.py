"""Mending a cut with commands, and keeping it as a video's list: exactly the clips that a person left."""

from __future__ import annotations

import csv
import json

import numpy as np
import opentimelineio as otio
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.data import ScoreTrack
from core.errors import ConflictError, InputError, NotFoundError
from storage.library import Library
from tests.conftest import entry_of
from verbs.cut_list import CutListRequest, cut_list
from verbs.cuts import CutsRequest, cuts
from verbs.list_things import ListRequest, ShowRequest, list_things, show
from verbs.mend import (
    MendCutRequest,
    MendedCutsRequest,
    MendedRequest,
    MendStepsRequest,
    mend_cut,
    mend_steps,
    mended_cut,
    mended_cuts,
)
from verbs.score import ScoreRequest, score
from verbs.tidy import RenameRequest, ThingsRequest, bring_back, remove, rename

ENTRY, OTHER = "talks/first", "talks/second"


@pytest.fixture(scope="module")
def talks(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("mending") / "data") as library:
        library.entries.add("talks", [entry_of(ENTRY), entry_of(OTHER)])
        yield library


def mend(library: Library, **choices):
    return mend_cut(library, MendCutRequest.of(entry=ENTRY, **choices))


def frames(segments) -> set[int]:
    return {frame for start, end in segments for frame in range(start, end)}


def test_the_rest_is_solved_again_around_what_was_decided(talks):
    plain = cuts(talks, CutsRequest(entry=ENTRY, source="mean")).cuts[0]
    made = mend(talks, source="mean", by="Ada")
    assert made.segments == plain.frames
    assert (made.source, made.by, made.shots, made.rule) == ("mean", "Ada", "kts", "viewing")
    start, end = plain.frames[0]
    found = mend(talks, cut=made.id, keep="1200-1240", forbid=f"{start}-{end}")
    assert frames([(1200, 1240)]) <= frames(found.segments)
    assert not frames([(start, end)]) & frames(found.segments)
    assert 0 < found.length_s <= found.budget_s
    assert (found.kept, found.forbidden, found.last) == ([(1200, 1240)], [(start, end)], 1)


def test_a_mended_cut_is_a_source_that_nothing_solves_again(talks, tmp_path):
    made = mend(talks, source="mean", keep="600-660", split="630", budget=0.1)
    assert (600, 630) in made.segments or any(end == 630 for _, end in made.segments)
    name = f"mended:{made.id}"
    listed = cuts(talks, CutsRequest(entry=ENTRY, source=name, budget=0.5, rule="published"))
    assert (listed.budget, listed.rule, listed.cuts[0].frames) == (0.1, "viewing", made.segments)
    curve = score(talks, ScoreRequest(entry=ENTRY, source=name)).curves[0].scores
    picks = talks.entries.get(ENTRY).picks
    assert curve == [float(int(pick) in frames(made.segments)) for pick in picks]
    for ending in ("json", "csv", "otio"):
        kept = cut_list(talks, CutListRequest(entry=ENTRY, source=name, budget=0.9, out=tmp_path / f"cut.{ending}"))
        assert kept.segments == made.segments
        assert kept.budget == 0.1
    facts = json.loads((tmp_path / "cut.json").read_text())
    assert facts["scores"] == {
        "kind": "mended", "mended": made.id, "name": made.name,
        "base": {"kind": "mean", "people": 3, "simulated": False, "simulated_people": 0},
    }  # fmt: skip
    rows = list(csv.DictReader((tmp_path / "cut.csv").open()))
    assert [(int(row["start_frame"]), int(row["end_frame"])) for row in rows] == made.segments
    assert {row["scores_kind"] for row in rows} == {"mended"}
    timeline = otio.adapters.read_from_file(str(tmp_path / "cut.otio"))
    clips = [item for item in timeline.tracks[0] if isinstance(item, otio.schema.Clip)]
    assert len(clips) == len(made.segments)  # what was divided stays so
    with pytest.raises(InputError, match="says itself what is kept"):
        cuts(talks, CutsRequest(entry=ENTRY, source=name, keep="0-9"))


def test_a_run_that_is_removed_changes_no_cut_of_it(talks):
    curve = np.random.default_rng(2).random((2, 120), np.float32)
    run = talks.runs.add(ENTRY, ScoreTrack("SummDiff", "summdiff", "c1", "test-6", curve, 3, {}))
    made = mend(talks, source=f"run:{run.id}:1")
    talks.runs.remove(run.id)
    assert mended_cut(talks, MendedRequest(cut=made.id)).segments == made.segments


def test_two_tabs_are_told_of_each_others_steps(talks):
    cut = mend(talks).id

    def send(client: str, seq: int, after: int, **data):
        step = {"client": client, "seq": seq, "kind": "paint", "data": data}
        return mend_steps(talks, MendStepsRequest(cut=cut, steps=[step], after=after))

    send("one", 1, 0, spans=[[0, 24, "keep"]])
    told = send("other", 1, 0, spans=[[48, 72, "forbid"]])
    assert [(step.n, step.client) for step in told.steps] == [(1, "one"), (2, "other")]
    assert (told.kept, told.forbidden) == ([(0, 24)], [(48, 72)])
    again = send("other", 1, 2, spans=[[48, 72, "forbid"]])
    assert (again.last, again.steps) == (2, [])


def test_more_kept_than_the_budget_is_told_and_can_be_undone(talks):
    with pytest.raises(InputError, match=r"What is to be kept lasts 60.0 s, and the budget is 9.0 s"):
        mend(talks, keep="0-1440", name="never made")
    cut = mend(talks)
    steps = [
        {"client": "tab", "seq": 1, "kind": "paint", "data": {"spans": [[0, 1440, "keep"]]}},
        {"client": "tab", "seq": 2, "kind": "undo"},
    ]
    found = mend_steps(talks, MendStepsRequest(cut=cut.id, steps=steps[:1]))
    assert found.problem.startswith("What is to be kept lasts 60.0 s")
    assert found.segments == []
    with pytest.raises(InputError, match="What is to be kept"):
        cuts(talks, CutsRequest(entry=ENTRY, source=f"mended:{cut.id}"))
    found = mend_steps(talks, MendStepsRequest(cut=cut.id, steps=steps, after=1))
    assert (found.problem, found.segments) == ("", cut.segments)
    assert "never made" not in [one.name for one in mended_cuts(talks, MendedCutsRequest(entry=ENTRY)).cuts]


@pytest.mark.parametrize(
    ("choices", "error", "said"),
    [
        ({"source": "run:99"}, NotFoundError, "no run 99"),
        ({"shots": "none"}, NotFoundError, "no segmentation"),
        ({"keep": "0-99", "forbid": "90-120"}, InputError, "Frames 90 to 99 are to be kept and to be left out"),
        ({"keep": "0-1441"}, InputError, "of the 1440"),
        ({"split": "0"}, InputError, "split at a frame inside"),
        ({"cut": 9999}, NotFoundError, "no mended cut 9999"),
        ({"cut": 1, "source": "mean"}, InputError, "stays as it began"),
    ],
)
def test_mistakes_get_a_sentence(talks, choices, error, said):
    with pytest.raises(error, match=said):
        mend(talks, **choices)


def test_a_cut_is_asked_for_by_its_entry_and_mended_no_second_time(talks):
    made = mend(talks)
    with pytest.raises(NotFoundError, match=f"no mended cut {made.id} of entry"):
        cuts(talks, CutsRequest(entry=OTHER, source=f"mended:{made.id}"))
    with pytest.raises(InputError, match="of entry 'talks/first', not of"):
        mend_cut(talks, MendCutRequest(entry=OTHER, cut=made.id))
    with pytest.raises(InputError, match="is mended already"):
        mend(talks, source=f"mended:{made.id}")
    with pytest.raises(InputError, match="is no mended cut"):
        cuts(talks, CutsRequest(entry=ENTRY, source="mended:x"))


def test_lists_are_of_one_person_where_that_is_asked(talks):
    own = mend(talks, by="Bob").id
    assert [one.id for one in mended_cuts(talks, MendedCutsRequest(entry=ENTRY, by="Bob")).cuts] == [own]
    assert mended_cuts(talks, MendedCutsRequest(entry=ENTRY, by="Nobody")).cuts == []
    assert mended_cuts(talks, MendedCutsRequest(entry=OTHER)).cuts == []


def test_it_is_listed_shown_renamed_and_removed_like_other_things(talks):
    made = mend(talks, source="mean", by="Cleo", name="Trailer")
    line = next(
        one for one in list_things(talks, ListRequest(kind="mended", entry=ENTRY)).lines if one["id"] == made.id
    )
    assert (line["name"], line["source"], line["by"], line["steps"]) == ("Trailer", "mean", "Cleo", 0)
    what = f"mended:{made.id}"
    assert show(talks, ShowRequest(what=what)).facts["segments"] == [list(row) for row in made.segments]
    assert rename(talks, RenameRequest(what=what, name="Teaser")).name == "Teaser"
    with pytest.raises(ConflictError):
        mend(talks, name="teaser")
    remove(talks, ThingsRequest(what=(what,)))
    with pytest.raises(NotFoundError, match="no mended cut"):
        show(talks, ShowRequest(what=what))
    bring_back(talks, ThingsRequest(what=(what,)))
    assert mended_cut(talks, MendedRequest(cut=made.id)).name == "Teaser"


def test_the_command_mends_and_render_takes_what_it_made(talks, tmp_path):
    data = ["--data-dir", str(talks.data_dir)]
    run = CliRunner()
    done = run.invoke(app, ["mend", ENTRY, "--source", "mean", "--keep", "0-48", "--name", "By hand", "--json", *data])
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert made["name"] == "By hand"
    out = tmp_path / "hand.csv"
    done = run.invoke(app, ["render", ENTRY, "--source", f"mended:{made['id']}", "--out", str(out), *data])
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(out.open()))
    assert [[int(row["start_frame"]), int(row["end_frame"])] for row in rows] == made["segments"]
    done = run.invoke(app, ["mend", ENTRY, "--cut", str(made["id"]), "--free", "0-48", "--split", "24", *data])
    assert f"mended:{made['id']}, By hand: " in done.output
