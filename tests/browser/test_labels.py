"""The browser's fold of the event log (assets/player/labels.mjs) against core.labels.fold."""

from __future__ import annotations

import base64
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.labels import Event, fold

pytestmark = pytest.mark.browser
MODULE = Path(__file__).resolve().parents[2] / "assets" / "player" / "labels.mjs"
FOLD_ALL = """async (logs) => {
  const { fold, summary } = await import(window.labelsModule);
  return logs.map((log) => summary(fold(log)));
}"""


@pytest.fixture(scope="module")
def fold_in_browser(browser):
    """Folds many logs at once in a tab that has the module and nothing else."""
    context = browser.new_context()
    page = context.new_page()
    source = base64.b64encode(MODULE.read_bytes()).decode()
    page.evaluate(f"window.labelsModule = 'data:text/javascript;base64,{source}'")
    yield lambda logs: page.evaluate(FOLD_ALL, [[asdict(event) for event in log] for log in logs])
    context.close()


def kinds() -> st.SearchStrategy[str]:
    """Mostly ratings and undo, sometimes the rest."""
    often = ["rate"] * 6 + ["undo"] * 4 + ["redo"] * 3 + ["clear"] * 2
    return st.sampled_from([*often, "position", "submit", "reopen", "note"])


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Up to 40 events of two tabs, some of them sent twice."""
    log: list[Event] = []
    for seq in range(draw(st.integers(0, 40))):
        if log and draw(st.integers(0, 9)) == 0:
            log.append(draw(st.sampled_from(log)))
            continue
        kind = draw(kinds())
        shot = draw(st.integers(0, 4)) if kind in ("rate", "clear", "position") else None
        value = draw(st.integers(1, 5)) if kind == "rate" else None
        t = draw(st.none() | st.integers(0, 5000).map(lambda ms: ms / 1000))
        log.append(Event(draw(st.sampled_from("ab")), seq, kind, shot, value, t, seq))
    return log


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batch=st.lists(logs(), min_size=1, max_size=8))
def test_browser_and_server_derive_the_same_labels(fold_in_browser, batch):
    for state, log in zip(fold_in_browser(batch), batch, strict=True):
        expected = fold(log)
        assert {int(shot): value for shot, value in state["ratings"].items()} == dict(expected.ratings)
        assert state["undo_depth"] == expected.undo_depth
        assert state["redo_depth"] == expected.redo_depth
        assert state["submitted"] == expected.submitted
        assert state["position"] == expected.position
