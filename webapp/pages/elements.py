"""Headings and choices that are the same on every page."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from core.errors import ManycutError
from storage.library import Library
from webapp.places import without_places

# What may be uploaded as a video: browsers do not count all of them as videos.
UPLOADED = ["video", ".apng", ".flv", ".gif", ".h264", ".hevc", ".mjpeg", ".png", ".ts", ".webp", ".y4m"]


def told(library: Library, error: ManycutError) -> str:
    """What went wrong and what to do, for a page of Gradio, without places of the server."""
    return without_places(f"{error.message} {error.hint}".strip(), library.data_dir)


def section(title: str, id: str = "") -> None:
    """The name of a part of a page, and what an address calls it."""
    gr.HTML(f'<h2 class="mc-section" id="{escape(id)}">{escape(title)}</h2>')


def dataset_choices(library: Library) -> dict[str, Any]:
    """What a dropdown of datasets offers now, with the oldest chosen."""
    names = [found.id for found in library.datasets.list()]
    return {"choices": names, "value": names[0] if names else None}
