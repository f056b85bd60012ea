"""The live list of background jobs that Models, Review and Library show."""

from __future__ import annotations

from core.models.registry import MODELS
from webapp.components.widget import Widget


def jobs_panel(*kinds: str, empty: str = "Nothing has been run yet.") -> Widget:
    """A list of jobs of these kinds with progress, cancel, and a way to what came out; newest first.

    `empty` is said where there is none.
    """
    value = {"kinds": list(kinds), "models": {name: kind.label for name, kind in MODELS.items()}, "empty": empty}
    return Widget(value, module="shared/jobs.mjs", root_id=f"jobs-{'-'.join(kinds)}")
