"""Hearing beside reading: the same as hearing alone, and nobody is left listening."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from core.errors import Cancelled, VideoError
from core.signals.hearing import hear
from core.signals.listening import Listening
from core.video.probe import probe
from tests.core.signals.test_hearing import LOUD_IN_THE_MIDDLE, write_sound


@pytest.fixture
def loud(tmp_path):
    return probe(write_sound(tmp_path / "loud.mkv", LOUD_IN_THE_MIDDLE, 12))


def test_it_hears_what_hearing_alone_gives(loud):
    picks = loud.timebase.picks()
    listening = Listening(loud.path, loud.timebase, picks)
    found, wanted = listening.heard(), hear(loud.path, loud.timebase, picks)
    listening.close()
    for name in ("level", "speech", "singing", "music"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))


def test_who_gives_up_leaves_no_thread(loud):
    before = threading.active_count()
    listening = Listening(loud.path, loud.timebase, loud.timebase.picks())
    listening.close()
    assert threading.active_count() == before


def test_cancelling_and_unreadable_files_are_said(loud, tmp_path):
    slow = Listening(loud.path, loud.timebase, loud.timebase.picks())
    with pytest.raises(Cancelled, match="was cancelled"):
        slow.heard(lambda: True)
    slow.close()
    missing = Listening(tmp_path / "none.mp4", loud.timebase, loud.timebase.picks())
    with pytest.raises(VideoError, match="There is no file"):
        missing.heard()
    missing.close()
