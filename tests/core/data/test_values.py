"""Values that cannot be are refused where they are made."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from core.data import AnnotationSet, Cut, Entry, ScoreTrack, Shots
from core.data.timebase import Timebase
from core.errors import InputError

BOUNDS = np.array([[0, 4], [4, 10]])
PEOPLE = AnnotationSet(("Ann", "Ben"), np.array([[0, 1], [np.nan, 0.5]], np.float32), ("tvsum", "tvsum"))
ENTRY = Entry(
    "a/b",
    "B",
    Timebase(Fraction(25), 10),
    np.array([0, 5]),
    features={"x": np.zeros((2, 3), np.float32)},
    feature_space="x",
    shots={"kts": Shots(BOUNDS, "kts")},
    annotations=PEOPLE,
    captions=("one", "two"),
)


@pytest.mark.parametrize(
    "bounds",
    [
        np.array([0, 4]),
        np.array([[0, 4, 5]]),
        np.array([[0.0, 4.0]]),
        np.array([[4, 4]]),
        np.array([[4, 2]]),
        np.array([[0, 5], [4, 10]]),
        np.array([[4, 10], [0, 4]]),
        np.array([[-1, 4]]),
    ],
)
def test_intervals_are_whole_frames_that_ascend_and_do_not_overlap(bounds):
    with pytest.raises(InputError, match="shots 'kts' should be whole frames"):
        Shots(bounds, "kts")
    with pytest.raises(InputError, match="exact boundaries of the shots 'kts'"):
        Shots(BOUNDS[: len(bounds)], "kts", bounds)
    with pytest.raises(InputError, match="segments of a cut"):
        Cut(bounds, 10, 0.15)
    with pytest.raises(InputError, match="what is empty"):
        replace(ENTRY, empty=bounds)


def test_intervals_may_be_none_or_leave_gaps():
    assert len(Shots(np.zeros((0, 2), np.int64), "none")) == 0
    assert Shots(np.array([[2, 3], [6, 9]]), "some").end == 9
    assert Cut(np.zeros((0, 2), np.int64), 10, 1.0).mask.sum() == 0


@pytest.mark.parametrize(("cut", "said"), [((BOUNDS, 9, 0.15), "9 frames"), ((BOUNDS, 10, 0.0), "share")])
def test_a_cut_lies_in_its_video_and_has_a_budget(cut, said):
    with pytest.raises(InputError, match=said):
        Cut(*cut)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"annotators": (), "protocols": (), "scores": np.zeros((0, 2))}, "nobody judged"),
        ({"annotators": ("Ann", "Ann")}, "appear twice"),
        ({"protocols": ("tvsum",)}, "a protocol each"),
        ({"scores": np.zeros(2)}, "a row each"),
        ({"scores": np.zeros((3, 2))}, "a row each"),
        ({"scores": np.full((2, 2), 1.01)}, "some are outside"),
        ({"scores": np.full((2, 2), -0.01)}, "some are outside"),
        ({"summaries": np.zeros((1, 10), np.uint8)}, "summaries of 2 people"),
        ({"summaries": np.full((2, 10), 2, np.uint8)}, "of 0 and 1"),
        ({"frame_labels": np.zeros(10, np.uint8)}, "frame_labels of 2 people"),
    ],
)
def test_people_have_names_of_their_own_and_scores_in_the_unit_range(changes, said):
    with pytest.raises(InputError, match=said):
        replace(PEOPLE, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scores": np.zeros(3)}, r"\(N, T\)"),
        ({"scores": np.zeros((0, 3))}, r"\(N, T\)"),
        ({"scores": np.full((2, 3), np.nan)}, r"in \[0, 1\]"),
        ({"scores": np.full((2, 3), 1.5)}, r"in \[0, 1\]"),
        ({"names": ("one",)}, "2 samples and 1 names"),
    ],
)
def test_a_track_has_finite_scores_in_the_unit_range(changes, said):
    with pytest.raises(InputError, match=said):
        replace(ScoreTrack("MLP", "mlp", "c", "x", np.zeros((2, 3), np.float32)), **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"picks": np.array([5, 0])}, "picks should ascend within its 10 frames"),
        ({"picks": np.array([0, 0])}, "picks should ascend"),
        ({"picks": np.array([0, 10])}, "picks should ascend"),
        ({"picks": np.array([], int)}, "picks should ascend"),
        ({"features": {}}, "no features of 'x'"),
        ({"text_space": "words"}, "no features of 'words'"),
        ({"features": {"x": np.zeros((3, 3))}}, "features of 'x' need 2 rows"),
        ({"features": {"x": np.zeros(2)}}, "features of 'x' need 2 rows"),
        ({"shots": {"long": Shots(np.array([[0, 11]]), "long")}}, "shots 'long' should end within its 10 frames"),
        ({"shots": {"kts": Shots(np.array([[0, 9]]), "kts", np.array([[0, 11]]))}}, "should end within"),
        ({"captions": ("one",)}, "2 picks, but there are 1 captions"),
        ({"empty": np.array([[0, 11]])}, "what is empty"),
        ({"signals": {"novelty": np.zeros(3)}}, "signal 'novelty' needs 2 numbers"),
        ({"signals": {"novelty": np.array([0, np.nan])}}, "signal 'novelty' needs 2 numbers"),
        ({"annotations": AnnotationSet(("Ann",), np.zeros((1, 3)), ("x",))}, "scores need 2 columns"),
        ({"annotations": replace(PEOPLE, summaries=np.zeros((2, 9), np.uint8))}, "summaries need 10 columns"),
    ],
)
def test_the_parts_of_an_entry_fit_its_frames_and_its_picks(changes, said):
    with pytest.raises(InputError, match=f"'a/b' cannot be like this: .*{said}"):
        replace(ENTRY, **changes)


class Asked(dict):
    """Features that say which of them were asked for."""

    def __init__(self, *given):
        super().__init__(*given)
        self.read = []

    def __getitem__(self, space):
        self.read.append(space)
        return super().__getitem__(space)


def test_features_are_not_asked_for_before_somebody_does():
    stored = Asked({"x": np.zeros((2, 3), np.float32), "words": np.ones((2, 4), np.float32)})
    from types import MappingProxyType

    entry = replace(ENTRY, features=MappingProxyType(stored))
    changed = entry.with_features("y", np.ones((2, 5), np.float32), main=True).with_text_features(
        "words", np.zeros((2, 4), np.float32)
    )
    changed = replace(changed, title="Another")
    assert stored.read == []
    assert (changed.feature_space, changed.text_space, changed.further_spaces) == ("y", "words", ("x",))
    assert set(changed.features) == {"x", "y", "words"}
    assert changed.text_features.max() == 0, "those that were put last"
    assert stored.read == []
    assert changed.features["x"].shape == (2, 3)
    assert stored.read == ["x"]


def test_features_for_a_space_are_checked_when_they_are_put():
    with pytest.raises(InputError, match="features of 'y' need 2 rows"):
        ENTRY.with_features("y", np.zeros((3, 3), np.float32))


def test_text_features_may_be_the_main_ones():
    same = ENTRY.with_text_features("x", np.ones((2, 3), np.float32))
    assert (same.feature_space, same.text_space) == ("x", None)
    assert same.main_features.min() == 1
