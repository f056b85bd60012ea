"""Review: how far the labelling is, how much people agree, and the export."""

from __future__ import annotations

from html import escape

import gradio as gr

from core.errors import ManycutError
from storage.library import Library
from webapp.jobs import enqueue, open_queue
from webapp.pages.jobs_panel import jobs_panel
from webapp.pages.words import dataset_choices, heading, section, table


def build(library: Library) -> None:
    """Lays out the page over one library."""
    queue = open_queue(library.data_dir)
    heading(
        "Review",
        "Labels collected here, agreement between people, and the export that the official loaders of SummDiff, LLMVS "
        "and CSTA read unchanged.",
    )
    section("Progress")
    progress = gr.HTML(progress_table(library))
    section("Agreement and export")
    with gr.Row(elem_classes="mc-form"):
        dataset = gr.Dropdown(label="Dataset", **dataset_choices(library), scale=2, elem_id="review-dataset")
        people = gr.Dropdown(
            label="People",
            choices=[("Labels from here", "own"), ("The dataset's people", "dataset"), ("Everybody", "all")],
            value="own",
            scale=2,
        )
        export = gr.Button("Export HDF5", variant="primary", elem_id="export")
        agree = gr.Button("Compute agreement", elem_id="agreement")
    said = gr.Markdown()
    figures = gr.HTML()
    jobs_panel("export", "agreement")

    def fill() -> tuple[dict, str]:
        return gr.update(**dataset_choices(library)), progress_table(library)

    def start(dataset: str, people: str) -> str:
        out = library.data_dir / "exports" / f"{dataset}-{people}.h5"
        try:
            enqueue(library, queue, "export", {"dataset": dataset, "people": people, "out": str(out)})
        except ManycutError as error:
            return f"{error.message} {error.hint}"
        return "The export has been queued; its download appears below."

    def compare(dataset: str) -> str:
        enqueue(library, queue, "agreement", {"dataset": dataset})
        return f"Comparing the people of {dataset}."

    def refresh(dataset: str) -> tuple[str, str]:
        return progress_table(library), newest_agreement(library, dataset)

    tell_list = "() => document.dispatchEvent(new Event('manycut:job'))"
    export.click(start, [dataset, people], said, show_progress="hidden").then(None, js=tell_list)
    agree.click(compare, dataset, said, show_progress="hidden").then(None, js=tell_list)
    gr.Timer(2).tick(refresh, dataset, [progress, figures], show_progress="hidden")
    gr.on(None, fill, None, [dataset, progress], show_progress="hidden")


def progress_table(library: Library) -> str:
    """Every task: who, what, how many shots, whether submitted."""
    rows = [
        [
            escape(row.task.annotator.name),
            escape(row.task.entry),
            f"{len(row.state.ratings)} of {len(row.task.shots)}",
            "submitted" if row.state.submitted else "open",
            f"{row.touched:%Y-%m-%d %H:%M}" if row.touched else "",
        ]
        for row in library.annotations.progress()
    ]
    columns = ["Person", "Entry", "Shots rated", "State", "Last label (UTC)"]
    return table(columns, rows, "Nobody has labelled anything yet. Open Annotate to begin.")


def newest_agreement(library: Library, dataset: str | None) -> str:
    """The latest finished agreement of a dataset, or nothing."""
    for job in library.jobs.list():
        if job.kind == "agreement" and job.state == "done" and job.args["dataset"] == dataset:
            return agreement_table(job.result)
    return ""


def agreement_table(result: dict) -> str:
    """The agreement figures, one line each with what it means."""
    lines = [
        ("Pairwise", "each person against each other", result["pairwise"]),
        ("Leave-one-out", "each person against the mean of the others", result["leave_one_out"]),
        ("Oracle", "the mean of all against each, oneself included", result["oracle"]),
    ]
    rows = [
        [escape(name), escape(meaning), f"{v['kendall']:.3f}", f"{v['spearman']:.3f}"] for name, meaning, v in lines
    ]
    alphas = (
        f"Krippendorff's alpha (ordinal) {result['krippendorff_alpha_ordinal']:.3f}, Cronbach's alpha "
        f"{result['cronbach_alpha']:.3f}, pairwise F1 {result['pairwise_f1']:.3f} at a 15 % budget; "
        f"{result['entries']} entries, {result['annotations']} annotations."
    )
    return (
        table(["Statistic", "Between", "Kendall tau", "Spearman rho"], rows, "")
        + f'<p class="mc-page-lead">{alphas}</p>'
    )
