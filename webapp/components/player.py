"""The synced player as a Gradio component: an empty frame, filled by the ES modules in assets/player.

The value is small: which entry to show. The modules fetch everything else from the REST interface, so a
change of entry costs one short round trip and never re-creates the video or the plots.
"""

from __future__ import annotations

from typing import Any

from webapp.components.widget import Widget

MODULE = "compare/compare.mjs"
ROOT_ID = "player"


class SyncPlayer(Widget):
    """Video and timelines with one cursor.

    Args:
        value: {"entry": "<dataset>/<key>" or None, "rev": int}. Another `entry` or `rev` loads it; {"entry": None}
            says that the library is empty, {} waits. The page's address (?entry=...&t=...) goes first at the
            first load.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs: Any) -> None:
        # Gradio calls this again with any property of an update, hence **kwargs.
        super().__init__(value=value or {}, **{"module": MODULE, "root_id": ROOT_ID, **kwargs})
