"""One frame back or on lands on the frame that is next in time, also where frames do not follow each other evenly."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from core.data.timebase import Timebase, format_rate
from tests.browser.test_selection_mirror import PLAYER, node

SCRIPT = """
import { frameClock, frameStep } from '%s';
import { readFileSync } from 'node:fs';
const { entry, shown, nows } = JSON.parse(readFileSync(0, 'utf8'));
const begins = Array.from({ length: entry.n_frames + 1 }, (_, frame) => frameClock(entry, shown)(frame));
const steps = [-1, 1].map((amount) => nows.map((now) => frameStep(entry, shown, now, amount)));
process.stdout.write(JSON.stringify({ begins, steps }));
"""


def ask(timebase: Timebase, nows: list[float], varying: bool) -> dict:
    entry = {"fps": format_rate(timebase.rate), "duration": timebase.duration, "n_frames": timebase.n_frames}
    shown = timebase.seconds(np.arange(timebase.n_frames)).tolist() if varying else None
    command = [node(), "--input-type=module", "-e", SCRIPT % (PLAYER / "frame_clock.mjs").as_uri()]
    given = json.dumps({"entry": entry, "shown": shown, "nows": nows})
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("varying", [False, True])
def test_a_step_lands_on_the_next_frame_and_on_the_one_before(varying: bool) -> None:
    if varying:  # a phone in the dark: from 30 to 5 frames a second, and one that stays for four seconds
        lengths = np.random.default_rng(0).choice([3003, 3003, 6006, 18018], 200)
        lengths[50] = 360_000
        times = np.cumsum(lengths) - lengths[0]
        timebase = Timebase.from_times(times, Fraction(1, 90_000), int(times[-1]) + 3003)
    else:
        timebase = Timebase(Fraction(30000, 1001), 200)
    frames = np.arange(200)
    middles = (timebase.seconds(frames) + timebase.seconds(frames + 1)) / 2
    just_before = timebase.seconds(frames) - 1e-6  # what a video says that was asked for the beginning
    for nows in (middles, timebase.seconds(frames) + 0.002, just_before):
        answer = ask(timebase, nows.tolist(), varying)
        np.testing.assert_allclose(answer["begins"], timebase.seconds(np.arange(201)), rtol=0, atol=1e-9)
        back, on = (np.array([timebase.frame_at(time) for time in steps]) for steps in answer["steps"])
        assert back.tolist() == np.maximum(frames - 1, 0).tolist()
        assert on.tolist() == np.minimum(frames + 1, 199).tolist()
