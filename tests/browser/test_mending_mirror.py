"""The browser draws what was mended before the server answers: as core.select.mending does, to the frame."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.select.footage import spans
from core.select.mending import fold, mended
from tests.browser.test_selection_mirror import PLAYER, node
from tests.core.select.test_mending import ENTRY, FOOTAGE, SCORES, done, numbered

SCRIPT = """
import { after, solved } from '%s/mending.mjs';
import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) {
  const { steps, scores, footage, frameMs } = JSON.parse(line);
  const spanOf = ([start, end]) => [start, end, frameMs[start], frameMs[end]];
  const decided = steps.reduce(after, { kept: [], forbidden: [], splits: [], budget: 0.15 });
  console.log(JSON.stringify({ ...decided, segments: solved(decided, scores, footage, spanOf) }));
}
"""


@pytest.fixture(scope="module")
def page() -> Iterator[subprocess.Popen[str]]:
    """A JavaScript engine that answers one question after the other."""
    command = [node(), "--input-type=module", "-e", SCRIPT % PLAYER.as_uri()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()
        assert process.wait(10) == 0


def asked(page: subprocess.Popen[str], steps: list[dict[str, Any]]) -> Any:
    frames = [[frame, frame + 1] for frame in range(ENTRY.n_frames)]
    ms = spans(ENTRY.timebase, frames)
    known = {
        "nFrames": ENTRY.n_frames,
        "durationMs": FOOTAGE.duration_ms,
        "picks": FOOTAGE.picks.tolist(),
        "pickMs": FOOTAGE.pick_ms.tolist(),
        "bounds": FOOTAGE.bounds.tolist(),
        "pieces": [edges.tolist() for edges in FOOTAGE.pieces],
        "empty": FOOTAGE.empty.tolist(),
    }
    question = {
        "steps": steps,
        "scores": SCORES.astype(float).tolist(),
        "footage": known,
        "frameMs": [*ms[:, 2].tolist(), int(ms[-1, 3])],
    }
    print(json.dumps(question), file=page.stdin, flush=True)
    return json.loads(page.stdout.readline())


@given(steps=st.lists(done, max_size=6))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_page_and_the_server_mend_alike(page, steps) -> None:
    state = fold(numbered(steps))
    answer = asked(page, [data for _, data in steps])
    for name in ("kept", "forbidden", "splits"):
        assert answer[name] == json.loads(json.dumps(getattr(state, name))), name
    assert answer["budget"] == state.budget
    try:
        expected = mended(state, SCORES, FOOTAGE, ENTRY.timebase).segments.tolist()
    except InputError:
        expected = None
    assert answer["segments"] == expected
