"""`pretrain`: a summarizer from videos without labels, which then shows what it discovered."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import InputError
from core.models.registry import MODELS
from core.progress import Progress, ShouldStop, check, never, part, silent, time_left
from core.statistics.figure import Figure
from core.statistics.results import Coverage
from core.training.underway import NOTHING_KEPT, Underway
from verbs.contract import Request, Result
from verbs.entries import entries_with_people, summaries_of
from verbs.sample import SampleRequest, sample
from verbs.split_videos import split_videos
from verbs.train import made_before, new_checkpoint_folder, planned_folder

if TYPE_CHECKING:
    from core.data import Entry
    from core.models.checkpoints import Checkpoint
    from core.training.pretraining import PretrainSettings
    from core.training.videos import TrainingVideo
    from storage.library import Library

FEWEST = 8  # videos that are told from one another at once
MOST_VIDEOS = 200  # that are held in memory at once; of more, as many are drawn by the seed


class ViSPOptions(Request):
    """What shall differ from the settings of ViSP, see `core.models.visp.ViSPConfig`."""

    sample: Literal["concrete", "gumbel", "sigmoid", "straight-through"] | None = Field(
        None, description="concrete (default), gumbel, sigmoid or straight-through."
    )
    flow: Literal["gate", "marginalise"] | None = Field(
        None, description="gate (default): dropped frames are 0; marginalise: another video's."
    )
    hard_negatives: bool | None = Field(None, description="Contrast also with random summaries.")
    temperature: float | None = Field(None, description="Lambda, 0.05 to 5 (default: 0.5).")
    beta_size: float | None = Field(None, description="Price of a kept frame (default: 0.01).")
    free: float | None = Field(None, description="Share of a video that is kept for nothing (default: 0).")
    beta_binary: float | None = Field(None, description="Price of an undecided choice (default: 0.01).")
    encoder: Literal["csta", "attention"] | None = Field(
        None, description="csta (default): the paper's; attention: much faster."
    )
    normalise: bool | None = Field(None, description="States pass a LayerNorm (default), or not, as published.")


class PretrainRequest(Request):
    """On which videos, and how."""

    verb: Literal["pretrain"] = "pretrain"
    dataset: str | None = Field(
        None, description="Dataset id in the library, as published; its labels are not looked at."
    )
    also: tuple[str, ...] = Field((), description="Further datasets that are learned from with it.")
    share: float = Field(1.0, gt=0, le=1, description="Share of the videos, drawn by the seed; 0.5 for half of them.")
    method: Literal["visp", "fsa"] = Field(
        "visp", description="visp, or what it is compared with, fsa: one fixed summary a video, from people's mean."
    )
    all_videos: bool = Field(
        False, description="All videos that share a feature space, of any dataset; then score them."
    )
    space: str | None = Field(None, description="Which feature space (default: that of most videos).")
    kind: str | None = Field(
        None,
        description=f"The summarizer: {', '.join(MODELS)} (default: csta; of all videos mlp).",
    )
    splits: Path | None = Field(None, description="Split file (text, JSON or YAML); without it, all entries.")
    split: int = Field(0, ge=0, description="Only the training videos of this split of the file, from 0.")
    held_out: float = Field(
        0.2,
        ge=0,
        lt=1,
        description="Share of the dataset's videos that are kept for evaluations later, as long as eight are left"
        " (0: none); with splits or all videos, none.",
    )
    out: Path | None = Field(None, description="Folder for the checkpoint (default: in the library).")
    preset: str | None = Field(None, description="Named recipe (default: the model's).")
    epochs: int | None = Field(None, description="Passes over the videos (default: 200; of all videos 200 steps).")
    batch_size: int | None = Field(None, description="Videos told from one another at once, at least 8.")
    seed: int = Field(0, description="Of everything random; same seed, same result.")
    visp: ViSPOptions = ViSPOptions()


class Discoveries(Result):
    """What the samples of all videos keep.

    Attributes:
        runs: one a video.
        kept: mean share of the videos; None where nothing was scored.
        coverage: means over the videos that somebody judged; None where nobody did.
        judged: how many these are.
    """

    runs: tuple[int, ...]
    kept: float | None
    coverage: Coverage | None
    judged: int


class PretrainResult(Result):
    """What was trained.

    Attributes:
        checkpoint: its folder.
        id: in the library.
        feature_space: that it takes.
        videos: how many it saw.
        epochs: passes over them.
        seconds: of training.
        loss: of the last epoch.
        runs, kept, coverage, judged: of all videos alone, see `Discoveries`.
        notes: about videos of the split that were left out.
    """

    checkpoint: Path
    id: str
    feature_space: str
    videos: int
    epochs: int
    seconds: float
    loss: Figure
    runs: tuple[int, ...] = ()
    kept: float | None = None
    coverage: Coverage | None = None
    judged: int = 0
    notes: tuple[str, ...] = ()


def pretrain(
    library: Library,
    request: PretrainRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    underway: Underway = NOTHING_KEPT,
) -> PretrainResult:
    """Pretrains a summarizer with ViSP on videos that nobody needs to have labelled; `train --start-from` goes on.

    Of one dataset or several as published; with splits, only the training videos of the split are looked at. Of all
    videos of the
    library with settings for a few films (`core.training.pretraining.OWN_FILMS`); every one of them is
    then scored with it.

    Raises:
        InputError: choices that do not go together, or videos that do not.
        NotFoundError: there is no such dataset, model or recipe.
        Cancelled: `should_stop` said so.
    """
    from core.training.pretraining import pretrain as pretrain_on
    from core.training.pretraining import summarised_videos, unlabelled_videos

    own = request.dataset is None
    if own == (not request.all_videos and request.space is None) or (not own and request.all_videos):
        raise InputError("Name a dataset, or --all-videos with or without a --space.", "One of the two.")
    if own and (request.splits is not None or request.also):
        raise InputError("Splits are of one dataset, and others join one.", "Name it.")
    if own and request.method == "fsa":
        raise InputError("Fixed summaries are of a dataset that people judged.", "Name it.")
    settings = _settings(request)
    entries, wanted, notes = _entries(library, request)
    given = unlabelled_videos if settings.method == "visp" else summarised_videos
    videos, space = given(entries, settings.model, wanted)
    held = _held_out(videos, request, settings.seed)
    videos = [video for video in videos if video.id not in held]
    name = f"{settings.model}-{settings.method}-{'-'.join((request.dataset or space, *request.also))}"
    out = planned_folder(underway, lambda: request.out or new_checkpoint_folder(library, name))
    checkpoint = made_before(out, underway) or pretrain_on(
        videos,
        settings,
        out=out,
        feature_space=space,
        training_info={
            "dataset": None if request.also else request.dataset,  # None: of several
            "split": f"{request.splits.name} #{request.split}" if request.splits else "all entries",
            "held_out": held,
        },
        progress=part(progress, 0.0, 0.8) if own else progress,
        should_stop=should_stop,
        underway=underway,
    )
    library.checkpoints.register(checkpoint.path)
    facts = checkpoint.training
    made = PretrainResult(
        checkpoint=checkpoint.path,
        id=checkpoint.id,
        feature_space=space,
        videos=facts["n_videos"],
        epochs=facts["epochs"],
        seconds=facts["seconds"],
        loss=facts["loss"][-1],
        notes=notes,
    )
    if not own:
        return made
    return made.model_copy(update=dict(_discover(library, checkpoint, part(progress, 0.8, 1.0), should_stop)))


def _settings(request: PretrainRequest) -> PretrainSettings:
    from core.training.pretraining import OWN_FILMS, PretrainSettings
    from core.training.recipes import settings_for

    own = request.dataset is None
    settings = replace(
        OWN_FILMS if own else PretrainSettings(), seed=request.seed, method=request.method, share=request.share
    )
    if not own or request.preset is not None or request.kind not in (None, settings.model):
        recipe = settings_for(request.kind or settings.model, preset=request.preset)  # the shapes it is fine-tuned in
        settings = replace(settings, model=recipe.model, config=recipe.config)
    if request.epochs is not None:
        settings = replace(settings, epochs=request.epochs)
    if request.batch_size is not None:
        settings = replace(settings, batch_size=request.batch_size)
    return replace(settings, visp={**settings.visp, **request.visp.model_dump(exclude_none=True)})


def _entries(library: Library, request: PretrainRequest) -> tuple[list[Entry], str | None, tuple[str, ...]]:
    """The videos, the feature space that is wanted, where one is, and notes about videos that were left out."""
    from core.training.held_out import drawn

    if request.dataset is None:
        space = request.space or _most_common(library)
        ids = drawn([one.id for one in library.entries.list(space=space)], MOST_VIDEOS, request.seed)
        return [library.entries.get(one) for one in ids], space, ()

    def of(dataset: str) -> list[Entry]:
        if request.method == "fsa":
            return entries_with_people(library, dataset, "dataset")
        return [library.entries.get(one.id) for one in summaries_of(library, dataset)]

    entries = of(request.dataset)
    joined = [entry for other in request.also for entry in of(other)]
    if request.splits is None:
        return entries + joined, request.space, ()
    split = split_videos(library, request.splits, request.split, request.dataset, entries, of, ["train"])
    return split.train + joined, request.space, split.notes


def _held_out(videos: Sequence[TrainingVideo], request: PretrainRequest, seed: int) -> list[str]:
    """Ids of the dataset's videos that nothing is learned from, so that what goes on from it can be evaluated."""
    from core.training.held_out import content, hold_out

    if request.dataset is None or request.splits is not None:
        return []
    own = {one.id: content(one.features) for one in videos if one.id.partition("/")[0] == request.dataset}
    return hold_out(own, request.held_out, seed)[: max(len(videos) - FEWEST, 0)]


def _discover(library: Library, checkpoint: Checkpoint, progress: Progress, should_stop: ShouldStop) -> Discoveries:
    """Scores every video of the checkpoint's space: its runs, and means over videos of what the samples keep."""
    import statistics

    from core.statistics.figure import mean_of
    from core.training.scoring import can_score

    runs: list[int] = []
    kept: list[float] = []
    covered: list[Coverage] = []
    ids = [one.id for one in library.entries.list(space=checkpoint.feature_space)]
    start = time.monotonic()
    for index, entry in enumerate(ids):
        saved = f"{index} of {len(ids)} videos have their rows, and the checkpoint '{checkpoint.id}' is kept."
        check(should_stop, "Scoring", saved)
        progress(index / len(ids), f"Sampling summaries of {entry}{time_left(start, index, len(ids))}")
        if can_score(checkpoint, library.entries.get(entry)):
            continue
        made = sample(library, SampleRequest(entry=entry, checkpoint=checkpoint.id))
        if made.run is not None:
            runs.append(made.run)
        if made.discovered is not None:
            kept.append(made.discovered.kept)
            covered += [made.discovered.coverage] if made.discovered.coverage else []
    return Discoveries(
        runs=tuple(runs),  # none of a model that samples: fine-tuning is all that it is for
        kept=statistics.fmean(kept) if kept else None,
        coverage=mean_of(covered) if covered else None,
        judged=len(covered),
    )


def _most_common(library: Library) -> str:
    """The feature space that most videos have. Raises InputError where none has any."""
    spaces = library.entries.spaces()
    if not spaces:
        raise InputError("No video of the library has features.", "Take videos in first.")
    return max(spaces, key=lambda space: spaces[space])
