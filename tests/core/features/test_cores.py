"""Networks leave cores to what decodes, and give them back."""

from __future__ import annotations

import sys

import cv2
import pytest
import torch

from core.features.cores import half_the_cores


@pytest.fixture
def four_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def test_half_of_the_threads_compute_until_the_end_however_it_ends(four_threads):
    with half_the_cores():
        assert torch.get_num_threads() == 2
    assert torch.get_num_threads() == 4
    with pytest.raises(KeyError), half_the_cores():
        raise KeyError
    assert torch.get_num_threads() == 4


def test_one_thread_is_left(four_threads):
    torch.set_num_threads(1)
    with half_the_cores():
        assert torch.get_num_threads() == 1


def test_threads_take_shorter_turns_and_opencv_computes_in_one_until_the_end():
    before = cv2.getNumThreads(), sys.getswitchinterval()
    with half_the_cores():
        assert cv2.getNumThreads() == 1
        assert sys.getswitchinterval() < before[1]
    assert (cv2.getNumThreads(), sys.getswitchinterval()) == pytest.approx(before)
