"""The contract of verbs: what is wrong with a request is one sentence, and defaults stand once."""

from __future__ import annotations

from fractions import Fraction

import pytest
from pydantic import ValidationError

from core.errors import InputError
from core.models.registry import MODELS
from core.statistics.results import Closeness, Evaluation
from core.training.recipes import PRESETS, settings_for
from verbs.contract import LeftOut
from verbs.evaluate import EvaluateResult
from verbs.export import ExportRequest
from verbs.ingest import IngestRequest
from verbs.sample import SampleRequest
from verbs.segment import SegmentRequest
from verbs.train import TrainChoices, TrainRequest
from webapp.views.training import form


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({}, "'entry' is missing."),
        ({"entry": "a/b", "n": 0}, "'n' should be greater than or equal to 1, not '0'."),
        ({"entry": "a/b", "modle": "x"}, "There is nothing called 'modle' to be asked for."),
        ({"entry": "a/b", "steps": "many"}, "'steps' should be a valid integer"),
    ],
)
def test_a_wrong_choice_is_told_in_one_sentence(choices, words):
    with pytest.raises(InputError) as error:
        SampleRequest.of(**choices)
    assert error.value.message.startswith(words)
    assert "\n" not in error.value.message


def test_numbers_are_kept_exactly():
    asked = IngestRequest(path="film.mp4", picks_per_second="1/3", seconds=0.1)
    assert (asked.picks_per_second, asked.seconds) == (Fraction(1, 3), Fraction(1, 10))
    assert IngestRequest.model_validate_json(asked.model_dump_json()) == asked
    with pytest.raises(InputError, match="A number is written such as 2"):
        SegmentRequest.of(entry="a/b", seconds="often")


def test_requests_and_results_are_not_changed():
    with pytest.raises(ValidationError, match="frozen"):
        SampleRequest(entry="a/b").n = 3
    with pytest.raises(ValidationError, match="frozen"):
        LeftOut(entry="a/b", reason="no video").reason = ""


def test_undefined_numbers_are_null_in_what_is_kept():
    undefined = float("nan")
    figures = Evaluation(
        protocol="tvsum",
        kendall=undefined,
        spearman=0.25,
        f1=0.5,
        undefined=undefined,
        coverage=Closeness(undefined, 0.5, 0.5),
        checkpoint="ours",
        samples=8,
        selected_on_test=False,
        seen_in_training=None,
        per_video=None,
    )
    found = EvaluateResult(dataset="talks", figures=figures).as_json()
    assert (found["dataset"], found["checkpoint"], found["spearman"]) == ("talks", "ours", 0.25)
    assert (found["kendall"], found["undefined"], found["wse"], found["map50"]) == (None, None, None, None)
    assert found["coverage"] == {"kendall": None, "spearman": 0.5, "f1": 0.5}


@pytest.mark.parametrize("kind", MODELS)
def test_page_rest_and_command_line_learn_from_what_the_recipe_says(kind):
    """Where nobody chose: CSTA from means, SummDiff from individuals."""
    assert TrainChoices(dataset="talks", kind=kind).targets is None
    page = TrainRequest.of(dataset="talks", kind=kind, targets="" or None, score_dataset=True)
    assert settings_for(kind, targets=page.targets).targets == PRESETS[kind].targets
    assert form(kind, None).targets == PRESETS[kind].targets


def test_an_export_holds_submitted_work_alone_unless_asked():
    assert not ExportRequest(out="labels.h5").include_open
