"""Headings and tables that look the same on every page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import gradio as gr


def heading(title: str, lead: str) -> None:
    """A page's name and one or two sentences about what it is for."""
    gr.HTML(f'<h1 class="mc-page-title">{escape(title)}</h1><p class="mc-page-lead">{escape(lead)}</p>')


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> str:
    """An HTML table; cells are HTML already, so callers escape what people typed."""
    if not rows:
        return f'<p class="mc-empty">{escape(empty)}</p>'
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="mc-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
