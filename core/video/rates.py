"""The constant rate that presentation times follow, where they follow one.

Many containers round times to their clock, and what they state of the rate as well: Matroska has milliseconds, so that
60000/1001 pictures a second are 19001/317 there. Of all rates that the times allow the one is meant that people use.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from core.data.timebase import NTSC_RATES, parse_rate

# What a container states is rounded by less than this share; 24 and 24000/1001 are a thousandth apart.
ROUNDED = Fraction(1, 50_000)


def constant_rate(starts: np.ndarray, unit: Fraction, stated: Sequence[Fraction]) -> Fraction | None:
    """The rate at which pictures follow each other, or None where it varies.

    Args:
        starts: (n,) int64 ascending presentation times in steps of a clock, the first 0, n at least 2.
        unit: seconds per step.
        stated: rates that the container states, those that are preferred first.
    """
    measured = Fraction(len(starts) - 1) / (int(starts[-1]) * unit)
    fitting = [rate for rate in (*stated, parse_rate(float(measured)), measured) if _fits(starts, rate, unit)]
    if not fitting or (1 / (fitting[0] * unit)).denominator == 1:  # the clock holds it, so that nothing was rounded
        return fitting[0] if fitting else None
    for rate in stated:
        for usual in _usual(rate):
            if abs(usual / rate - 1) < ROUNDED and _fits(starts, usual, unit):
                return usual
    # In a long video the times themselves tell, also where nothing that is stated fits them.
    tightest = max(1.0, min(_spread(starts, rate, unit) for rate in fitting) + 0.05)
    usual_ones = sorted(_usual(measured), key=lambda rate: abs(rate - measured))
    return next((usual for usual in usual_ones if _spread(starts, usual, unit) <= tightest), fitting[0])


def _usual(rate: Fraction) -> set[Fraction]:
    """The rates in use that are nearest to one."""
    whole, ntsc = round(rate), round(rate * 1001 / 1000)
    return {Fraction(whole)} - {0} | ({Fraction(ntsc * 1000, 1001)} if ntsc in NTSC_RATES else set())


def _fits(starts: np.ndarray, rate: Fraction, unit: Fraction) -> bool:
    """Whether every time is that of its frame, to a step of the clock."""
    step = 1 / float(rate * unit)
    return bool(np.abs(starts - np.arange(len(starts)) * step).max() <= min(1, step / 2))


def _spread(starts: np.ndarray, rate: Fraction, unit: Fraction) -> float:
    """How far times lie apart from those of their frames, in steps: less than 1 where they were rounded."""
    return float(np.ptp(starts - np.arange(len(starts)) / float(rate * unit)))
