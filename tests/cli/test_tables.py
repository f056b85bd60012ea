"""What the terminal says about an evaluation."""

from __future__ import annotations

from cli.tables import evaluation_table

RESULT = {
    "protocol": "tvsum",
    "samples": 8,
    "selected_on_test": False,
    "seen_in_training": 0,
    "kendall": 0.2,
    "spearman": 0.25,
    "f1": 0.61,
    "undefined": 0.0,
    "human": {"pairwise": {"kendall": 0.177, "spearman": 0.204, "f1": 0.25}},
}


def test_every_line_with_figures_names_the_protocol_or_who_agrees():
    told = evaluation_table(RESULT).splitlines()
    assert told[0].startswith("Protocol tvsum: tau and rho between scores and each person's scores")
    assert any("model (tvsum)" in line and "0.200" in line and "61.0" in line for line in told)
    assert any("people, pairwise" in line and "0.177" in line and "25.0" in line for line in told)


def test_figures_that_are_too_good_are_called_so():
    told = evaluation_table(RESULT | {"selected_on_test": True, "seen_in_training": 3})
    assert "selected on test videos" in told
    assert "3 of the evaluated videos were trained on" in told


def test_people_who_gave_one_score_throughout_are_told():
    assert "undefined" not in evaluation_table(RESULT)
    assert "1.5 people a video gave one score throughout" in evaluation_table(RESULT | {"undefined": 1.5})


def test_undefined_figures_are_called_so():
    assert "undefined" in evaluation_table(RESULT | {"kendall": None})
