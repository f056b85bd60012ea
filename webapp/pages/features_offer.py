"""The offer to give older videos the features that newer ones have, or that a model here takes."""

from __future__ import annotations

import gradio as gr

from core.errors import ManycutError
from storage.library import Library
from verbs.features import FeaturesRequest
from verbs.offers import FeaturesOffer, features_offers
from webapp.jobs import enqueue
from webapp.pages.elements import told


def features_offer(library: Library) -> None:
    """A sentence, a choice of spaces and a button; nothing is shown where no video lacks any."""
    said = gr.Markdown(visible=False, elem_id="features-said")
    with gr.Row(elem_classes="mc-form"):
        space = gr.Dropdown(
            label="Missing in older videos", choices=[], visible=False, scale=3, elem_id="features-space"
        )
        begin = gr.Button("Make them", visible=False, elem_id="features-begin")

    def fill() -> tuple[dict, dict, dict]:
        offers = features_offers(library)
        choices = [(f"{one.label} ({one.space}), lacked by {one.lacking}", one.space) for one in offers]
        return (
            gr.update(choices=choices, value=offers[0].space if offers else None, visible=len(offers) > 1),
            gr.update(visible=bool(offers)),
            gr.update(value=" ".join(map(sentence, offers)), visible=bool(offers)),
        )

    def start(chosen: str) -> str:
        try:
            enqueue(library, FeaturesRequest(space=chosen, all_entries=True))
        except ManycutError as error:
            return told(library, error)
        return f"{chosen} features will be made of every video that lacks them."

    tell_list = "() => document.dispatchEvent(new Event('manycut:job'))"
    begin.click(start, space, said, show_progress="hidden").then(None, js=tell_list)
    gr.on(None, fill, None, [space, begin, said], show_progress="hidden")


def sentence(offer: FeaturesOffer) -> str:
    """What is offered, in words."""
    who = "1 video has" if offer.lacking == 1 else f"{offer.lacking} videos have"
    named = ", ".join(offer.models[:3]) + (" and others" if len(offer.models) > 3 else "")
    why = (
        f"{named} cannot score {'it' if offer.lacking == 1 else 'them'} without."
        if offer.models
        else ("What is taken in today has them, and models that train on it will ask for them.")
    )
    return f"{who} no {offer.space} features. {why}"
