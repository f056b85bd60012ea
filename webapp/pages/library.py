"""Library: what is here, where it came from, and taking in another video."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import quote

import gradio as gr

from core.errors import ManycutError
from storage.entry_rows import EntrySummary
from storage.library import Library
from webapp.jobs import enqueue, open_queue
from webapp.pages.jobs_panel import jobs_panel
from webapp.pages.words import heading, section, table

SHOWN = 200


def build(library: Library) -> None:
    """Lays out the page over one library."""
    queue = open_queue(library.data_dir)
    heading(
        "Library",
        "Add a video and it is made playable, sampled, cut into shots and scored in the background. Datasets are "
        "imported with the command line: python app.py import FILE.",
    )
    with gr.Row(elem_classes="mc-form"):
        upload = gr.UploadButton("Upload a video", file_types=["video"], variant="primary", elem_id="upload")
        path = gr.Textbox(label="Or a path on the server", placeholder="/videos/trip.mp4", scale=3)
        take = gr.Button("Take it in")
    said = gr.Markdown()
    jobs_panel("ingest")
    section("Entries")
    with gr.Row(elem_classes="mc-form"):
        search = gr.Textbox(label="Search", placeholder="Title, dataset or category", elem_id="search")
    listing = gr.HTML()  # filled at every load: what stands here reaches every visitor of every page

    def start(chosen: str | None) -> str:
        name = (chosen or "").strip()
        if not name:
            return "Choose a file or type a path first."
        if not Path(name).is_file():
            return f"There is no file at {name} on the server."
        try:
            enqueue(library, queue, "ingest", {"path": name, "title": Path(name).stem})
        except ManycutError as error:
            return f"{error.message} {error.hint}"
        return f"{Path(name).name} is being taken in."

    tell_list = "() => document.dispatchEvent(new Event('manycut:job'))"
    upload.upload(start, upload, said, show_progress="hidden").then(None, js=tell_list)
    take.click(start, path, said, show_progress="hidden").then(None, js=tell_list)

    def show(text: str) -> str:
        return entry_table(library, text)

    gr.on(None, show, search, listing, show_progress="hidden")  # when the page opens and while somebody types
    gr.Timer(5).tick(show, search, listing, show_progress="hidden")


def people_cell(entry: EntrySummary) -> str:
    """How many people judged an entry, and whether a program made them up."""
    if not entry.annotators:
        return "none"
    return f'<span class="mc-short">{entry.annotators}{" simulated" if entry.simulated else ""}</span>'


def entry_table(library: Library, search: str = "") -> str:
    """Entries as a table, each linking to Compare."""
    found = library.entries(search=search or None, limit=SHOWN)
    rows = [
        [
            f'<a href="compare?entry={quote(entry.id, safe="")}">{escape(entry.title)}</a>',
            escape(entry.dataset),
            f"{int(entry.duration // 60)}:{entry.duration % 60:04.1f}",
            people_cell(entry),
            escape(entry.feature_space or "none"),
            "yes" if entry.has_video else "no",
        ]
        for entry in found
    ]
    columns = ["Entry", "Dataset", "Length (m:ss.f)", "People", "Feature space", "Video"]
    total = library.count_entries(search=search or None)
    empty = "Nothing matches this search." if search else "The library is empty."
    said = f"{total} entries" if total <= SHOWN else f"{total} entries; the first {SHOWN} are listed, search for others"
    return table(columns, rows, empty) + (f'<p class="mc-empty">{said}.</p>' if rows else "")
