"""Annotate: a person's queue and the judging of one video: shot by shot, by keyshots, or continuously.

The page is one ES module (assets/player/annotate/annotate.mjs). It takes the task or entry from the page's address
(?task=12, ?entry=demo/harbour-day&protocol=keyshots) and talks to /api/me, /api/tasks and /api/task only: while people
judge, nobody else's labels and no scores reach their browser, so nothing of the library is put into the page here.
"""

from __future__ import annotations

from storage.library import Library
from webapp.components.widget import Widget


def build(shelf: Library) -> Widget:
    """Lays out the page inside the current route; `shelf` is unused on purpose (see above)."""
    return Widget(module="annotate/annotate.mjs", root_id="annotator")
