"""One training loop for all models: people's score curves in, a checkpoint out.

With individual targets every person's curve is one training sample; a video is encoded once for all its curves.
The weights that are saved are the exponential moving average of the trained ones.
"""

from __future__ import annotations

import copy
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import numpy as np

from core.compute import choose_device
from core.data import Entry
from core.errors import CheckpointError, InputError
from core.models.checkpoints import Checkpoint, load_model, save_checkpoint
from core.models.provenance import origin
from core.models.registry import model_kind
from core.progress import Progress, ShouldStop, check, never, silent
from core.statistics.curves import mean_of_people
from core.training.labels import trained_label
from core.training.recipes import TrainSettings

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.batch import Batch
    from core.models.summarizer import Summarizer, Trainable

    Tensors: TypeAlias = tuple[Tensor, ...] | list[Tensor]
    Criterion: TypeAlias = Callable[[Summarizer], float]  # a model ready to predict -> the larger, the better

Model = TypeVar("Model", bound="Trainable")

MAX_LISTED = 5000  # a checkpoint names the videos that it was trained on, up to so many


@dataclass(frozen=True, eq=False)
class TrainingVideo:
    """One video with what people said about it.

    Attributes:
        id: entry id.
        features: (T, D) float32, finite, T >= 2.
        targets: (U, T) float32 scores in [0, 1], NaN where not judged.
        people: U names.
        simulated: which of them were made by a program; () for nobody.

    Raises:
        InputError: the arrays do not fit each other or contain what they may not.
    """

    id: str
    features: np.ndarray
    targets: np.ndarray
    people: tuple[str, ...] = ()
    simulated: tuple[bool, ...] = ()

    def __post_init__(self) -> None:
        if self.features.ndim != 2 or self.targets.ndim != 2 or self.targets.shape[1] != len(self.features):
            raise InputError(
                f"'{self.id}': features {self.features.shape} and scores {self.targets.shape} do not fit together."
            )
        if len(self.features) < 2:
            raise InputError(f"'{self.id}' has fewer than two picks and cannot be trained on.")
        if not np.isfinite(self.features).all():
            raise InputError(f"'{self.id}': the features contain NaN or infinite values.", "Extract them again.")
        judged = self.targets[~np.isnan(self.targets)]
        if len(judged) and not (judged.min() >= 0 and judged.max() <= 1):
            raise InputError(f"'{self.id}': scores must lie between 0 and 1.")


def videos_from_entries(
    entries: Sequence[Entry], model: str = "summdiff", space: str | None = None
) -> tuple[list[TrainingVideo], str]:
    """The entries that have both people and features of one space, as training videos; see `lacking` for the others.

    Args:
        entries: with their people.
        model: says whether those that it reads are of pictures or of captions.
        space: id; None for the one that most entries hold, of equal ones that which the first trains on.

    Returns:
        The videos and their feature space.

    Raises:
        InputError: no entry can be used.
    """
    judged = [entry for entry in entries if entry.annotations is not None and len(entry.annotations)]
    held = Counter(one for entry in judged for one in _spaces(entry, model))
    if space is None and held:
        space = max(held, key=lambda one: held[one])
    videos = [
        TrainingVideo(entry.id, features, told.scores, told.annotators, told.simulated)
        for entry in judged
        if (told := entry.annotations) and space is not None and (features := entry.features.get(space)) is not None
    ]
    if space is None or not videos:
        wanted = f"'{space}'" if space else model_kind(model).features
        raise InputError(f"None of the {len(entries)} videos has both {wanted} features and people's scores.")
    return videos, space


def lacking(entries: Sequence[Entry], space: str) -> list[str]:
    """The ids of the entries without features of a space."""
    return [entry.id for entry in entries if space not in entry.features]


def _spaces(entry: Entry, model: str) -> list[str]:
    """The spaces in which an entry could be trained on, first the one that stands out."""
    first = training_space(entry, model)
    others = () if model_kind(model).features == "text" else entry.further_spaces
    return [name for name in (first, *others) if name is not None]


def one_space(videos: Sequence[TrainingVideo], spaces: Set[str], missing: str) -> str:
    """The one feature space of the videos. Raises InputError with `missing` where there are no videos."""
    if not videos:
        raise InputError(missing)
    if len(spaces) > 1:
        raise InputError(f"The videos have features of several spaces: {', '.join(sorted(spaces))}.")
    return next(iter(spaces))


def training_space(entry: Entry, model: str) -> str | None:
    """The space of what the model reads of an entry; the main one stands in where there are no text features."""
    text = entry.text_space if model_kind(model).features == "text" else None
    return text or entry.feature_space


def train(
    videos: Sequence[TrainingVideo],
    settings: TrainSettings,
    *,
    out: Path,
    feature_space: str,
    start_from: Checkpoint | None = None,
    label: str | None = None,
    training_info: Mapping[str, Any] | None = None,
    criterion: Criterion | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Checkpoint:
    """Train a model and write it to the new directory `out`.

    Args:
        videos: to train on; all of width D. Nothing else is looked at.
        settings: from `settings_for` or `get_preset`.
        out: the checkpoint's directory; its name is the checkpoint's id.
        feature_space: that the features belong to.
        start_from: a checkpoint of the same model and space to go on from; its configuration is kept.
        label: for people; by default the model's own, and of a text model also what its captions were encoded by.
        training_info: added to `training` (dataset, split, ...).
        criterion: asked about the averaged model after every epoch; the weights it likes best are kept. Without it,
            the last ones. Say in `training_info` which videos it looks at.
        progress: called after every epoch with {"epoch", "epochs", "loss"}.
        should_stop: asked after every step.

    Raises:
        InputError: no usable videos, or of different widths.
        CheckpointError: `start_from` is of another model, space or width, or `out` exists.
        Cancelled: `should_stop` said so; nothing is written.
    """
    import torch

    started = time.monotonic()
    kind = model_kind(settings.model)
    videos = [video for video in videos if not np.isnan(video.targets).all()]
    if not videos:
        raise InputError("There is no video with scores to train on.")
    width = videos[0].features.shape[1]
    if any(video.features.shape[1] != width for video in videos):
        raise InputError("The videos have features of different widths; they cannot be trained on together.")
    if Path(out).exists():
        raise CheckpointError(f"'{out}' exists already.", "Choose another name; checkpoints are not overwritten.")

    device = choose_device(settings.device)
    # Leave the caller's random numbers as they were.
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(settings.seed)
        if start_from is None:
            model = kind.model_class(kind.config_class(feature_width=width, **settings.config)).to(device)
            model.prepare([torch.from_numpy(video.features) for video in videos])
        else:
            check_fits(start_from, settings.model, feature_space, width)
            model = load_model(start_from, settings.device)
        model.train()
        losses, best_epoch = fit(model, videos, settings, started, criterion, progress, should_stop)

    training = {
        **(training_info or {}),
        **{k: v for k, v in asdict(settings).items() if k not in ("model", "config", "device")},
        "epochs": len(losses),
        "kept_epoch": best_epoch,
        "videos": [video.id for video in videos] if len(videos) <= MAX_LISTED else None,
        "n_videos": len(videos),
        "n_people": len({name for video in videos for name in video.people}) or max(len(v.targets) for v in videos),
        "n_curves": sum(int((~np.isnan(v.targets)).any(1).sum()) for v in videos),
        "simulated": any(any(video.simulated) for video in videos),
        "n_simulated": _simulated_people(videos),
        "start_from": start_from.id if start_from else None,
        "started_from": origin(start_from) if start_from else None,
        "loss": [round(loss, 6) for loss in losses],
        "seconds": round(time.monotonic() - started, 1),
    }
    label = label or trained_label(kind, feature_space)
    return save_checkpoint(model, Path(out), label=label, feature_space=feature_space, training=training)


def _simulated_people(videos: Sequence[TrainingVideo]) -> int:
    """How many different people of some videos were made by a program."""
    named = {name for video in videos for name, made in zip(video.people, video.simulated, strict=False) if made}
    return len(named) or max(sum(video.simulated) for video in videos)


def check_fits(checkpoint: Checkpoint, kind: str, feature_space: str, width: int) -> None:
    """Raise CheckpointError unless a checkpoint is of this model, feature space and width."""
    if checkpoint.kind != kind:
        raise CheckpointError(f"'{checkpoint.id}' is a checkpoint of '{checkpoint.kind}', not of '{kind}'.")
    if (checkpoint.feature_space, checkpoint.feature_width) != (feature_space, width):
        raise CheckpointError(
            f"'{checkpoint.id}' was trained on '{checkpoint.feature_space}' features of width "
            f"{checkpoint.feature_width}, these are '{feature_space}' of width {width}.",
            "A checkpoint is never applied to features of another space.",
        )


def fit(
    model: Model,
    videos: Sequence[TrainingVideo],
    settings: TrainSettings,
    started: float,
    criterion: Callable[[Model], float] | None,
    progress: Progress,
    should_stop: ShouldStop,
) -> tuple[list[float], int]:
    """Train in place and leave the averaged weights in the model, those of the best epoch where there is a criterion.

    Returns:
        The mean loss of every epoch, and the epoch whose weights were kept.
    """
    import torch
    from torch.optim.lr_scheduler import LambdaLR
    from torch.optim.swa_utils import AveragedModel

    device = next(model.parameters()).device
    generator = np.random.default_rng(settings.seed)
    per_epoch = math.ceil(len(videos) / settings.batch_size)
    epochs = settings.epochs or math.ceil(settings.updates / per_epoch)
    steps_an_epoch = math.ceil(per_epoch / settings.accumulate)
    kinds = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}
    optimizer = kinds[settings.optimizer](model.parameters(), settings.lr, weight_decay=settings.weight_decay)
    schedule = LambdaLR(
        optimizer,
        lambda done: learning_rate_factor(settings.schedule, done / (epochs * steps_an_epoch), done // steps_an_epoch),
    )

    step = 0

    def forget(averages: Tensors, weights: Tensors, _: Tensor | int) -> None:
        decay = min(settings.ema, step / (step + 10))  # the first weights are forgotten quickly
        torch._foreach_lerp_(averages, weights, 1 - decay)

    average = AveragedModel(model, multi_avg_fn=forget)
    average.update_parameters(model)  # it starts as a copy
    averaged = cast("Model", average.module).eval()
    losses: list[float] = []
    best, best_epoch, best_state = -math.inf, 0, None
    for epoch in range(1, epochs + 1):
        epoch_losses = []
        for index, batch in enumerate(batches(videos, settings, generator), 1):
            loss = model.loss(batch.to(device))
            (loss / settings.accumulate).backward()
            epoch_losses.append(loss.detach())  # a number only when the epoch is over: asking waits for the device
            check(should_stop, "The training", "Nothing was saved.")
            if index % settings.accumulate and index < per_epoch:
                continue
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            step += 1
            average.update_parameters(model)
        losses.append(float(np.mean([float(loss) for loss in epoch_losses])))
        if criterion is not None:
            verdict = criterion(averaged)
            if verdict > best or not best_epoch:
                best, best_epoch, best_state = verdict, epoch, copy.deepcopy(averaged.state_dict())
        progress(
            epoch / epochs,
            f"Epoch {epoch} of {epochs}",
            {"epoch": epoch, "epochs": epochs, "loss": losses[-1]},
        )
        if settings.time_limit_s is not None and time.monotonic() - started > settings.time_limit_s:
            break
    model.load_state_dict(best_state or averaged.state_dict())
    return losses, best_epoch or len(losses)


def learning_rate_factor(schedule: str, done: float, epoch: int) -> float:
    """Share of the peak learning rate.

    Args:
        schedule: see `TrainSettings`.
        done: share of the training that is over, in [0, 1).
        epoch: epochs that are over.

    Raises:
        InputError: there is no such schedule.
    """
    kind, _, number = schedule.partition(" ")
    if schedule == "warm cosine":
        return min(1.0, done / 0.05 + 0.02) * 0.5 * (1 + math.cos(math.pi * done))
    if kind == "cosine":
        return 0.5 * (1 + math.cos(math.pi * epoch / float(number)))
    if kind == "decay":
        return float(number) ** epoch
    raise InputError(f"There is no learning rate schedule '{schedule}'.")


def batches(
    videos: Sequence[TrainingVideo], settings: TrainSettings, generator: np.random.Generator
) -> Iterator[Batch]:
    """One epoch: videos of similar length share a batch, so that little is padded; batches come in random order."""
    # Lengths are jittered so that the same videos do not always meet.
    order = np.argsort([len(v.features) * generator.uniform(0.8, 1.25) for v in videos])
    groups = [order[i : i + settings.batch_size] for i in range(0, len(order), settings.batch_size)]
    for index in generator.permutation(len(groups)):
        yield make_batch([videos[i] for i in groups[index]], settings, generator)


def make_batch(videos: Sequence[TrainingVideo], settings: TrainSettings, generator: np.random.Generator) -> Batch:
    """Draw each video's curves and pad everything to the longest."""
    import torch

    from core.models.batch import Batch

    drawn = [(video.features, draw_curves(video.targets, settings, generator)) for video in videos]
    length = max(len(features) for features, _ in drawn)
    count = max(len(curves) for _, curves in drawn)
    features = np.zeros((len(videos), length, videos[0].features.shape[1]), np.float32)
    valid = np.zeros((len(videos), length), bool)
    targets = np.full((len(videos), count, length), np.nan, np.float32)
    for i, (x, curves) in enumerate(drawn):
        features[i, : len(x)] = x
        valid[i, : len(x)] = True
        targets[i, : len(curves), : len(x)] = curves
    judged = ~np.isnan(targets)
    return Batch(*(torch.from_numpy(a) for a in (features, valid, np.nan_to_num(targets), judged)))


def draw_curves(targets: np.ndarray, settings: TrainSettings, generator: np.random.Generator) -> np.ndarray:
    """(C, T) curves of one video: its mean over people, or people drawn without repetition."""
    targets = targets[(~np.isnan(targets)).any(1)]
    if settings.targets == "mean":
        return mean_of_people(targets)[None].astype(np.float32)
    if settings.curves_per_video is None or settings.curves_per_video >= len(targets):
        return targets
    return targets[generator.choice(len(targets), settings.curves_per_video, replace=False)]
