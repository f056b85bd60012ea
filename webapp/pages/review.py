"""Review: for whoever leads an annotation. Progress, agreement, who is asked for what, decisions, the export.

The page is one ES module (assets/player/review/review.mjs) over /api/review. What stands in a page when it is built
reaches every visitor of every page, also people who are judging, so nothing of the library is put into it here.
"""

from __future__ import annotations

from storage.library import Library
from webapp.components.widget import Widget


def build(shelf: Library) -> Widget:
    """Lays out the page inside the current route; `shelf` is unused on purpose (see above)."""
    return Widget(module="review/review.mjs", root_id="review")
