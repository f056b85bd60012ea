"""What the Annotate page computes itself, against the same in Python: takes, parts, frames."""

from __future__ import annotations

import base64
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.timebase import Timebase, VaryingTimebase
from core.labelling.conversions import merged_takes, segments_of
from core.segment.segmentation import uniform_shots

pytestmark = pytest.mark.browser
PLAYER = Path(__file__).resolve().parents[2] / "assets" / "player" / "annotate"
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MOMENTS = st.integers(0, 60).map(lambda n: n / 4)
TAKES = st.dictionaries(
    st.integers(0, 5), st.lists(st.tuples(MOMENTS, st.sampled_from([0.0, 0.25, 1.0])).map(list), max_size=12)
)
PARTS = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20)).map(lambda p: [p[0], p[0] + p[1]]), max_size=8)


@pytest.fixture(scope="module")
def run(browser):
    """Evaluates over a module `m` in a tab that has nothing else: run(module, expression, what it knows as `given`)."""
    context = browser.new_context()
    page = context.new_page()

    def call(module: str, expression: str, value: object) -> object:
        source = base64.b64encode((PLAYER / module).read_bytes()).decode()
        script = f"async (given) => {{ const m = await import('data:text/javascript;base64,{source}');"
        return page.evaluate(f"{script} return {expression}; }}", value)

    yield call
    context.close()


@CALM
@given(takes=TAKES)
def test_takes_are_merged_alike(run, takes):
    found = run("samples.mjs", "m.mergedTakes(new Map(given))", [[n, take] for n, take in takes.items()])
    assert found == merged_takes(takes).tolist()


@CALM
@given(parts=PARTS)
def test_parts_are_joined_alike(run, parts):
    assert run("segments.mjs", "m.joined(given)", parts) == segments_of(map(tuple, parts)).tolist()


def test_gaps_are_what_is_left_of_a_video(run):
    trace = [[0.1, 0.5], [0.5, 0.5], [1.0, 0.5], [2.0, 0.5], [2.4, 0.5]]
    assert run("samples.mjs", "m.gapsOf(given, 10)", trace) == [[1.0, 2.0], [2.4, 10]]
    assert run("samples.mjs", "m.gapsOf(given, 2.5)", trace) == [[1.0, 2.0]]
    assert run("samples.mjs", "m.gapsOf(given, 10)", []) == [[0, 10]]


@pytest.mark.parametrize(
    "timebase",
    [
        Timebase(Fraction(25), 1512),
        Timebase(Fraction(30000, 1001), 5000),
        Timebase.from_times([0, 40, 90, 100, 180, 200, 333, 400, 500, 520, 560, 640], Fraction(1, 100), 700),
    ],
)
def test_frames_and_seconds_are_converted_alike(run, timebase):
    shots = uniform_shots(timebase)
    rows = [
        [int(a), int(b), round(float(timebase.seconds(a)), 4), round(float(timebase.seconds(b)), 4)]
        for a, b in shots.bounds
    ]
    given = {"shots": rows, "rate": str(timebase.rate), "count": timebase.n_frames}
    frames = "new m.Frames(given.shots, given.rate, given.count)"
    every = f"Array.from({{length: given.count}}, (_, f) => [{frames}.start(f), {frames}.at({frames}.middle(f))])"
    for frame, (seconds, again) in enumerate(run("frames.mjs", every, given)):
        assert again == frame
        if not isinstance(timebase, VaryingTimebase):
            assert seconds == pytest.approx(float(timebase.seconds(frame)), abs=1e-4)
