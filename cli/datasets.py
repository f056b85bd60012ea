"""`app.py import`, `export` and `agreement`: what comes in, what goes out, how people agree."""

from __future__ import annotations

import json
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands import add_command, add_verb, parameters
from cli.language import captions_sentence
from cli.running import run_verb
from cli.tables import number
from core.errors import InputError
from verbs.agreement import AgreementRequest, AgreementResult, agreement
from verbs.export import ExportRequest, ExportResult, export
from verbs.import_captions import ImportCaptionsRequest, import_captions
from verbs.import_checkpoint import ImportCheckpointRequest, ImportCheckpointResult, import_checkpoint
from verbs.import_dataset import ImportDatasetRequest, ImportDatasetResult, import_dataset
from verbs.import_file import ImportFileRequest, ImportFileResult, import_file
from verbs.import_kinds import kind_of
from verbs.import_labels import ImportLabelsRequest, ImportLabelsResult, import_labels
from verbs.import_preview import ImportPreviewRequest, import_preview
from verbs.import_preview_result import ImportPreviewResult
from verbs.join import JoinRequest, JoinResult, join

app = typer.Typer()

# What figures of agreement are called.
FIGURES = {
    "leave_one_out": "leave-one-out",
    "cronbach_alpha": "Cronbach's alpha",
    "krippendorff_alpha_ordinal": "Krippendorff's alpha",
    "pairwise_f1": "pairwise F1",
}
NAMED = 5  # videos with the same note; more are counted
FILE = typer.Argument(
    help="A dataset (eccv16, MR.HiSum, S-VideoXum or TripleSumm HDF5, TVSum or SumMe .mat, QVHighlights .jsonl,"
    " VideoXum .json or folder, ...), captions for a dataset of"
    " the library (.json),"
    " a released checkpoint (.pkl, .ckpt, .pth.tar), the folder of one of Manycut's or its .zip,"
    " another installation's events (.jsonl), or labels of another tool (Label Studio, ActivityNet or FiftyOne .json,"
    " ELAN .eaf, .csv of video,label,start,end)."
)
PREVIEW = typer.Option("--preview", help="Only say what is in the file and what is wrong with it; take nothing in.")
OPTION = typer.Option(help=ImportCheckpointRequest.model_fields["options"].description)
IMPORTED = [
    Parameter("path", Parameter.KEYWORD_ONLY, annotation=Annotated[Path, FILE]),
    *parameters(ImportDatasetRequest, without=["path"]),
    *parameters(ImportLabelsRequest, without=["path", "dataset", "replace", "preview"]),
    *parameters(ImportCheckpointRequest, without=["path", "name", "options", "remove"]),
    Parameter("option", Parameter.KEYWORD_ONLY, annotation=Annotated[list[str] | None, OPTION], default=None),
    Parameter("preview", Parameter.KEYWORD_ONLY, annotation=Annotated[bool, PREVIEW], default=False),
]


def _import(path: Path, dataset: str | None, preview: bool, data_dir: Path, json_: bool, **choices: Any) -> None:
    kind = "labels" if choices["into"] is not None else kind_of(path)
    if preview and kind != "labels":
        asked = ImportPreviewRequest.of(path=path, name=dataset)
        run_verb(data_dir, json_, import_preview, asked, _preview_sentence)
        return
    match kind:
        case "checkpoint":
            checkpoint = ImportCheckpointRequest.of(
                path=path,
                name=dataset,
                feature_space=choices["feature_space"],
                null_video=choices["null_video"],
                options=_options(choices["option"] or []),
            )
            run_verb(data_dir, json_, import_checkpoint, checkpoint, _checkpoint_sentence)
        case "labels":
            of_labels = {name: choices[name] for name in choices if name in ImportLabelsRequest.model_fields}
            labels = ImportLabelsRequest.of(path=path, dataset=dataset, preview=preview, **of_labels)
            run_verb(data_dir, json_, import_labels, labels, _labels_sentence)
        case "captions":
            if dataset is None:
                message = f"{path.name} is taken for captions of a dataset, which is not named."
                raise InputError(message, "Add --dataset.")
            captions = ImportCaptionsRequest.of(path=path, dataset=dataset, captioner=choices["captioner"])
            run_verb(data_dir, json_, import_captions, captions, captions_sentence)
        case "events":
            if dataset or any(
                choices[name] for name in ("annotations", "llmvs", "captions", "replace", "skip_bad", "features_stay")
            ):
                raise InputError(
                    f"{path.name} is a log of events, which is joined with the labels of this library as it is.",
                    "Leave out the options about datasets.",
                )
            run_verb(data_dir, json_, join, JoinRequest.of(path=path), _joined_sentence)
        case "splits":
            run_verb(data_dir, json_, import_file, ImportFileRequest.of(path=path), _splits_sentence)
        case "dataset":
            of_datasets = {name: choices[name] for name in choices if name in ImportDatasetRequest.model_fields}
            request = ImportDatasetRequest.of(path=path, dataset=dataset, **of_datasets)
            run_verb(data_dir, json_, import_dataset, request, _imported_sentence)


def _splits_sentence(result: ImportFileResult) -> str:
    return f"{result.taken} {'split' if result.taken == 1 else 'splits'}, kept as {result.name}: name it with --splits."


def _options(pairs: list[str]) -> dict[str, Any]:
    """["heads=8"] -> {"heads": 8}; numbers and words."""
    options: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise InputError(f"An option is written name=value, not '{pair}'.")
        try:
            options[name] = json.loads(value)
        except ValueError:
            options[name] = value
    return options


def _checkpoint_sentence(result: ImportCheckpointResult) -> str:
    return f"{result.kind} checkpoint '{result.id}' for {result.feature_space} features."


def _imported_sentence(result: ImportDatasetResult) -> str:
    lines = [f"{len(result.entries)} entries in dataset '{result.dataset}'.", *result.notes]
    noted: dict[str, list[str]] = {}
    for entry in result.entries:
        for note in entry.notes:
            noted.setdefault(note, []).append(entry.id.partition("/")[2])
    lines += [f"{_some(videos, len(result.entries))}: {note}." for note, videos in noted.items()]
    lines += [f"Left out: {one.entry}: {one.reason}" for one in result.left_out]
    return "\n".join(lines)


def _preview_sentence(result: ImportPreviewResult) -> str:
    count = str(result.good) if result.good == result.found else f"{result.good} of {result.found}"
    lines = [f"{result.format}: {count} {result.unit} can be taken in as '{result.name}'."]
    if result.frames:
        lines.append(f"{result.frames:,} frames, {result.seconds / 60:.1f} minutes.")
    if result.judged:
        simulated = f", {result.simulated} judgements by programs" if result.simulated else ""
        lines.append(f"{result.people} people judged {result.judged} of them{simulated}.")
    for one in result.features:
        lines.append(f"{one.space} features of {one.width} columns" + (f": {one.entries}." if one.entries else "."))
    if result.fits:
        lines.append("About " + ", ".join(f"{one.entries} entries of '{one.dataset}'" for one in result.fits) + ".")
    lines += result.notes
    if result.replaced:
        lines.append(
            f"{result.replaced} are here already, such as {result.replaces[0]}: --replace, or another --dataset."
        )
    if result.doubled:
        first = result.doubles[0]
        lines.append(f"{result.doubled} seem to be here under another name: {first.entry} is like {first.here}.")
    return "\n".join([*lines, *(f"Wrong: {one.entry}: {one.reason}" for one in result.wrong)])


def _some(videos: list[str], of: int) -> str:
    """ "All videos", or which of them."""
    if len(videos) == of and of > 1:
        return "All videos"
    named = ", ".join(videos[:NAMED])
    return f"{named} and {len(videos) - NAMED} more" if len(videos) > NAMED else named


def _labels_sentence(result: ImportLabelsResult) -> str:
    would = "would come" if result.preview else "came"
    lines = []
    for one in result.entries:
        told = [
            f"{word} {_some(list(names), 0)}"
            for word, names in (("new", one.added), ("renewed", one.renewed), ("there already", one.there))
            if names
        ]
        lines.append(f"{one.entry}: {'; '.join(told)}.")
    people = len({name for one in result.entries for name in (*one.added, *one.renewed)})
    lines.append(
        f"Labels of {people} people {would} from {result.tool} to {len(result.entries)} entries of '{result.dataset}'."
    )
    lines += [f"Left out: {one.video}: {one.reason}." for one in result.unmatched]
    return "\n".join([*lines, *(f"{note}." for note in result.notes)])


def _joined_sentence(result: JoinResult) -> str:
    sentences = [f"{result.new_events} new events of {result.events}, in {result.tasks} tasks."]
    if result.skipped:
        sentences.append(f"Left out, because this library does not have them: {', '.join(result.skipped)}.")
    if result.parted:
        sentences.append(f"{result.parted} tasks had gone on in both places: look at them on the Review page.")
    return " ".join(sentences)


def _agreement_sentence(result: AgreementResult) -> str:
    pair, loo = result.pairwise, result.leave_one_out
    told = (
        f"{result.entries} entries, {result.annotations} annotations. "
        f"Pairwise tau {number(pair.kendall)}, rho {number(pair.spearman)}; "
        f"leave-one-out tau {number(loo.kendall)}, rho {number(loo.spearman)}; "
        f"Cronbach's alpha {number(result.cronbach_alpha, 2)}, "
        f"Krippendorff's alpha {number(result.krippendorff_alpha_ordinal, 2)}, "
        f"pairwise F1 {number(result.pairwise_f1)}."
    )
    reasons: dict[str, list[str]] = {}
    for name, reason in result.why.items():
        reasons.setdefault(reason, []).append(FIGURES.get(name, name))
    lines = [f"Undefined: {', '.join(names)}, because {why}." for why, names in reasons.items()]
    without: dict[tuple[int, str], list[str]] = {}
    for name, of_each in result.left_out.items():
        for why, count in of_each.items() if name not in result.why else ():
            without.setdefault((count, why), []).append(FIGURES.get(name, name))
    for (count, why), names in without.items():
        lines.append(f"Without {count} of the entries: {', '.join(names)}, because {why}.")
    return "\n".join([told, *lines])


def _exported_sentence(result: ExportResult) -> str:
    told = f"{result.file}: {result.entries} entries, {result.annotators} people, {result.labels} labels."
    return f"{told} Whose pseudonyms these are is in {result.key}." if result.key else told


add_command(
    app,
    "import",
    _import,
    IMPORTED,
    "Bring a dataset, a released checkpoint or another installation's labels into the library.",
)
add_verb(
    app,
    agreement,
    AgreementRequest,
    _agreement_sentence,
    "How much the people of a dataset agree: pairwise, leave-one-out, oracle, alpha.",
    arguments=["dataset"],
)
add_verb(
    app,
    export,
    ExportRequest,
    _exported_sentence,
    "Write people's labels: as a dataset that the official loaders read unchanged, a table, or the raw events.",
    spelled={"include_open": ("--include-open/--submitted-only",)},
)
