"""Time code: read, written, and in step with the clock where it drops frames."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest

from core.data.timecode import TimeCode
from core.errors import InputError

NTSC, FAST = Fraction(30000, 1001), Fraction(60000, 1001)


@pytest.mark.parametrize("rate", [NTSC, FAST])
def test_drop_frame_numbers_are_those_of_opentimelineio(rate):
    for frames in [*range(0, 40_000, 7), *range(1_795, 1_805), *range(17_978, 17_990), 1_078_920, 2_589_407]:
        code = TimeCode(frames, rate, drop=True)
        assert code.label == otio.opentime.to_timecode(otio.opentime.RationalTime(frames, float(rate)), float(rate))
        assert TimeCode.parse(code.label, rate) == TimeCode.stored(str(code)) == code


@pytest.mark.parametrize(
    ("label", "rate", "frames"),
    [
        ("10:00:00;00", NTSC, 1_078_920),
        ("10:00:00:00", NTSC, 1_080_000),
        ("10:00:00.00", NTSC, 1_078_920),
        ("01:00:00:00", Fraction(24000, 1001), 86_400),
        ("00:00:01:24", Fraction(25), 49),
        ("00:00:01;24", Fraction(25), 49),  # nothing to drop at 25
    ],
)
def test_a_label_is_so_many_frames(label, rate, frames):
    code = TimeCode.parse(label, rate)
    assert (code.frames, code.seconds) == (frames, frames / rate)


@pytest.mark.parametrize("label", ["", "10:00:00", "00:61:00:00", "00:00:00:30", "-1:00:00:00", "1e3"])
def test_what_is_no_time_code_is_refused(label):
    with pytest.raises(InputError, match="no time code"):
        TimeCode.parse(label, NTSC)
