"""Compare: what people and models say about one video, on one time axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from storage.entry_rows import EntrySummary
from storage.library import Library
from webapp.player import SyncPlayer

MAX_CHOICES = 2000


def build(library: Library) -> SyncPlayer:
    """Lays out the page over one library: which entry, and the player; everything else is inside the player."""
    with gr.Row(elem_id="compare-bar"):
        picker = gr.Dropdown(
            choices=[],
            label="Entry",
            show_label=False,
            container=False,
            filterable=True,
            interactive=True,
            elem_id="entry-picker",
        )
    player = SyncPlayer(elem_id="sync-player")

    def opened(request: gr.Request) -> tuple[dict[str, Any], dict[str, Any]]:
        entries = library.entries()
        chosen = request.query_params.get("entry") or next((entry.id for entry in entries), None)
        options = choices(entries, keep=chosen)
        known = any(value == chosen for _, value in options)
        return gr.update(choices=options, value=chosen if known else None), {"entry": chosen, "rev": 0}

    def picked(entry: str | None) -> dict[str, Any]:
        return {"entry": entry, "rev": 0} if entry else gr.skip()

    # No trigger: at every load of the page, so that new entries appear.
    gr.on(None, opened, None, [picker, player], show_progress="hidden", api_visibility="private")
    picker.input(picked, picker, player, show_progress="hidden", queue=False, api_visibility="private")
    return player


def choices(entries: Sequence[EntrySummary], keep: str | None = None) -> list[tuple[str, str]]:
    """Labels and ids for the picker, one dataset after the other.

    At most MAX_CHOICES, so that the page stays light with large libraries; `keep` is always among them.
    """
    ordered = sorted(entries, key=lambda entry: entry.dataset)  # stable: inside a dataset the library's order
    shown = [entry for place, entry in enumerate(ordered) if place < MAX_CHOICES or entry.id == keep]
    return [(f"{entry.dataset} · {entry.title} ({clock(entry.duration)})", entry.id) for entry in shown]


def clock(seconds: float) -> str:
    """Minutes and seconds, m:ss."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
