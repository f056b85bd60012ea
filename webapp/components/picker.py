"""The entry picker as a Gradio component: an empty frame, filled by the ES modules in assets/player."""

from __future__ import annotations

from typing import Any

from webapp.components.widget import Widget

MODULE = "picker/picker.mjs"
ROOT_ID = "picker"


class EntryPicker(Widget):
    """Which entry is shown, and the way to another one among tens of thousands.

    Choosing dispatches `manycut:open` with {entry} on the document; when the player has shown an entry it dispatches
    `manycut:opened` with {entry, title, dataset, duration}, which the picker then names.

    Args:
        value: {"entry", "title", "dataset", "duration"} of the entry to name first; {"entry": None} says that the
            library is empty, {} waits.
    """

    def __init__(self, value: dict[str, Any] | None = None, **kwargs: Any) -> None:
        # Gradio calls this again with any property of an update, hence **kwargs.
        super().__init__(value=value or {}, **{"module": MODULE, "root_id": ROOT_ID, **kwargs})
