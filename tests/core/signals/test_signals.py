"""What the signals of the picture like, and that they are sensible for any video."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.errors import InputError
from core.signals import SIGNALS, ordered, signals
from core.signals.curves import stretched
from core.signals.hearing import Heard
from tests.core.segment.made_pictures import card, plain, scene
from tests.core.signals.made_films import RATE, Film, film, grey, moving, still

# Seconds of one scene each.
SCENES = {1: 6, 2: 3, 3: 5, 4: 4, 5: 6}


def cut_film() -> list[np.ndarray]:
    return [picture for seed, seconds in SCENES.items() for picture in moving(seed, seconds, seed)]


def curves(made: Film, heard: Heard | None = None) -> dict[str, np.ndarray]:
    return signals(made.survey, made.timebase, made.picks, made.features, heard)


def during(made: Film, curve: np.ndarray, start: float, end: float) -> np.ndarray:
    """A curve from one second to another, without a second at both ends, into which neighbours are smoothed."""
    return curve[(made.seconds >= start + 1) & (made.seconds < end - 1)]


ORDINARY = {
    "scenes": cut_film,
    "black and white": lambda: [grey(picture) for picture in cut_film()],
    "still": lambda: still(1, 8),
    "one picture": lambda: [scene(1)],
    "two pictures": lambda: [scene(1), scene(2)],
    "black": lambda: [plain(0)] * 40,
    "texts": lambda: [card(text) for text in ("One", "Two", "Three") for _ in range(30)],
    "fading": lambda: [(scene(1) * share).astype(np.uint8) for share in np.linspace(0, 1, 40)],
}


@pytest.mark.parametrize("name", ORDINARY)
def test_every_video_has_finite_curves_in_range(name):
    made = film(ORDINARY[name]())
    found = curves(made)
    assert list(found) == [signal.name for signal in SIGNALS if signal.always]
    for curve in found.values():
        assert curve.shape == made.picks.shape
        assert curve.dtype == np.float32
        assert np.isfinite(curve).all()
        assert curve.min() >= 0
        assert curve.max() <= 1


def test_where_nothing_changes_novelty_and_motion_are_flat():
    found = curves(film(still(1, 20)))
    assert np.ptp(found["novelty"]) < 0.05
    assert np.ptp(found["motion"]) < 0.05


@pytest.mark.parametrize(
    "change", [lambda pictures: [grey(picture) for picture in pictures], lambda pictures: pictures]
)
def test_scenes_give_curves_with_contrast_that_are_no_confetti(change):
    for name, curve in curves(film(change(cut_film()))).items():
        assert curve.std() > 0.1, name
        assert np.abs(np.diff(curve)).mean() < 0.15, name


def test_the_scale_of_features_changes_nothing():
    made = film(cut_film())
    louder = signals(made.survey, made.timebase, made.picks, 7 * made.features, None)
    for name, curve in curves(made).items():
        np.testing.assert_allclose(louder[name], curve, atol=0.01)


def test_novelty_likes_what_is_seen_once():
    often = [picture for _ in range(4) for seed in (1, 2) for picture in still(seed, 4)]
    made = film([*often[:160], *still(9, 3), *often[160:]])
    novelty = curves(made)["novelty"]
    assert during(made, novelty, 16, 19).mean() > 0.8
    assert during(made, novelty, 0, 16).mean() < 0.5


@pytest.mark.parametrize("nothing", [plain(0), plain(255), card("The end"), card("Part two", 250, 0)])
def test_pictures_that_show_nothing_are_liked_by_no_signal(nothing):
    made = film([*cut_film(), *[nothing] * 3 * RATE, *moving(6, 4)])
    end = sum(SCENES.values())
    for name, curve in curves(made).items():
        if name != "balanced":
            assert during(made, curve, end, end + 3).max() < 0.2, name
    balanced = curves(made)["balanced"]
    assert during(made, balanced, end, end + 3).max() < np.median(balanced)


def test_typicality_leaves_a_view_that_is_on_for_long():
    made = film([*moving(1, 4), *still(2, 30), *moving(3, 4), *still(2, 4)])
    typicality = curves(made)["typicality"]
    assert typicality[(made.seconds > 4.5) & (made.seconds < 7)].mean() > 0.7
    assert during(made, typicality, 14, 34).mean() < 0.5
    assert during(made, typicality, 0, 4).mean() < 0.3


def test_motion_likes_what_moves_and_neither_cuts_nor_fades():
    cuts = [picture for seed in range(10, 15) for picture in still(seed, 1)]
    fade = [(scene(1) * share).astype(np.uint8) for share in np.linspace(1, 0.4, 3 * RATE)]
    made = film([*moving(1, 5), *cuts, *still(7, 3), *fade, *still(8, 4)])
    motion = curves(made)["motion"]
    moves = during(made, motion, 0, 5).min()
    assert moves > 0.8
    assert during(made, motion, 5, 10).max() < moves / 2
    assert during(made, motion, 13, 16).max() < moves / 2


def test_light_likes_sharp_and_well_exposed_pictures():
    def changed(how):
        return [how(picture) for picture in still(3, 4)]

    smeared = changed(lambda picture: cv2.GaussianBlur(picture, (0, 0), 12))
    dark, bright = changed(lambda picture: picture // 6), changed(lambda picture: 200 + picture // 5)
    made = film([*still(3, 4), *smeared, *still(3, 4), *dark, *still(3, 4), *bright])
    light = curves(made)["light"]
    good = min(during(made, light, start, start + 4).mean() for start in (0, 8, 16))
    for start in (4, 12, 20):
        assert during(made, light, start, start + 4).mean() < good - 0.3


def test_sound_is_a_signal_only_where_something_is_heard():
    made = film(cut_film())
    ramp = np.linspace(0, 1, len(made.picks), dtype=np.float32)
    none = np.zeros(len(made.picks), np.float32)
    found = curves(made, Heard(-50 + 30 * ramp, ramp, none, none))
    assert list(found) == [signal.name for signal in SIGNALS]
    assert found["sound"][-3:].min() > 0.9
    assert found["sound"][:3].max() < 0.1
    assert not np.allclose(found["balanced"], curves(made)["balanced"])
    flat = curves(made, Heard(none - 20, none, none, none))["sound"]
    np.testing.assert_allclose(flat, 0.5)


def test_balanced_is_the_mean_of_all():
    found = curves(film(cut_film()))
    mean = np.mean([curve for name, curve in found.items() if name != "balanced"], axis=0)
    np.testing.assert_allclose(found["balanced"], stretched(mean, 0.2), atol=1e-6)


def test_what_belongs_to_different_videos_is_refused():
    made = film(still(1, 2))
    with pytest.raises(InputError, match="not of one video"):
        signals(made.survey, made.timebase, made.picks, made.features[:-1], None)


def test_signals_are_listed_in_the_order_of_pages():
    assert ordered({"light": 0, "other": 0, "balanced": 0, "motion": 0}) == ["balanced", "motion", "light", "other"]
    assert all(signal.label == f"Signal: {signal.title}" and signal.about.endswith(".") for signal in SIGNALS)
