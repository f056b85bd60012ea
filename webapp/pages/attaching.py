"""Videos for entries that came without: one for an entry, or several for a data set, matched by name."""

from __future__ import annotations

from collections import Counter

import gradio as gr

from core.errors import ManycutError
from storage.library import Library
from verbs.attach import AttachRequest
from webapp.jobs import enqueue
from webapp.pages.elements import UPLOADED, section, told
from webapp.pages.jobs_panel import jobs_panel

BY_NAME = ""  # no single entry
HERE = "() => location.search.includes('attach=') && document.querySelector('#attach')?.scrollIntoView()"


def attaching(library: Library) -> None:
    """A sentence, whose video it is, and an upload; the address may name the entry: ?attach=ID."""
    section("Videos for entries without one", "attach")
    said = gr.Markdown(elem_id="attach-said")
    with gr.Row(elem_classes="mc-form"):
        dataset = gr.Dropdown(label="Dataset", choices=[], visible=False, scale=2, elem_id="attach-dataset")
        entry = gr.Dropdown(label="Entry", choices=[], visible=False, scale=3, elem_id="attach-entry")
        upload = gr.UploadButton(
            "Attach videos", file_count="multiple", file_types=UPLOADED, visible=False, elem_id="attach-upload"
        )
    jobs_panel("attach", empty="")

    def fill(request: gr.Request) -> tuple[dict, dict, dict, str]:
        asked = str(request.query_params.get("attach") or "")
        lacking = Counter(one.dataset for one in library.entries.without_video())
        named = asked.partition("/")[0]
        chosen = named if named in lacking else next(iter(lacking), None)
        choices = [(f"{name} ({count} without)", name) for name, count in lacking.items()]
        return (
            gr.update(choices=choices, value=chosen, visible=bool(lacking)),
            entries_of(library, chosen, asked),
            gr.update(visible=bool(lacking)),
            sentence(lacking.total()),
        )

    def start(files: list[str] | None, dataset_id: str | None, entry_id: str | None) -> str:
        if not files:
            return "Choose the video files first."
        whose = {"entry": entry_id} if entry_id else {"dataset": dataset_id}
        if entry_id and len(files) > 1:
            return f"These are {len(files)} videos, and one entry has one. Choose its file, or match them by name."
        try:
            enqueue(library, AttachRequest.of(path=files, **whose))
        except ManycutError as error:
            return told(library, error)
        return f"{len(files)} {'video' if len(files) == 1 else 'videos'} will be attached to {entry_id or dataset_id}."

    def of_dataset(dataset_id: str | None) -> dict:
        return entries_of(library, dataset_id)

    tell_list = "() => document.dispatchEvent(new Event('manycut:job'))"
    upload.upload(start, [upload, dataset, entry], said, show_progress="hidden").then(None, js=tell_list)
    dataset.input(of_dataset, dataset, entry, show_progress="hidden")
    gr.on(None, fill, None, [dataset, entry, upload, said], show_progress="hidden").then(None, js=HERE)


def entries_of(library: Library, dataset: str | None, asked: str = BY_NAME) -> dict:
    """The entries of a data set that have no video, as a dropdown's choices; `asked` is chosen if it is one of them."""
    found = library.entries.without_video(dataset) if dataset else []
    choices = [("Those that are called like the files", BY_NAME), *((one.title or one.id, one.id) for one in found)]
    value = asked if any(one.id == asked for one in found) else BY_NAME
    return gr.update(choices=choices, value=value, visible=bool(found))


def sentence(lacking: int) -> str:
    """What is lacking, in words."""
    if not lacking:
        return "Every entry has its video."
    who = "1 entry has no video" if lacking == 1 else f"{lacking} entries have no video"
    return (
        f"{who} here. A video gives the pictures, and the true frame rate where that is only assumed; what people and "
        "models said stays. It needs as many frames as the entry."
    )
