"""The offer to pretrain without labels that Library and Models show where enough videos share a feature space."""

from __future__ import annotations

import gradio as gr

from core.errors import ManycutError
from storage.library import Library
from verbs.offers import PretrainingOffer, pretraining_offers
from verbs.pretrain import PretrainRequest
from webapp.jobs import enqueue
from webapp.pages.elements import section, told
from webapp.pages.jobs_panel import jobs_panel

WHAT = (
    "Nobody's labels are needed: a small summarizer learns which pictures tell your videos from one another (ViSP). "
    "Afterwards each of them has a row of several self-discovered cuts, and so has every video that you add. "
    "It takes a few minutes, and you can go on meanwhile."
)


def pretraining_offer(library: Library) -> None:
    """A sentence, a choice of spaces, a button and its jobs; says what is missing where nothing can be offered."""
    section("Self-discovered cuts")
    said = gr.Markdown(elem_id="offer-said")
    with gr.Row(elem_classes="mc-form"):
        space = gr.Dropdown(
            label="Videos with these features", choices=[], visible=False, scale=3, elem_id="offer-space"
        )
        begin = gr.Button("Pretrain on them", visible=False, elem_id="offer-begin")
    jobs_panel("pretrain")

    def fill() -> tuple[dict, dict, str]:
        offers = pretraining_offers(library)
        choices = [(f"{one.space} ({one.videos} videos)", one.space) for one in offers]
        shown = bool(offers)
        value = offers[0].space if offers else None
        return gr.update(choices=choices, value=value, visible=shown), gr.update(visible=shown), sentence(offers)

    def start(space: str) -> str:
        try:
            enqueue(library, PretrainRequest(space=space))
        except ManycutError as error:
            return told(library, error)
        return f"Pretraining on the videos with {space} features has been queued."

    tell_list = "() => document.dispatchEvent(new Event('manycut:job'))"
    begin.click(start, space, said, show_progress="hidden").then(None, js=tell_list)
    gr.on(None, fill, None, [space, begin, said], show_progress="hidden")


def sentence(offers: list[PretrainingOffer]) -> str:
    """What is offered, in words."""
    if not offers:
        return "With eight or more videos in one feature space, pretraining without labels is offered here."
    first = offers[0]
    grown = f" The last time there were {first.learned}." if first.learned else ""
    return f"{first.videos} videos have {first.space} features.{grown} {WHAT}"
