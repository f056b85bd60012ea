"""`app.py sample`, `train`, `pretrain`, `evaluate`: models of summaries."""

from __future__ import annotations

from inspect import Parameter
from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from cli.commands import ON_ENGINE, Spelled, add_command, add_verb, parameters
from cli.options import Snapshots
from cli.running import ends_early, on_engine, run_verb
from cli.tables import (
    evaluation_table,
    number,
    pretrained_sentence,
    sampled_sentence,
    splits_table,
    trained_sentence,
)
from core.errors import InputError
from core.statistics.results import Interval, SplitsEvaluation
from verbs.evaluate import EvaluateRequest, evaluate, evaluate_splits
from verbs.personal import PersonalRequest, PersonalResult, personal
from verbs.pretrain import PretrainRequest, ViSPOptions, pretrain
from verbs.report import ReportRequest, ReportResult, report
from verbs.sample import SampleRequest, sample
from verbs.sample_many import SampledMany, SampleManyRequest, sample_many
from verbs.splits import SplitsRequest, SplitsResult, splits
from verbs.train import TrainRequest, TrainResult, train
from verbs.train_splits import TrainedSplits, TrainSplitsRequest, train_splits

app = typer.Typer()

ALL = "all"
SPLIT = Annotated[str, typer.Option(help="Which split of the file, from 0, or all.")]
ENTRY = Annotated[str | None, typer.Argument(help="Entry id, such as demo/harbour-day.")]
KIND = ("--kind", "--model")
SNAPSHOTS = Parameter("snapshots", Parameter.KEYWORD_ONLY, annotation=Snapshots, default=None)
TRAINED: Spelled = {"kind": KIND, "settings": "--set", "weights": "--weigh"}


def _train(split: str, snapshots: Path | None, data_dir: Path, json_: bool, **choices: object) -> None:
    if split == ALL:
        training, asked = ends_early(train_splits, snapshots), TrainSplitsRequest.of(**choices)
        run_verb(data_dir, json_, training, asked, _trained_splits_sentence)
    else:
        request = TrainRequest.of(split=split, **choices)
        run_verb(data_dir, json_, ends_early(train, snapshots), request, _trained_sentence)


def _cut_as(data_dir: Path, json_: bool, **choices: object) -> None:
    run_verb(data_dir, json_, personal, PersonalRequest.of(**choices), _cut_as_sentence)


def _pretrain(snapshots: Path | None, data_dir: Path, json_: bool, **choices: object) -> None:
    visp = ViSPOptions.of(**{name: choices.pop(name) for name in ViSPOptions.model_fields})
    request = PretrainRequest.of(visp=visp, **choices)
    run_verb(data_dir, json_, ends_early(pretrain, snapshots), request, pretrained_sentence)


def _sample(
    dataset: str | None,
    all_entries: bool,
    engine: str,
    workers: int | None,
    data_dir: Path,
    json_: bool,
    **choices: object,
) -> None:
    entry = choices.pop("entry")
    if (entry is not None) + (dataset is not None) + all_entries != 1:
        raise InputError("Name an entry, a --dataset, or --all.", "One of the three.")
    asked = SampleRequest.of(**choices, entry=entry or "")
    if entry is not None:
        run_verb(data_dir, json_, sample, asked, sampled_sentence)
    else:
        many = SampleManyRequest.of(dataset=dataset, all_entries=all_entries, asked=asked)
        run_verb(data_dir, json_, on_engine(sample_many, engine, workers), many, _sampled_many)


def _sampled_many(result: SampledMany) -> str:
    again = sum(one.found_again for one in result.entries)
    said = f"{len(result.entries)} entries scored by {result.checkpoint}, {again} of them before."
    return "\n".join([said, *(f"{one.entry} was left out: {one.reason}" for one in result.skipped)])


def _evaluate(split: str, engine: str, workers: int | None, data_dir: Path, json_: bool, **choices: object) -> None:
    if split == ALL:
        verb, asked = on_engine(evaluate_splits, engine, workers), EvaluateRequest.of(**choices)
        run_verb(data_dir, json_, verb, asked, splits_table)
    else:
        request = EvaluateRequest.of(split=split, **choices)
        run_verb(data_dir, json_, on_engine(evaluate, engine, workers), request, evaluation_table)


def _with_all_splits(asked: list[Parameter]) -> list[Parameter]:
    """The parameters, of which `split` may also be "all"."""
    return [one.replace(annotation=SPLIT, default=str(one.default)) if one.name == "split" else one for one in asked]


def _entry_or_many(asked: list[Parameter]) -> list[Parameter]:
    """The parameters, of which `entry` may be left out for all of a dataset or of the library."""
    entry, *others = sorted(asked, key=lambda one: one.name != "entry")
    many = {one.name: one for one in parameters(SampleManyRequest, spelled={"all_entries": "--all"}, without=["asked"])}
    return [entry.replace(annotation=ENTRY, default=None), *others, *many.values()]


def _trained_sentence(result: TrainResult) -> str:
    told = trained_sentence(result)
    if result.selected_on != "nothing":
        told += f" Epoch {result.kept_epoch} was chosen by {result.selected_on}."
    if result.stopped_early:
        told += " It was stopped before its end."
    told = "\n".join([told, *_held_out(result), *result.notes])
    if not result.lacking:
        return told
    space, count = result.feature_space, len(result.lacking)
    some = ", ".join(result.lacking[:5]) + (" ..." if count > 5 else "")
    return f"{told}\n{count} left out for want of {space} features: {some}. `features --space {space} --all` adds them."


def _held_out(result: TrainResult) -> list[str]:
    """What was kept from the training, and what it reached there, for several seeds with deviations."""
    if result.figures is None:
        return []
    count = len(result.held_out)
    told = f"On {count} held-out {'video' if count == 1 else 'videos'} ({result.figures.protocol}): "
    if result.over_seeds is None:
        reached = ", ".join(f"{name} {number(getattr(result.figures, name))}" for name in ("kendall", "spearman"))
    else:
        reached = f"{_reached(result.over_seeds)} over {len(result.seeds)} seeds"
    some = ", ".join(result.held_out[:5]) + (" ..." if count > 5 else "")
    return [f"{told}{reached}. Held out: {some}."]


def _report_sentence(result: ReportResult) -> str:
    lines = [result.report.sentence, *result.notes]
    for group in result.report.groups:
        for name, change in group.changes.items():
            moved = f"{number(change.before)} -> {number(change.after)}, {_limits(change.difference)}"
            lines.append(f"{group.people} {group.group} people, {name}: {moved}")
    return "\n".join(lines)


def _limits(change: Interval) -> str:
    if isnan(change.low):
        return f"changed by {number(change.value)}"
    return f"changed by {number(change.value)} (95 %: {number(change.low)} to {number(change.high)})"


def _trained_splits_sentence(result: TrainedSplits) -> str:
    told = trained_sentence(result)
    notes = [f"Split {number}: {note}" for number, split in enumerate(result.splits) for note in split.notes]
    return "\n".join([told, *_over_splits(result), *notes])


def _over_splits(result: TrainedSplits) -> list[str]:
    """What the checkpoints reached on the test videos of their splits."""
    if result.figures is None:
        return []
    mean, count = result.figures, len(result.figures.splits)
    told = "1 split" if count == 1 else f"{count} splits"
    return [f"On the test videos of {told} ({mean.protocol}): {_reached(mean)}."]


def _reached(found: SplitsEvaluation) -> str:
    return ", ".join(
        f"{name} {number(getattr(found, name))} ± {number(getattr(found.std, name))}"
        for name in ("kendall", "spearman")
    )


def _splits_sentence(result: SplitsResult) -> str:
    return f"{result.file}: {result.splits} splits of {result.videos} videos, each of which is tested once."


def _cut_as_sentence(result: PersonalResult) -> str:
    lines = [f"{result.model}, {len(result.scores)} curves of {result.entry}.", result.learned_from]
    if len(result.ways) > 1:
        tried = (f"{one.label} " + ("unknown" if isnan(one.tau) else f"{one.tau:.2f}") for one in result.ways)
        lines.append(f"Tau of each way on videos left out: {', '.join(tried)}.")
    if result.next is not None:
        lines.append(f"Most would be learned from labels of {result.next.entry} ({result.next.title}).")
    return "\n".join(lines)


add_command(
    app,
    "sample",
    _sample,
    [
        *_entry_or_many(
            parameters(
                SampleRequest,
                arguments=["entry"],
                spelled={"n": ("-n", "--samples"), "checkpoint": ("--checkpoint", "--model")},
            )
        ),
        *ON_ENGINE,
    ],
    "Sample scores and cuts of one entry from a model, or score all of a dataset.",
)
add_command(
    app,
    "cut-as",
    _cut_as,
    parameters(PersonalRequest, arguments=["person"], spelled={"n": ("-n", "--samples")}),
    "Cut an entry as one person would, learned from what they labelled elsewhere.",
)
add_command(
    app,
    "train",
    _train,
    [*_with_all_splits(parameters(TrainRequest, arguments=["dataset"], spelled=TRAINED)), SNAPSHOTS],
    "Train a summarizer on a dataset's people and the labels collected here.\n\n"
    "A fifth of the dataset's videos is kept from it and evaluated on. Ctrl-C ends it with the best so far. Several"
    " processes: torchrun --nproc-per-node 4 app.py train ...",
)
add_verb(
    app,
    splits,
    SplitsRequest,
    _splits_sentence,
    "Write a split file in which every judged video of a dataset is tested once: for train and evaluate --split all.",
    arguments=["dataset"],
)
add_verb(
    app,
    report,
    ReportRequest,
    _report_sentence,
    "Compare a checkpoint with the one that it went on from, on videos that neither has learned from.",
    arguments=["checkpoint"],
)
add_command(
    app,
    "pretrain",
    _pretrain,
    [
        *parameters(PretrainRequest, arguments=["dataset"], spelled={"kind": KIND}, without=["visp"]),
        *parameters(ViSPOptions),
        SNAPSHOTS,
    ],
    "Pretrain a summarizer on videos without labels (ViSP); go on with train --start-from.\n\n"
    "With --all-videos on your own films: settings for a few of them, and every one gets a row of self-discovered"
    " cuts.",
)
add_command(
    app,
    "evaluate",
    _evaluate,
    [*_with_all_splits(parameters(EvaluateRequest, arguments=["dataset"])), *ON_ENGINE],
    "Compare a checkpoint with the people of a dataset, beside what people reach among themselves.",
)
