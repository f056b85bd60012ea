"""The browser solves cuts itself: its results must be those of core.select.published, bit for bit."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from core.data import Shots
from core.select.published import hold_scores, select, shot_scores

PLAYER = Path(__file__).resolve().parents[2] / "assets" / "player" / "compare"
SCRIPT = """
import { holdScores, select, shotScores } from '%s';
import { readFileSync } from 'node:fs';
const cases = JSON.parse(readFileSync(0, 'utf8'));
const answers = cases.map(({ scores, picks, shots, frames, budget, strict }) => {
  const known = Float32Array.from(scores, (score) => (score === null ? NaN : score));
  return {
    ...select(known, picks, shots, frames, budget, strict),
    means: Array.from(shotScores(known, picks, shots, frames)),
    held: Array.from(holdScores(known, picks, frames)),
  };
});
process.stdout.write(JSON.stringify(answers));
"""


def node() -> str:
    """A JavaScript engine: the system's, else the one that Playwright brings."""
    found = shutil.which("node")
    if found:
        return found
    driver = pytest.importorskip("playwright._impl._driver")
    return str(driver.compute_driver_executable()[0])


def in_javascript(cases: list[dict]) -> list[dict]:
    module = (PLAYER / "selection.mjs").as_uri()
    command = [node(), "--input-type=module", "-e", SCRIPT % module]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def random_case(random: np.random.Generator) -> dict:
    """A video with awkward properties on purpose: equal scores, unjudged picks, late first picks, overlong shots."""
    frames = int(random.integers(30, 900))
    picks = np.unique(random.integers(0, frames, int(random.integers(1, 60))))
    scores = random.random(len(picks)).astype(np.float32)
    kind = random.integers(4)
    if kind == 0:
        scores = np.round(scores * 5) / 5  # many ties, as people's ratings have
    elif kind == 1:
        scores[random.random(len(scores)) < 0.3] = np.nan
    elif kind == 2:
        scores[:] = random.choice([0.0, 0.5])
    ends = np.unique(np.r_[random.integers(1, frames, int(random.choice([0, 1, 3, 20]))), frames])
    shots = np.stack([np.r_[0, ends[:-1]], ends], axis=1)
    if random.random() < 0.2 and len(shots) > 2:
        shots = np.delete(shots, 1, axis=0)  # shots need not cover the video
    return {
        "scores": [None if np.isnan(score) else float(score) for score in scores.astype(np.float32)],
        "picks": picks.tolist(),
        "shots": shots.tolist(),
        "frames": frames,
        "budget": float(random.choice([0.05, 0.15, 0.3, 0.5, 0.77])),
        "strict": bool(random.random() < 0.3),
    }


def test_browser_and_server_solve_the_same_cuts() -> None:
    random = np.random.default_rng(11)
    cases = [random_case(random) for _ in range(400)]
    notes = set()
    for case, answer in zip(cases, in_javascript(cases), strict=True):
        scores = np.array([np.nan if score is None else score for score in case["scores"]], np.float32)
        picks = np.array(case["picks"])
        shots = Shots(np.array(case["shots"]), "random")
        cut = select(scores, picks, shots, case["frames"], case["budget"], case["strict"])
        assert answer["segments"] == cut.segments.tolist(), case
        assert answer["note"] == cut.note
        assert answer["frames"] == int(cut.mask.sum())
        assert answer["means"] == shot_scores(scores, picks, shots, case["frames"]).tolist()
        assert answer["held"] == hold_scores(scores, picks, case["frames"]).tolist()
        notes.add(cut.note)
    # The cases must have met every way in which a cut can come about.
    assert "" in notes
    assert "no shot fits the budget" in notes
    assert any("split" in note for note in notes)
