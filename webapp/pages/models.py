"""Models: what was trained, from whom it learned and how good that is; and training the next one.

The page is one ES module (assets/player/models/models.mjs) over /api/models. What stands in a page when it is built
reaches every visitor of every page, also people who are judging, so nothing of the library is put into it here.
"""

from __future__ import annotations

from storage.library import Library
from webapp.components.widget import Widget


def build(library: Library) -> Widget:
    """Lays out the page inside the current route; `library` is unused on purpose (see above)."""
    return Widget(module="models/models.mjs", root_id="models")
