"""Figures that are undefined say why: in the mean over videos, of each video, in JSON, on the terminal."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from typing import get_args, get_type_hints

import numpy as np
import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from cli.main import app
from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase
from core.statistics.agreement import agreement
from core.statistics.as_json import as_json
from core.statistics.reliability import reliability
from core.statistics.results import Evaluation, Figures, Placed, SplitsEvaluation
from core.statistics.undefined import ABSENT, FEW_PEOPLE, why_undefined

VARIED = np.array([[1, 2, 3, 4, 5, 1, 2, 3], [2, 2, 3, 5, 5, 1, 1, 3], [1, 3, 3, 4, 4, 2, 2, 2]]) / 5


def judged(scores, seconds=60):
    """People who judged so many seconds at 8 frames a second, with picks spread evenly."""
    scores = np.asarray(scores, np.float32)
    n_frames = 8 * seconds
    picks = np.arange(scores.shape[1]) * n_frames // scores.shape[1]
    people = AnnotationSet(tuple(f"p{i}" for i in range(len(scores))), scores, ("test",) * len(scores))
    return Entry("test/video", "", Timebase(Fraction(8), n_frames), picks, annotations=people)


NOT = np.nan
EVERYTHING = {"pairwise", "leave_one_out", "oracle", "cronbach_alpha", "krippendorff_alpha_ordinal", "pairwise_f1"}
LEVELS = {"pairwise", "leave_one_out", "oracle"}
CASES = {
    "constant": (judged(np.full((3, 8), 0.4)), LEVELS | {"cronbach_alpha", "krippendorff_alpha_ordinal"}, "throughout"),
    "short": (judged(VARIED, 10), {"pairwise_f1"}, "15 % of so short a video is less than one"),
    "shorter than a shot": (judged(VARIED, 1), {"krippendorff_alpha_ordinal", "pairwise_f1"}, "shorter than one shot"),
    "one pick": (judged([[0.2], [0.4]]), LEVELS | {"cronbach_alpha"}, "two picks|two people"),
    "nothing in common": (
        judged([[0.2, 0.4, 0.6, NOT, NOT, NOT], [NOT, NOT, NOT, 0.1, 0.5, 0.2]]),
        {"pairwise", "leave_one_out", "cronbach_alpha", "krippendorff_alpha_ordinal"},
        "in common|by everybody|two people",
    ),
    "one of two constant": (
        judged([[0.2] * 4, [0.2, 0.4, 0.6, 0.8]]),
        {"pairwise", "leave_one_out"},
        "one gave the same",
    ),
    "opposite": (judged([[0.2, 0.8, 0.2, 0.8], [0.8, 0.2, 0.8, 0.2]]), {"oracle", "cronbach_alpha"}, "sum of|one gave"),
    "one person": (judged(VARIED[:1]), EVERYTHING, "fewer than two people"),
}


@pytest.mark.parametrize("name", CASES)
def test_every_undefined_figure_of_a_dataset_has_its_reason(name):
    entry, undefined, said = CASES[name]
    found = agreement([entry])
    values = {one: getattr(found, one) for one in EVERYTHING}
    missing = {one for one, value in values.items() if np.isnan(getattr(value, "kendall", value))}
    assert missing == undefined
    assert set(found.why) == undefined, "no more and no less"
    assert any(part in " ".join(found.why.values()) for part in said.split("|"))


@pytest.mark.parametrize("name", [name for name in CASES if name != "one person"])
def test_every_undefined_figure_of_a_video_has_its_reason(name):
    found = reliability([CASES[name][0]], resamples=10)
    for statistics in (found.overall, found.per_entry[0].statistics):
        for one in dataclasses.fields(statistics):
            interval = getattr(statistics, one.name)
            assert bool(interval.why) == bool(np.isnan(interval.value)), one.name


def test_a_figure_that_one_video_has_is_defined_and_the_reasons_of_several_are_told_once():
    found = reliability([CASES[name][0] for name in ("short", "constant", "constant")], resamples=10)
    assert found.overall.pairwise_kendall.why == ""
    found = agreement([CASES["constant"][0]] * 3)
    assert found.why["pairwise"] == "everybody gave the same score throughout"
    short, constant = CASES["shorter than a shot"][0], CASES["constant"][0]
    assert agreement([short, constant]).why["krippendorff_alpha_ordinal"] == (
        "the video is shorter than one shot of two seconds; everybody gave the same label throughout"
    )


def test_json_has_null_and_the_reason():
    told = as_json(reliability([CASES["short"][0]], resamples=10).overall.pairwise_f1)
    assert told["value"] is None
    assert "less than one" in told["why"]


def manycut(*arguments, data):
    return CliRunner().invoke(app, [*map(str, arguments), "--data-dir", str(data)])


def test_the_case_of_short_videos(shared, tmp_path):
    assert manycut("import", shared / "cases/agreement_short_videos.tsv", data=tmp_path).exit_code == 0
    told = manycut("agreement", "agreement_short_videos", data=tmp_path)
    assert told.exit_code == 0
    assert "pairwise F1 undefined." in told.stdout
    assert "Undefined: pairwise F1, because 15 % of so short a video is less than one" in told.stdout
    assert "nan" not in told.stdout
    found = json.loads(manycut("agreement", "agreement_short_videos", "--json", data=tmp_path).stdout.splitlines()[-1])
    assert found["pairwise_f1"] is None
    assert list(found["why"]) == ["pairwise_f1"]


@pytest.mark.parametrize("rows", ["a\tX\t{}\n", "a\tX\t{}\na\tX\t{}\n"])
def test_too_few_people_and_constant_ratings_are_no_error(tmp_path, rows):
    file = tmp_path / "t.tsv"
    file.write_text(rows.replace("{}", ",".join("3" * 900)))
    assert manycut("import", file, data=tmp_path / "data").exit_code == 0
    told = manycut("agreement", "t", data=tmp_path / "data")
    assert told.exit_code == 0
    assert "Pairwise tau undefined, rho undefined" in told.stdout
    assert "because" in told.stdout


def undefined_everywhere(kind):
    """A result of which every figure is undefined, those within others included."""
    values = {}
    for one, hint in get_type_hints(kind).items():
        if one in ("interval", "intervals"):
            values[one] = (np.nan, np.nan) if one == "interval" else None
            continue
        if hint is bool:
            values[one] = False
            continue
        inner = [part for part in (hint, *get_args(hint)) if dataclasses.is_dataclass(part)]
        values[one] = (
            undefined_everywhere(inner[0]) if inner else np.nan if "float" in str(hint) and one != "undefined" else None
        )
    return kind(**values)


@pytest.mark.parametrize("kind", [Evaluation, SplitsEvaluation])
def test_every_figure_of_an_evaluation_has_a_reason(kind):
    found = undefined_everywhere(Placed)
    why = why_undefined(found)
    said = json.loads(TypeAdapter(Placed).dump_json(found))
    undefined = {name for name, value in flat(said) if value in (None, [None, None])}
    nulls = {name for name in undefined if not name.endswith(("protocol", "undefined"))}
    assert nulls
    assert nulls == set(why)
    assert why["skill.f1"].startswith("people are hardly better than noise")
    others = {one.name for one in dataclasses.fields(kind)} - {one.name for one in dataclasses.fields(Placed)}
    assert others <= {*ABSENT, "checkpoint", "samples", "selected_on_test", "std", "splits", "sampler"}


def flat(values, name=""):
    for key, value in values.items():
        inner = f"{name}.{key}".lstrip(".")
        yield from flat(value, inner) if isinstance(value, dict) else [(inner, value)]


def test_what_stands_for_each_video_is_told_once():
    video = Figures("tvsum", np.nan, 0.5, 0.5, 3)
    found = Evaluation("tvsum", 0.1, 0.2, 0.3, 0, checkpoint="ours", samples=1, selected_on_test=False,
                       seen_in_training=None, per_video={"a": video, "b": video})  # fmt: skip
    why = why_undefined(found)
    assert why["per_video.kendall"].endswith("are the same throughout")
    assert why["human"] == FEW_PEOPLE
    assert why["map50"] == "only the protocol mrhisum has it"
    assert why["seen_in_training"] == "the checkpoint does not say what it was trained on"
    assert "kendall" not in why
