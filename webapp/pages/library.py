"""Library: what is here, found again and put in order; and taking in films and data sets.

Both are ES modules (assets/player/library/) over the REST. What stands in a page when it is built reaches every visitor
of every page, so nothing of the library is put into it here.
"""

from __future__ import annotations

import gradio as gr

from storage.library import Library
from webapp.components.widget import Widget
from webapp.pages.attaching import attaching
from webapp.pages.elements import section
from webapp.pages.features_offer import features_offer
from webapp.pages.jobs_panel import jobs_panel
from webapp.pages.looking_after import looking_after
from webapp.pages.offer import pretraining_offer

TAKING_IN = (
    "Films that come in are made playable, sampled, cut into shots and scored in the background. Of a data set you see "
    "what is in it before it is taken in."
)


def build(library: Library) -> None:
    """Lays out the page over one library."""
    Widget(module="library/library.mjs", root_id="library")
    section("Take in films and data sets", "taking-in")
    gr.HTML(f'<p class="mc-page-lead">{TAKING_IN}</p>')
    Widget(module="library/adding.mjs", root_id="adding")
    with gr.Accordion("Everything that was asked for lately", open=False, elem_id="lately"):
        jobs_panel("ingest", "import_file", "features")
    features_offer(library)
    pretraining_offer(library)
    attaching(library)
    looking_after(library)
