"""Compare: what people and models say about one video, on one time axis."""

from __future__ import annotations

from typing import Any

import gradio as gr

from storage.library import Library
from storage.search import Wanted
from webapp.components.picker import EntryPicker
from webapp.components.player import SyncPlayer


def build(library: Library) -> SyncPlayer:
    """Lays out the page over one library: which entry, and the player; everything else is inside these two."""
    with gr.Row(elem_id="compare-bar"):
        picker = EntryPicker(elem_id="entry-picker")
    player = SyncPlayer(elem_id="sync-player")

    def opened(request: gr.Request) -> tuple[dict[str, Any], dict[str, Any]]:
        shown = first(library, request.query_params.get("entry"))
        return shown, {"entry": shown["entry"], "rev": 0}

    # No trigger: at every load of the page, so that new entries appear.
    gr.on(None, opened, None, [picker, player], show_progress="hidden", api_visibility="private")
    return player


def first(library: Library, asked: str | None) -> dict[str, Any]:
    """The entry that the page opens with: the one in its address, else the first of the library."""
    search = library.search
    entry = search.one(asked) if asked else next(iter(search.find(Wanted(), limit=1).entries), None)
    if entry is None:  # the player says what is wrong with an entry that does not exist
        return {"entry": asked or None}
    return {
        "entry": entry.id,
        "title": entry.title,
        "dataset": entry.dataset,
        "duration": entry.duration,
        "rate_assumed": entry.rate_assumed,
    }
