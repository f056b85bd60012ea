"""Looking after the library: are the copies and filmstrips of its videos here, whole, and do they sound?"""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.errors import ManycutError
from storage.library import Library
from verbs.doctor import DoctorRequest
from webapp.jobs import enqueue
from webapp.pages.elements import UPLOADED, section, told
from webapp.pages.jobs_panel import jobs_panel

WHAT = (
    "Finds videos whose copy or filmstrip is gone or damaged, or lost sound in an earlier version, and makes them "
    "again from their originals. An original that is not where it was can be uploaded: it is known by its content."
)


def looking_after(library: Library) -> None:
    """A sentence, a button, an upload of originals, and what was found."""
    section("Look after the library")
    said = gr.Markdown(WHAT, elem_id="doctor-said")
    with gr.Row(elem_classes="mc-form"):
        look = gr.Button("Look for faults", elem_id="doctor-look")
        upload = gr.UploadButton(
            "Mend from uploaded originals", file_count="multiple", file_types=UPLOADED, elem_id="doctor-originals"
        )
    jobs_panel("doctor", empty="")

    def begin(**choices: Any) -> str:
        try:
            enqueue(library, DoctorRequest.of(**choices))
        except ManycutError as error:
            return told(library, error)
        return "All videos will be looked at; what is wrong is listed below."

    def start() -> str:
        return begin()

    def mend(files: list[str] | None) -> str:
        return begin(mend=True, originals=files) if files else "Choose the originals first."

    tell_list = "() => document.dispatchEvent(new Event('manycut:job'))"
    look.click(start, None, said, show_progress="hidden").then(None, js=tell_list)
    upload.upload(mend, upload, said, show_progress="hidden").then(None, js=tell_list)
