"""Headings, tables and choices that are the same on every page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from storage.library import Library

# What may be uploaded as a video: browsers do not count all of them as videos.
UPLOADED = ["video", ".apng", ".flv", ".gif", ".h264", ".hevc", ".mjpeg", ".png", ".ts", ".webp", ".y4m"]


def heading(title: str, lead: str) -> None:
    """A page's name and one or two sentences about what it is for."""
    gr.HTML(f'<h1 class="mc-page-title">{escape(title)}</h1><p class="mc-page-lead">{escape(lead)}</p>')


def section(title: str, id: str = "") -> None:
    """The name of a part of a page, and what an address calls it."""
    gr.HTML(f'<h2 class="mc-section" id="{escape(id)}">{escape(title)}</h2>')


def dataset_choices(library: Library) -> dict[str, Any]:
    """What a dropdown of datasets offers now, with the oldest chosen."""
    names = [found.id for found in library.datasets.list()]
    return {"choices": names, "value": names[0] if names else None}


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> str:
    """An HTML table; cells are HTML already, so callers escape what people typed."""
    if not rows:
        return f'<p class="mc-empty">{escape(empty)}</p>'
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="mc-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
