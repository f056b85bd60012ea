"""What the terminal says about an evaluation."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from cli.tables import evaluation_table, sampled_sentence, trained_sentence
from core.statistics.results import Aligned, Alignment, Closeness, Evaluation, HumanBand, Skill
from verbs.evaluate import EvaluateResult
from verbs.sample import SampleResult

PEOPLE = Closeness(0.177, 0.204, 0.25)
FIGURES = Evaluation(
    checkpoint="ours",
    protocol="tvsum",
    samples=8,
    selected_on_test=False,
    seen_in_training=0,
    kendall=0.2,
    spearman=0.25,
    f1=0.61,
    undefined=0.0,
    human=HumanBand(*[PEOPLE] * 5),
    per_video=None,
)


def told_of(**changes):
    return evaluation_table(EvaluateResult(dataset="talks", figures=replace(FIGURES, **changes)))


def test_every_line_with_figures_names_the_protocol_or_who_agrees():
    told = told_of().splitlines()
    assert told[0].startswith("Protocol tvsum: tau and rho between scores and each person's scores")
    assert any("model (tvsum)" in line and "0.200" in line and "61.0" in line for line in told)
    assert any("people, pairwise" in line and "0.177" in line and "25.0" in line for line in told)


def test_figures_that_are_too_good_are_called_so():
    told = told_of(selected_on_test=True, seen_in_training=3)
    assert "selected on test videos" in told
    assert "3 of the evaluated videos were trained on" in told


def test_people_who_gave_one_score_throughout_are_told():
    assert "undefined" not in told_of()
    assert "1.5 people a video gave one score throughout" in told_of(undefined=1.5)


def test_undefined_figures_are_called_so():
    assert "undefined" in told_of(kendall=float("nan"))


def test_what_is_undefined_beside_the_model_is_explained_too():
    nothing = Closeness(float("nan"), float("nan"), float("nan"))
    told = told_of(human=HumanBand(*[nothing] * 5))
    assert "A correlation is undefined where" in told
    assert "F1 is undefined where" in told
    told = told_of(skill=Skill(float("nan"), 0.1, 0.1))
    assert "Skill is undefined where people are hardly better than noise." in told


def test_skill_has_its_limits_below_it_and_the_alignment_test_is_a_sentence():
    told = told_of(skill=Skill(0.5, 0.4, 0.3, intervals={"kendall": (0.41, 0.59)}))
    assert "  95 % over videos              [0.41, 0.59]" in told
    part = Aligned(0.333, 0.312, 0.021, (0.016, 0.026))
    told = told_of(alignment=Alignment(part, Aligned(0.333, 0.312, 0.021, (float("nan"), float("nan")))))
    assert "loses 0.021 [0.016, 0.026] of coverage (0.333 in place, 0.312 shifted; tau, stripped)." in told
    assert "loses 0.021 of precision (" in told


def test_a_training_that_diverged_says_so_instead_of_a_number():
    result = SimpleNamespace(checkpoint="ours", epochs=3, seconds=2.0, loss=float("nan"))
    assert trained_sentence(result) == (
        "ours: 3 epochs in 2 s, loss undefined: the training left all numbers. Train again with other settings."
    )
    assert trained_sentence(SimpleNamespace(**vars(result) | {"loss": 0.25})).endswith("loss 0.2500.")


def test_samples_that_have_names_are_listed():
    made = {"entry": "talks/a", "run": 1, "model": "Tastes", "checkpoint": "t", "feature_space": "x", "seed": 0}
    made |= {"settings": {}, "scores": [[0.1], [0.2]], "cuts": [[], []], "notes": ["", ""], "discovered": None}
    made |= {"learned_from": "Learned from people.", "protocol": "knapsack"}
    told = sampled_sentence(SampleResult(**made, names=["likes moments with dogs", "likes late moments"]))
    assert told.splitlines()[1:] == [" 1  likes moments with dogs", " 2  likes late moments", "Learned from people."]
    assert len(sampled_sentence(SampleResult(**made)).splitlines()) == 2
