"""Library: what is here, where it came from, and taking in another video."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import quote

import gradio as gr

from core.errors import ManycutError
from core.features.registry import DEFAULT, SPACES
from core.segment.settings import DEFAULT_KIND
from storage.entry_rows import EntrySummary
from storage.library import Library
from storage.servers import read_servers
from verbs.ingest import IngestRequest
from webapp.jobs import enqueue
from webapp.pages.attaching import attaching
from webapp.pages.elements import UPLOADED, heading, section, table
from webapp.pages.features_offer import features_offer
from webapp.pages.jobs_panel import jobs_panel
from webapp.pages.looking_after import looking_after
from webapp.pages.offer import pretraining_offer

SHOWN = 200
SHOTS = [
    ("Transitions: cuts, dissolves and fades", "transitions"),
    ("KTS: where the picks change", "kts"),
    ("KTS on every frame (slower)", "kts-frames"),
    ("Uniform: of equal duration", "uniform"),
]


def build(library: Library) -> None:
    """Lays out the page over one library."""
    heading(
        "Library",
        "Add videos and they are made playable, sampled, cut into shots and scored in the background; what is here "
        "already is skipped. Datasets are imported with the command line: python app.py import FILE.",
    )
    with gr.Row(elem_classes="mc-form"):
        upload = gr.UploadButton(
            "Upload videos", file_count="multiple", file_types=UPLOADED, variant="primary", elem_id="upload"
        )
        path = gr.Textbox(
            label="Or a file, a folder or a pattern on the server", placeholder="/videos/trip", scale=3, elem_id="path"
        )
        take = gr.Button("Take in", elem_id="take")
    with gr.Row(elem_classes="mc-form"):
        space = gr.Dropdown(label="Features", choices=[], scale=3, elem_id="space")
        rate = gr.Textbox(label="Picks per second", value="2", scale=1, elem_id="rate")
        shots = gr.Dropdown(label="Shots", choices=SHOTS, value=DEFAULT_KIND, scale=3, elem_id="shots")
        penalty = gr.Number(
            label="Penalty (more: fewer shots)", value=1, minimum=0, step=0.1, scale=2, elem_id="penalty"
        )
        seconds = gr.Textbox(label="Seconds per shot", value="2", visible=False, scale=2, elem_id="seconds")
    absent = gr.HTML()
    with gr.Row(elem_classes="mc-form"):
        captioner = gr.Dropdown(
            label="Described by (if at all): a server, or a model such as llava-hf/llava-1.5-7b-hf",
            choices=[],
            value=None,  # and not the first of them
            allow_custom_value=True,
            scale=3,
            elem_id="captioner",
        )
        judge = gr.Dropdown(
            label="Captions judged by (if at all): a server, or a model such as meta-llama/Llama-2-13b-chat-hf",
            choices=[],
            value=None,  # and not the first of them
            allow_custom_value=True,
            scale=3,
            elem_id="judge",
        )
    unusable = gr.HTML()
    said = gr.Markdown()
    jobs_panel("ingest", "features")
    features_offer(library)
    pretraining_offer(library)
    attaching(library)
    looking_after(library)
    section("Entries")
    with gr.Row(elem_classes="mc-form"):
        search = gr.Textbox(label="Search", placeholder="Title, dataset or category", elem_id="search")
    listing = gr.HTML()  # filled at every load: what stands here reaches every visitor of every page

    def start(chosen: str | list[str] | None, *settings: str | float) -> str:
        paths = [chosen.strip()] if isinstance(chosen, str) else list(chosen or [])
        if not any(paths):
            return "Choose files or type a path first."
        if len(paths) == 1 and not Path(paths[0]).exists() and not any(sign in paths[0] for sign in "*?["):
            return f"There is nothing at {paths[0]} on the server."
        names = ("space", "picks_per_second", "shots", "penalty", "seconds", "captioner", "judge")
        args: dict[str, str | float | None] = dict(zip(names, settings, strict=True))
        if args["space"] == DEFAULT:
            args["space"] = None  # so that it says why
        for language in ("captioner", "judge"):
            args[language] = str(args[language] or "").strip() or None
        if args["judge"] and not args["captioner"]:
            return "A language model judges captions: say who describes the videos, too."
        try:
            enqueue(library, IngestRequest.of(path=paths, **args))
        except ManycutError as error:
            return f"{error.message} {error.hint}"
        what = Path(paths[0]).name if len(paths) == 1 else f"{len(paths)} videos"
        return f"{what} will be taken in."

    tell_list = "() => document.dispatchEvent(new Event('manycut:job'))"
    settings = [space, rate, shots, penalty, seconds, captioner, judge]
    upload.upload(start, [upload, *settings], said, show_progress="hidden").then(None, js=tell_list)
    take.click(start, [path, *settings], said, show_progress="hidden").then(None, js=tell_list)
    shots.change(
        lambda kind: (gr.update(visible=kind != "uniform"), gr.update(visible=kind == "uniform")),
        shots,
        [penalty, seconds],
        show_progress="hidden",
    )
    gr.on(None, offered_spaces, None, [space, absent], show_progress="hidden")

    def offered_servers() -> tuple[dict, dict, str]:
        return servers_here(library)

    gr.on(None, offered_servers, None, [captioner, judge, unusable], show_progress="hidden")

    def show(text: str) -> str:
        return entry_table(library, text)

    gr.on(None, show, search, listing, show_progress="hidden")  # when the page opens and while somebody types
    gr.Timer(5).tick(show, search, listing, show_progress="hidden")


def offered_spaces() -> tuple[dict, str]:
    """The feature spaces that are here, as a dropdown's choices, and in words why the others are not."""
    reasons = {kind: kind.missing() for kind in SPACES}
    here = [(f"{kind.label} ({kind.id})", kind.id) for kind, reason in reasons.items() if not reason]
    others = "; ".join(f"{kind.label} ({kind.id}): {reason}" for kind, reason in reasons.items() if reason)
    note = f"Not offered here: {others}. The command line takes them all." if others else ""
    return gr.update(choices=here, value=DEFAULT), f'<p class="mc-empty">{escape(note)}</p>'


def servers_here(library: Library) -> tuple[dict, dict, str]:
    """The servers that have names here as choices of a captioner and of a judge, and whether others cannot be used."""
    found = read_servers(library.data_dir)
    here = found.servers.values()
    # Where a model is named for one of the two, the server is meant for that.
    captioners = [_choice(one.name, one.caption_model) for one in here if one.caption_model or not one.judge_model]
    judges = [_choice(one.name, one.judge_model) for one in here if one.judge_model or not one.caption_model]
    note = "servers.toml has mistakes: python app.py servers lists them." if found.mistakes else ""
    return gr.update(choices=captioners), gr.update(choices=judges), f'<p class="mc-empty">{escape(note)}</p>'


def _choice(name: str, model: str | None) -> tuple[str, str]:
    return f"{name} ({model})" if model else name, name


def people_cell(entry: EntrySummary) -> str:
    """How many people judged an entry, and how many of them a program made up."""
    if not entry.annotators:
        return "none"
    whose = " simulated" if entry.simulated == entry.annotators else f", {entry.simulated} simulated"
    return f'<span class="mc-short">{entry.annotators}{whose if entry.simulated else ""}</span>'


def entry_table(library: Library, search: str = "") -> str:
    """Entries as a table, each linking to Compare."""
    found = library.entries.list(search=search or None, limit=SHOWN)
    rows = [
        [
            f'<a href="compare?entry={quote(entry.id, safe="")}">{escape(entry.title)}</a>',
            escape(entry.dataset),
            f"{int(entry.duration // 60)}:{entry.duration % 60:04.1f}{' (assumed)' if entry.rate_assumed else ''}",
            people_cell(entry),
            escape(entry.feature_space or "none"),
            "yes" if entry.has_video else "no",
        ]
        for entry in found
    ]
    columns = ["Entry", "Dataset", "Length (m:ss.f)", "People", "Feature space", "Video"]
    total = library.entries.count(search=search or None)
    empty = "Nothing matches this search." if search else "The library is empty."
    said = f"{total} entries" if total <= SHOWN else f"{total} entries; the first {SHOWN} are listed, search for others"
    return table(columns, rows, empty) + (f'<p class="mc-empty">{said}.</p>' if rows else "")
