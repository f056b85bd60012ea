"""`train`: a summarizer from people's scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from pydantic import Field, model_validator

from core import limits
from core.errors import CheckpointError, InputError
from core.labelling.who import Who
from core.models.registry import MODELS
from core.progress import Progress, ShouldStop, check, never, part, silent
from core.statistics.figure import Figure
from core.statistics.results import Evaluation, Helped, SplitsEvaluation
from core.training.recipes import DEFAULT_KIND, NOTES, Targets, kind_of
from core.training.underway import NOTHING_KEPT, Underway
from verbs.contract import Factors, Numbers, Request, Result, Settings
from verbs.report import ReportRequest, report
from verbs.scoring import run_of, scored_by
from verbs.training_entries import TrainingEntries, called, training_entries

if TYPE_CHECKING:
    import numpy as np

    from core.models.checkpoints import Checkpoint
    from core.training.recipes import TrainSettings
    from storage.library import Library

PLAN = "checkpoint.txt"  # where a training that is underway will leave its checkpoint


class TrainChoices(Request):
    """What is learned from whom, and how."""

    dataset: str = Field(description="Dataset id in the library.")
    datasets: tuple[str, ...] = Field(
        (), description="Further datasets to learn from; what is held out and tested is of the first."
    )
    kind: str = Field(
        "",
        description=f"Which system: {', '.join(MODELS)} (default: that of the preset or of --start-from,"
        f" {DEFAULT_KIND} without one).",
    )
    targets: Targets | None = Field(
        None, description="individual: each person's scores; mean: their average (default: as the recipe)."
    )
    start_from: str | None = Field(None, description="Checkpoint to fine-tune instead of fresh weights.")
    people: Who = Field("all", description="all, dataset, or own (labels collected here).")
    names: tuple[str, ...] = Field((), description="Of these only the people of these names.")
    weights: Factors = Field(
        {}, description="How much people count, by name or by where they are from: own=2, dataset=0.5 (0: not at all)."
    )
    preset: str | None = Field(None, description="Named recipe (default: the model's).")
    settings: Settings = Field(
        {}, description="Any setting of the recipe or of the model, such as lr=1e-4 or denoiser=DiT."
    )
    space: str | None = Field(
        None,
        description="Feature space (default: that of --start-from or of the preset, or what most of the videos hold).",
    )
    epochs: int | None = Field(
        None, ge=1, le=limits.EPOCHS, description="Passes over the data (default: the recipe's)."
    )
    minutes: float | None = Field(
        None, gt=0, le=limits.TRAINING_MINUTES, description="Stop after so many, with what is learned by then."
    )
    held_out: float = Field(
        0.2,
        ge=0,
        lt=1,
        description="Share of the dataset's videos to evaluate on, which are not learned from (0: none);"
        " with splits, these are the test videos.",
    )
    validation: float = Field(0.0, description="Share of the training videos held out to choose the best epoch by.")
    seed: int | None = Field(
        None, description="Of everything random; same seed, same result (default: the recipe's, or 0)."
    )
    seeds: Numbers = Field(
        (),
        max_length=limits.SEEDS,
        description="One checkpoint for each, such as 0,1,2, with the same videos held out.",
    )
    entry: str | None = Field(None, description="Entry that the result scores afterwards.")

    @model_validator(mode="before")
    @classmethod
    def _of_the_preset(cls, given: Any) -> Any:
        """A preset that is named without a kind is of its own kind; what goes on is of its base's, see `of_base`."""
        if not isinstance(given, dict) or given.get("kind"):
            return given
        preset = given.get("preset")
        if given.get("start_from") and not preset:
            return {**given, "kind": ""}
        return {**given, "kind": kind_of(preset if isinstance(preset, str) else None)}

    @model_validator(mode="after")
    def _possible(self) -> Self:
        from core.training.options import typed

        if self.settings and self.kind in MODELS:  # that there is no such kind is told as what it is, and later
            try:
                typed(self.kind, self.settings)
            except InputError as error:
                raise ValueError(error.message) from None
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("Each seed makes one checkpoint; one is named twice.")
        return self


class TrainFiles(TrainChoices):
    """The same, and which files it reads and writes."""

    splits: Path | None = Field(None, description="Split file (text, JSON or YAML); without it, all entries.")
    out: Path | None = Field(
        None,
        description="Folder for the checkpoint (default: in the library); with --split all, with {split} in it,"
        " and with --seeds perhaps with {seed}.",
    )
    null_video: Path | None = Field(
        None, description="File with SummDiff's null video (.npy), such as its release's (default: the mean frame)."
    )
    select_on_test: bool = Field(False, description="Choose the epoch by the test videos, as releases do; marked.")
    score_dataset: bool = Field(False, description="Score every entry of the dataset afterwards, where none is named.")


Asked = TypeVar("Asked", bound=TrainFiles)


class TrainRequest(TrainFiles):
    """One training: with splits, on one of them."""

    verb: Literal["train"] = "train"
    split: int = Field(0, ge=0, description="Which split of the file, from 0.")


class TrainedSeed(Result):
    """One of several seeds.

    Attributes:
        seed: of it.
        checkpoint, id, epochs, kept_epoch, seconds, loss, stopped_early, figures: as in `TrainResult`.
    """

    seed: int
    checkpoint: Path
    id: str
    epochs: int
    kept_epoch: int
    seconds: float
    loss: Figure
    stopped_early: bool
    figures: Evaluation | None


class TrainResult(Result):
    """What was trained.

    Attributes:
        checkpoint: its folder.
        id: in the library.
        epochs: passes over the data.
        kept_epoch: the one whose weights were kept.
        selected_on: by which videos it was chosen, or "nothing".
        seconds: of training.
        loss: of the last epoch.
        feature_space: that it takes.
        lacking: ids of the videos without features of it, which were left out.
        runs: on the entries that it scored afterwards.
        stopped_early: it was asked to stop and to keep what it had.
        held_out: ids of the videos that it is evaluated on and has not learned from.
        figures: on those; None where there are none. The checkpoint's own figures also hold each video's.
        seeds: where several were asked for, each; what is said above is of the first.
        over_seeds: means and deviations of their figures.
        report: what the training changed, where it went on from a checkpoint and held videos out.
        notes: about videos that were left out, and what must be known of the recipe.
    """

    checkpoint: Path
    id: str
    epochs: int
    kept_epoch: int
    selected_on: str
    seconds: float
    loss: Figure
    feature_space: str
    lacking: list[str]
    runs: list[int]
    stopped_early: bool = False
    held_out: tuple[str, ...] = ()
    figures: Evaluation | None = None
    seeds: tuple[TrainedSeed, ...] = ()
    over_seeds: SplitsEvaluation | None = None
    report: Helped | None = None
    notes: tuple[str, ...] = ()


def train(
    library: Library,
    request: TrainRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    underway: Underway = NOTHING_KEPT,
) -> TrainResult:
    """Trains or fine-tunes a summarizer on people's scores; the checkpoints become part of the library.

    They are then evaluated on what was held out, and the first scores what the request names. A training whose process
    died goes on from what that kept.

    Raises:
        NotFoundError: there is no such dataset, person, model, recipe or split, or nobody judged the videos.
        InputError: choices that do not go together.
    """
    request = of_base(library, request)
    scores = request.entry is not None or request.score_dataset
    made = _train(library, request, part(progress, 0.0, 0.9) if scores else progress, should_stop, underway)
    if not scores:
        return made
    ids = [request.entry] if request.entry else [one.id for one in library.entries.list(dataset=request.dataset)]
    runs: list[int] = []
    for index, entry_id in enumerate(ids):
        check(should_stop, "Scoring", f"The checkpoint '{made.id}' is kept.")
        progress(0.9 + 0.1 * index / len(ids), f"Scoring {entry_id}")
        if made.id not in scored_by(library, entry_id):  # before its process died
            runs += run_of(library, entry_id, made.id)
    return made.model_copy(update={"runs": runs})


def of_base(library: Library, request: Asked) -> Asked:
    """The request with the kind of the checkpoint that it goes on from, where it names none.

    Raises:
        NotFoundError: there is no such checkpoint.
        InputError: a setting does not fit its kind.
    """
    if request.kind or not request.start_from:
        return request
    return request.of(**{**dict(request), "kind": library.checkpoints.find(request.start_from).kind})


def new_checkpoint_folder(library: Library, name: str) -> Path:
    """A folder for a new checkpoint: `name`, or name-2 and so on where the library knows or holds that one already."""
    known = {checkpoint.id for checkpoint in library.checkpoints.list()}
    folder, number = library.checkpoints.folder, 2
    free = name
    while free in known or (folder / free).exists():
        free, number = f"{name}-{number}", number + 1
    return folder / free


def planned_folder(underway: Underway, choose: Callable[[], Path]) -> Path:
    """The folder of a checkpoint: as it was chosen before the process of its training died, or else chosen now.

    Raises:
        CheckpointError: there is such a folder already.
    """
    plan = None if underway.folder is None else underway.folder / PLAN
    if plan is not None and plan.is_file():
        return Path(plan.read_text(encoding="utf-8"))
    chosen = choose()
    if chosen.exists():
        raise CheckpointError(f"'{chosen}' exists already.", "Choose another name; checkpoints are not overwritten.")
    if plan is not None:
        plan.parent.mkdir(parents=True, exist_ok=True)
        partial = plan.with_suffix(".part")
        partial.write_text(str(chosen), encoding="utf-8")
        partial.replace(plan)
    return chosen


def made_before(out: Path, underway: Underway) -> Checkpoint | None:
    """The checkpoint of a training that was over when its process died; None where it was not."""
    from core.models.checkpoints import read_checkpoint

    return read_checkpoint(out) if underway.folder is not None and out.is_dir() else None


def _train(
    library: Library, request: TrainRequest, progress: Progress, should_stop: ShouldStop, underway: Underway
) -> TrainResult:
    """A checkpoint for each seed, evaluated on the same videos."""
    from core.training.evaluating import over_splits

    base = library.checkpoints.find(request.start_from) if request.start_from else None
    recipe = replace(
        _recipe(request), weights={called(library, name): factor for name, factor in request.weights.items()}
    )
    chosen = training_entries(library, request, base, recipe.seed)
    seeds = request.seeds or (recipe.seed,)
    made: list[TrainedSeed] = []
    for number, seed in enumerate(seeds):
        if made:
            check(should_stop, "The training", f"The checkpoints of {len(made)} seeds are kept.")
        settings = replace(recipe, seed=seed)
        if request.minutes is not None:
            left = max(60 * request.minutes - sum(one.seconds for one in made), 0.0)
            settings = replace(settings, time_limit_s=left / (len(seeds) - number))
        told = part(progress, number / len(seeds), (number + 1) / len(seeds))
        place = underway.inside(f"seed-{seed}")
        made.append(_train_one(library, request, chosen, base, settings, told, should_stop, place))
        if underway.should_finish():
            break
    first = made[0]
    changed = None
    if base is not None and chosen.held_out:
        changed = report(library, ReportRequest(checkpoint=first.id, before=base.id), should_stop=should_stop).report
    figures = [one.figures for one in made if one.figures is not None]
    return TrainResult(
        **{name: getattr(first, name) for name in TrainedSeed.model_fields if name != "seed"},
        selected_on=chosen.selected_on,
        feature_space=chosen.space,
        lacking=chosen.lacking,
        runs=[],
        held_out=tuple(entry.id for entry in chosen.held_out),
        seeds=tuple(made) if len(made) > 1 else (),
        over_seeds=over_splits(figures) if len(figures) > 1 else None,
        report=changed,
        notes=chosen.notes + ((NOTES[recipe.preset],) if recipe.preset in NOTES else ()),
    )


def _train_one(
    library: Library,
    request: TrainRequest,
    chosen: TrainingEntries,
    base: Checkpoint | None,
    settings: TrainSettings,
    progress: Progress,
    should_stop: ShouldStop,
    underway: Underway,
) -> TrainedSeed:
    from core.models.registry import model_kind
    from core.training import loop
    from core.training.evaluating import evaluate_checkpoint, selection_criterion
    from core.training.labels import trained_label
    from core.training.measured import keep_figures

    out = planned_folder(underway, lambda: _folder(library, request, settings.seed))
    criterion = None
    if chosen.selecting:
        criterion = selection_criterion(chosen.selecting, request.kind, chosen.space, settings.seed)
    label = trained_label(model_kind(request.kind), chosen.space, out.name)
    marked = f"{label}, selected on test videos" if request.select_on_test else label
    checkpoint = made_before(out, underway) or loop.train(
        chosen.train,
        settings,
        start_from=_reconfigured(base, request),
        null_video=_null_video(request.null_video),
        out=out,
        label=marked,
        feature_space=chosen.space,
        training_info={
            "dataset": request.dataset,
            "datasets": sorted({video.id.partition("/")[0] for video in chosen.train}),
            "split": chosen.split,
            "people": request.people,
            "n_named": len(request.names) or None,
            "selected_on": chosen.selected_on,
            "selected_on_test": request.select_on_test,
            "n_selecting": len(chosen.selecting),
            "selecting": [entry.id for entry in chosen.selecting],
            "held_out": [entry.id for entry in chosen.held_out],
            "pretraining": base.training.get("pretraining") if base else None,
        },
        criterion=criterion,
        progress=part(progress, 0.0, 0.95) if chosen.held_out else progress,
        should_stop=should_stop,
        underway=underway,
    )
    figures = None
    try:
        if chosen.held_out:
            check(should_stop, "The evaluation", f"The checkpoint '{checkpoint.id}' is kept.")
            figures = evaluate_checkpoint(checkpoint, chosen.held_out, progress=part(progress, 0.95, 1.0))
            keep_figures(checkpoint, figures, [entry.id for entry in chosen.held_out])
    finally:
        library.checkpoints.register(checkpoint.path)
    facts = checkpoint.training
    return TrainedSeed(
        seed=settings.seed,
        checkpoint=checkpoint.path,
        id=checkpoint.id,
        epochs=facts["epochs"],
        kept_epoch=facts["kept_epoch"],
        seconds=facts["seconds"],
        loss=facts["loss"][-1],
        stopped_early=facts["stopped_early"],
        figures=replace(figures, per_video=None) if figures else None,
    )


def _recipe(request: TrainRequest) -> TrainSettings:
    from core.training.options import with_options
    from core.training.recipes import settings_for

    recipe = settings_for(request.kind, preset=request.preset, targets=request.targets, epochs=request.epochs)
    recipe = with_options(recipe, request.settings)
    return recipe if request.seed is None else replace(recipe, seed=request.seed)


def _reconfigured(base: Checkpoint | None, request: TrainRequest) -> Checkpoint | None:
    """What the training goes on from, with those parts of its configuration that shall be others."""
    from core.training.options import typed

    if base is None or not request.settings:
        return base
    return replace(base, config={**base.config, **typed(request.kind, request.settings)[1]})


def _null_video(path: Path | None) -> np.ndarray | None:
    """The frame in a file; None where none is named. Raises InputError where there is none."""
    if path is None:
        return None
    import numpy as np

    try:
        frame: np.ndarray = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"'{path}' cannot be read as a null video: {error}.", "Name a .npy file.") from error
    return frame


def _folder(library: Library, request: TrainRequest, seed: int) -> Path:
    """Where the checkpoint of a seed belongs."""
    several = f"-seed{seed}" if request.seeds else ""
    if request.out is None:
        return new_checkpoint_folder(library, f"{request.kind}-{request.dataset}{several}")
    if "{seed}" in str(request.out):
        return Path(str(request.out).replace("{seed}", str(seed)))
    return request.out.with_name(request.out.name + several)
