"""The browser's fold of the event log (assets/player/annotate/labels.mjs) against core.labelling.events.fold."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.labelling.events import Event, fold
from core.limits import UNDO_STEPS

pytestmark = pytest.mark.browser
NUMBERED = ("rate", "clear", "mark", "unmark", "trace", "position")
PLAYER = Path(__file__).resolve().parents[2] / "assets" / "player"
FOLD_ALL = """async (logs) => {
  const { fold, summary } = await import(window.labelsModule);
  return logs.map((log) => summary(fold(log)));
}"""


@pytest.fixture(scope="module")
def fold_in_browser(browser):
    """Folds many logs at once in a tab that has the module and nothing else."""
    context = browser.new_context()
    page = context.new_page()
    limits = address_of((PLAYER / "shared" / "limits.mjs").read_text())
    module = (PLAYER / "annotate" / "labels.mjs").read_text().replace("../shared/limits.mjs", limits)
    page.evaluate("address => { window.labelsModule = address; }", address_of(module))
    yield lambda logs: page.evaluate(FOLD_ALL, [[asdict(event) for event in log] for log in logs])
    context.close()


def address_of(module: str) -> str:
    return f"data:text/javascript;base64,{base64.b64encode(module.encode()).decode()}"


def kinds() -> st.SearchStrategy[str]:
    """Mostly ratings and undo, sometimes the rest."""
    often = ["rate"] * 3 + ["mark"] * 3 + ["trace"] * 4 + ["undo"] * 5 + ["redo"] * 3 + ["clear"] * 2
    seldom = ["unmark", "position", "submit", "reopen", "note", "skip", "restart", "exclude", "restore", "watched"]
    return st.sampled_from([*often, *seldom])


def data_of(kind: str) -> st.SearchStrategy[dict[str, Any] | None]:
    if kind == "mark":
        worth = st.sampled_from([{}, {}, {"worth": 0}, {"worth": 1}])
        return st.tuples(st.integers(0, 50), worth).map(lambda one: {"start": one[0], "end": one[0] + 10, **one[1]})
    if kind == "trace":
        sample = st.tuples(st.integers(0, 90).map(float), st.sampled_from([0.0, 0.25, 1.0])).map(list)
        return st.lists(sample, min_size=1, max_size=3).map(lambda samples: {"samples": samples})
    return st.sampled_from([None, {"text": "because"}])


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Up to 40 events of two tabs, some of them sent twice."""
    log: list[Event] = []
    for seq in range(draw(st.integers(0, 40))):
        if log and draw(st.integers(0, 9)) == 0:
            log.append(draw(st.sampled_from(log)))
            continue
        kind = draw(kinds())
        shot = draw(st.integers(0, 3)) if kind in NUMBERED else None
        value = draw(st.integers(1, 5)) if kind == "rate" else None
        t = draw(st.none() | st.integers(0, 5000).map(lambda ms: ms / 1000))
        log.append(Event(draw(st.sampled_from("ab")), seq, kind, shot, value, t, seq, draw(data_of(kind))))
    return log


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batch=st.lists(logs(), min_size=1, max_size=8))
def test_browser_and_server_derive_the_same_labels(fold_in_browser, batch):
    for state, log in zip(fold_in_browser(batch), batch, strict=True):
        assert state == json.loads(json.dumps(asdict(fold(log))))


def test_both_forget_the_same_steps_of_a_long_log(fold_in_browser):
    log = [Event("tab", n, "rate", n % 7, 1 + n % 5) for n in range(UNDO_STEPS + 50)]
    log += [Event("tab", len(log) + n, "undo") for n in range(UNDO_STEPS + 50)]
    (state,) = fold_in_browser([log])
    assert state == json.loads(json.dumps(asdict(fold(log))))
    assert (state["undo_depth"], state["redo_depth"]) == (0, UNDO_STEPS)
    assert len(state["ratings"]) == 7  # of the fifty that are too long ago
