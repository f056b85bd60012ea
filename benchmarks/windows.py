"""Eight samples of three hours by the paper's denoiser, in overlapping windows, against all picks at once.

All at once takes longer than anybody waits: one sample is measured with one step and with two, and what a step takes is
multiplied.
"""

from __future__ import annotations

from statistics import median

from benchmarks.measuring import Result, forget_peak, peak_mb, resident_mb, timed
from benchmarks.sampling import STEPS, Case, made
from core.models.windows import WINDOW

HOURS = 3
SAMPLES, PICKS = 8, 18_000  # one every 0.6 s: no more than 20,000 of a video are scored
LIMIT_S, GROWTH_MB = 150.0, 200.0
SHORTER = PICKS // 3
RUNS = 3


def windows_3h() -> Result:
    """Three hours as they are looked at, with guidance."""
    case = made("DiT", samples=SAMPLES, picks=PICKS)
    runs, beyond = [], {}
    for picks in (SHORTER, PICKS):
        one = first_picks(case, picks)
        before = resident_mb()
        forget_peak()
        one.model.predict(one.features, SAMPLES, steps=1, window=WINDOW)
        beyond[picks] = peak_mb() - before
    for _ in range(RUNS):
        runs.append(timed(case.ours, 1)[0])
    whole = [_whole(case, steps) for steps in (1, 2)]
    step = whole[1] - whole[0]
    reference = whole[0] - step + SAMPLES * STEPS * step
    seconds = median(runs)
    return Result(
        "windows-3h",
        seconds,
        reference,
        peak_mb(),
        None,
        seconds < LIMIT_S and beyond[PICKS] - beyond[SHORTER] < GROWTH_MB,
        f"under {LIMIT_S:.0f} s, memory grows by less than {GROWTH_MB:.0f} MB from one hour to three",
        {
            "seconds_each_run": [round(one, 1) for one in sorted(runs)],
            "mb_beyond_before": {f"{HOURS * picks / PICKS:g} h": round(mb) for picks, mb in beyond.items()},
        },
    )


def _whole(case: Case, steps: int) -> float:
    """Seconds of one sample with all picks at once."""
    return timed(lambda: case.model.predict(case.features, 1, steps=steps, window=PICKS), 1)[0]


def first_picks(case: Case, picks: int) -> Case:
    """The same model, and the beginning of its video."""
    start, steps = case.noise
    return Case(case.model, case.features[:picks], (start[:, :picks], steps[:, :, :picks]))
