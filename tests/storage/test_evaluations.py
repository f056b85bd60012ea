"""Figures of checkpoints come out of the library as they went in."""

from __future__ import annotations

import math

import pytest

from core.statistics.results import Closeness, Evaluation, Figures
from tests.storage.test_library import write_checkpoint

UNDEFINED = float("nan")


def evaluation(checkpoint: str, tau: float) -> Evaluation:
    figures = {"protocol": "tvsum", "kendall": tau, "spearman": UNDEFINED, "f1": 0.5, "undefined": 0.0}
    return Evaluation(
        **figures,
        coverage=Closeness(0.3, UNDEFINED, 0.6),
        checkpoint=checkpoint,
        samples=8,
        selected_on_test=False,
        seen_in_training=0,
        per_video={"talks/first": Figures(**figures), "talks/second": Figures(**figures)},
    )


@pytest.fixture
def store(library, tmp_path):
    for name in ("mine", "other"):
        library.checkpoints.register(write_checkpoint(tmp_path / name))
    return library.evaluations


def test_figures_come_back_with_what_they_are_about(store):
    settings = {"samples": 8, "guidance": None}
    store.add(evaluation("mine", 0.1), dataset="talks", part="all", settings=settings)
    store.add(evaluation("mine", 0.2), dataset="talks", part="test", splits="five.json", split=3, settings=settings)
    newest, first = store.list()
    assert (newest.part, newest.splits, newest.split) == ("test", "five.json", 3)
    assert (first.part, first.splits, first.split) == ("all", None, None)
    assert (first.figures.kendall, first.figures.f1, first.settings) == (0.1, 0.5, settings)
    assert math.isnan(first.figures.spearman)
    assert first.figures.coverage is not None
    assert (first.figures.coverage.kendall, first.figures.coverage.f1) == (0.3, 0.6)
    assert list(first.figures.per_video) == ["talks/first", "talks/second"]
    assert first.created <= newest.created


def test_they_are_asked_for_by_checkpoint_and_by_dataset(store):
    store.add(evaluation("mine", 0.1), dataset="talks", part="all", settings={})
    store.add(evaluation("other", 0.2), dataset="walks", part="all", settings={})
    assert [one.figures.kendall for one in store.list(checkpoint="mine")] == [0.1]
    assert [one.checkpoint for one in store.list(dataset="walks")] == ["other"]
