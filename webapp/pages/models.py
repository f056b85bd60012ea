"""Models: what has been trained, on what, how well; and training the next one."""

from __future__ import annotations

from html import escape

import gradio as gr

from core.errors import ManycutError
from core.models.provenance import learned_from
from core.models.registry import MODELS
from storage.library import Library
from verbs.train import TrainRequest
from webapp.jobs import enqueue
from webapp.pages.elements import dataset_choices, heading, section, table
from webapp.pages.jobs_panel import jobs_panel
from webapp.pages.offer import pretraining_offer

KINDS = [(kind.label, kind.name) for kind in MODELS.values()]
FRESH = ("Fresh weights", "")
DEFAULTS = TrainRequest.model_fields


def build(library: Library) -> None:
    """Lays out the page over one library."""
    heading(
        "Models",
        "Train on a dataset's people together with the labels collected here, then see before and after on the same "
        "timelines. Training runs in the background and goes on when this tab is closed.",
    )
    shelf = gr.HTML()  # filled at every load: what stands here reaches every visitor of every page
    section("Train")
    with gr.Row(elem_classes="mc-form"):
        dataset = gr.Dropdown(label="Dataset", **dataset_choices(library), scale=2, elem_id="train-dataset")
        kind = gr.Dropdown(label="Model", choices=KINDS, value=DEFAULTS["kind"].default, scale=2)
        start_from = gr.Dropdown(label="Start from", choices=[FRESH], value="", scale=3, elem_id="train-start")
        people = gr.Dropdown(
            label="People",
            choices=[("Everybody", "all"), ("The dataset's people", "dataset"), ("Labels from here", "own")],
            value=DEFAULTS["people"].default,
            scale=2,
        )
        targets = gr.Dropdown(
            label="Learns from",
            choices=[
                ("As the recipe of the model", ""),
                ("Each person's scores", "individual"),
                ("Their mean", "mean"),
            ],
            value=DEFAULTS["targets"].default or "",
            scale=2,
        )
        epochs = gr.Number(label="Epochs (0: as the recipe)", value=0, precision=0, minimum=0, scale=1)
        train = gr.Button("Train", variant="primary", elem_id="train")
    said = gr.Markdown()
    section("Trainings")
    jobs_panel("train")
    pretraining_offer(library)

    def fill() -> tuple[dict, dict, str]:
        bases = [FRESH, *((c.label, c.id) for c in library.checkpoints.list())]
        return (
            gr.update(**dataset_choices(library)),
            gr.update(choices=bases),
            checkpoint_table(library),
        )

    def start(dataset: str, kind: str, start_from: str, people: str, targets: str, epochs: int) -> str:
        try:
            request = TrainRequest.of(
                dataset=dataset or "",
                kind=kind,
                start_from=start_from or None,
                people=people,
                targets=targets or None,
                epochs=epochs or None,
                score_dataset=True,
            )
            job = enqueue(library, request)
        except ManycutError as error:
            return f"{error.message} {error.hint}"
        return f"Training {job} has been queued."

    tell_list = "() => document.dispatchEvent(new Event('manycut:job'))"
    train.click(start, [dataset, kind, start_from, people, targets, epochs], said, show_progress="hidden").then(
        None, js=tell_list
    )
    gr.on(None, fill, None, [dataset, start_from, shelf], show_progress="hidden")
    gr.Timer(5).tick(lambda: checkpoint_table(library), None, shelf, show_progress="hidden")


def checkpoint_table(library: Library) -> str:
    """All checkpoints as a table, newest first."""
    rows = []
    for found in library.checkpoints.list():
        facts = found.training
        dataset = facts.get("dataset", "")
        told = learned_from(found)
        made = " (simulated)" if told.simulated else ""
        simulated = f" ({told.people - told.real} simulated)" if told.people and told.real else made
        rows.append(
            [
                escape(found.label),
                escape(found.id),
                escape(found.feature_space),
                escape(f"{'all videos' if dataset is None else dataset} ({facts.get('split', 'all entries')})"),
                f"{facts.get('n_videos', '')} x {facts.get('n_people', '')}{simulated}",
                escape(str(facts.get("targets", ""))),
                f"{facts['loss'][-1]:.2g}" if facts.get("loss") else "",
                escape(str(found.created)[:16].replace("T", " ")),
            ]
        )
    columns = [
        "Model",
        "Checkpoint",
        "Feature space",
        "Trained on",
        "Videos x people",
        "Targets",
        "Loss",
        "Made",
    ]
    return table(columns, rows, empty="No model has been trained or imported yet.")
