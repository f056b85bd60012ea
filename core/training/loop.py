"""One training loop for all models: people's score curves in, a checkpoint out.

With individual targets every person's curve is one training sample; how they are batched says `core.training.batching`.
The weights that are saved are the exponential moving average of the trained ones, unless the recipe has none.
Several processes make the same steps together (`core.training.distributed`): the first is in `train`, the others in
`follow`.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import numpy as np

from core.compute import choose_device
from core.errors import CheckpointError, InputError, ManycutError
from core.models.card import write_card
from core.models.checkpoints import Checkpoint, load_model, save_checkpoint
from core.models.registry import model_kind
from core.progress import Progress, ShouldStop, check, never, silent
from core.training.batching import Unit, batches, counting, make_batch, units
from core.training.computing import Computing, chosen, computing_of
from core.training.distributed import Processes, check_can_be_shared
from core.training.epochs import EPOCHS, Epoch, append_epoch, epoch_lines
from core.training.facts import facts_of
from core.training.labels import trained_label
from core.training.persons import numbered, persons_of
from core.training.recipes import TrainSettings
from core.training.snapshots import Snapshots, fingerprint, generators, set_generators
from core.training.underway import NOTHING_KEPT, Underway
from core.training.videos import TrainingVideo

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.batch import Batch
    from core.models.summarizer import ClosedForm, Judged, Summarizer, Trainable

    Tensors: TypeAlias = tuple[Tensor, ...] | list[Tensor]
    Criterion: TypeAlias = Callable[[Summarizer], float]  # a model ready to predict -> the larger, the better

Model = TypeVar("Model", bound="Trainable")


def train(
    videos: Sequence[TrainingVideo],
    settings: TrainSettings,
    *,
    out: Path,
    feature_space: str,
    start_from: Checkpoint | None = None,
    null_video: np.ndarray | None = None,
    label: str | None = None,
    training_info: Mapping[str, Any] | None = None,
    criterion: Criterion | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    underway: Underway = NOTHING_KEPT,
) -> Checkpoint:
    """Train a model and write it to the new directory `out`.

    Args:
        videos: to train on; all of width D. Nothing else is looked at.
        settings: from `settings_for` or `get_preset`.
        out: the checkpoint's directory; its name is the checkpoint's id.
        feature_space: that the features belong to.
        start_from: a checkpoint of the same model and space to go on from; its configuration is kept.
        null_video: (D,) frame that stands for no video at all, such as that of SummDiff's release; None for the mean
            frame of the videos, or that of `start_from`.
        label: for people; by default the model's own, and of a text model also what its captions were encoded by.
        training_info: added to `training` (dataset, split, ...).
        criterion: asked about the model that would be kept, after every epoch or more often; the weights it likes
            best are kept. Without it, the last ones. Say in `training_info` which videos it looks at.
        progress: called after every epoch with {"epoch", "epochs", "loss"}, and the criterion's "validation".
        should_stop: asked after every step.
        underway: where it keeps what it has, and whether that is enough by now.

    Raises:
        InputError: no usable videos, of different widths, or a null video that does not fit.
        CheckpointError: `start_from` is of another model, space or width, or `out` exists.
        Cancelled: `should_stop` said so; nothing is written.
    """
    import torch

    from core.models.summarizer import ClosedForm

    started = time.monotonic()
    kind = model_kind(settings.model)
    videos = counting(videos, settings)
    if not videos:
        raise InputError("There is no video with scores to train on.")
    width = videos[0].features.shape[1]
    if any(video.features.shape[1] != width for video in videos):
        raise InputError("The videos have features of different widths; they cannot be trained on together.")
    if Path(out).exists():
        raise CheckpointError(f"'{out}' exists already.", "Choose another name; checkpoints are not overwritten.")
    processes = underway.processes
    settings = replace(settings, shards=max(settings.shards, processes.count))

    config, persons = dict(settings.config), list(start_from.training.get("persons") or []) if start_from else []
    if start_from is None and config.get("person_dropout"):
        persons = persons_of(videos)
        config["people"] = len(persons)
    if persons:
        videos = numbered(videos, persons)

    device = choose_device(settings.device)
    # Leave the caller's random numbers as they were.
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(settings.seed)
        if start_from is None:
            model = kind.model_class(kind.config_class(feature_width=width, **config)).to(device)
            model.prepare([torch.from_numpy(video.features) for video in videos])
            model.start(judged(videos, settings))
        else:
            check_fits(start_from, settings.model, feature_space, width)
            model = load_model(start_from, settings.device)
        if null_video is not None:
            take_null_video(model, null_video)
        model.train()
        if isinstance(model, ClosedForm):
            fitted = by_formula(model, videos, settings, started, progress)
            check(should_stop, "The training", "Nothing was saved.")
        else:
            check_can_be_shared(model, settings.batch_size * settings.accumulate, processes)
            processes.from_first((copy.deepcopy(model).cpu(), videos, settings))
            fitted = fit(model, videos, settings, started, criterion, progress, should_stop, underway)

    facts = facts_of(videos, settings, fitted, start_from, device)
    facts["processes"] = processes.count
    facts["null_video"] = "given" if null_video is not None else None
    return save_trained(
        model,
        Path(out),
        label=label or trained_label(kind, feature_space),
        feature_space=feature_space,
        training={**(training_info or {}), **facts, **({"persons": persons} if persons else {})},
        epochs=fitted.epochs,
    )


def follow(processes: Processes) -> None:
    """Trains along with the first process, whatever it trains, until it says that nothing comes any more."""
    nothing: tuple[Trainable, list[TrainingVideo], TrainSettings] | None = None
    while (given := processes.from_first(nothing)) is not None:
        model, videos, settings = given
        model = model.to(choose_device(settings.device)).train()
        with suppress(ManycutError):  # the first one says what is wrong, or that it was cancelled
            fit(model, videos, settings, time.monotonic(), None, silent, never, Underway(processes=processes))


def save_trained(
    model: Summarizer,
    out: Path,
    *,
    label: str,
    feature_space: str,
    training: Mapping[str, Any],
    epochs: Sequence[Epoch],
) -> Checkpoint:
    """Writes a checkpoint with what was said of its epochs, and its card."""
    lines = {EPOCHS: epoch_lines(epochs)}
    checkpoint = save_checkpoint(model, out, label=label, feature_space=feature_space, training=training, texts=lines)
    write_card(checkpoint)
    return checkpoint


def take_null_video(model: Summarizer, frame: np.ndarray) -> None:
    """Give a model another null video. Raises InputError where it has none, or one of another width."""
    import torch

    null = getattr(model, "null_video", None)
    if null is None:
        raise InputError(f"{type(model).__name__} has no null video.", "Leave it out, or train SummDiff.")
    if frame.shape != tuple(null.shape) or frame.dtype.kind != "f" or not np.isfinite(frame).all():
        raise InputError(f"A null video is one frame of {len(null)} finite numbers, not {frame.dtype} {frame.shape}.")
    null.copy_(torch.from_numpy(frame))


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


@dataclass(frozen=True)
class Fitted:
    """How a training went.

    Attributes:
        epochs: what was said of each.
        kept: number of the one whose weights were kept.
        seconds: that it took, those of processes that died included.
        content: it ended early because somebody was content with what it had.
        computing: in what it was computed.
    """

    epochs: list[Epoch]
    kept: int
    seconds: float
    content: bool
    computing: Computing = field(default_factory=Computing)

    @property
    def losses(self) -> list[float]:
        return [one.loss for one in self.epochs]


def judged(videos: Sequence[TrainingVideo], settings: TrainSettings) -> list[Judged]:
    """What a formula is fitted to. Only preferences say nothing to it."""
    import torch

    from core.models.summarizer import Judged

    return [
        Judged(*(torch.from_numpy(each) for each in (one.features, one.curves, one.weights)))
        for one in units(videos, replace(settings, batch_of="videos"))
        if len(one.curves)
    ]


def by_formula(
    model: ClosedForm, videos: Sequence[TrainingVideo], settings: TrainSettings, started: float, progress: Progress
) -> Fitted:
    """Fit a model in closed form, which counts as one epoch; its loss is what is left of the curves."""
    import torch

    model.fit(judged(videos, settings))
    device, generator = next(model.parameters()).device, np.random.default_rng(settings.seed)
    with predicting(model), torch.no_grad():
        losses = [
            float(model.loss(make_batch([one], settings, generator).to(device)))
            for one in units(videos, settings)
            if len(one.curves)
        ]
    done = Epoch(1, float(np.mean(losses)), None, time.monotonic() - started, 0.0)
    progress(1.0, "Fitted", {"epoch": 1, "epochs": 1, "loss": done.loss})
    return Fitted([done], 1, done.seconds, False)


def fit(
    model: Model,
    videos: Sequence[TrainingVideo],
    settings: TrainSettings,
    started: float,
    criterion: Callable[[Model], float] | None,
    progress: Progress,
    should_stop: ShouldStop,
    underway: Underway = NOTHING_KEPT,
) -> Fitted:
    """Train in place and leave the weights to keep in the model, those of the best epoch where there is a criterion.

    Where `underway` holds a snapshot of this very training, it goes on from there, to the same weights. Of several
    processes each calls it with the same model, videos and settings, and the first alone with the rest.
    """
    import torch
    from torch.optim.lr_scheduler import LambdaLR
    from torch.optim.swa_utils import AveragedModel

    device, processes = next(model.parameters()).device, underway.processes
    generator = np.random.default_rng(settings.seed)
    drawn_from = units(videos, settings)
    per_epoch = math.ceil(len(drawn_from) / settings.batch_size)
    epochs = settings.epochs or math.ceil(settings.updates / per_epoch)
    steps_an_epoch = math.ceil(per_epoch / settings.accumulate)
    kinds = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}
    optimizer = kinds[settings.optimizer](model.parameters(), settings.lr, weight_decay=settings.weight_decay)
    schedule = LambdaLR(
        optimizer,
        lambda done: learning_rate_factor(
            settings.schedule,
            done / (epochs * steps_an_epoch),
            done // steps_an_epoch,
            settings.least_lr / settings.lr,
        ),
    )
    ways = computing_of(settings, device)
    scaler = torch.amp.GradScaler(device.type, enabled=ways[0].precision == "float16")

    step = 0
    ema = settings.ema

    def forget(averages: Tensors, weights: Tensors, _: Tensor | int) -> None:
        # The first weights are forgotten quickly.
        decay = min(ema or 0.0, step / (step + 10)) if settings.ema_warms_up else ema or 0.0
        torch._foreach_lerp_(averages, weights, 1 - decay)

    average = None if ema is None else AveragedModel(model, multi_avg_fn=forget)
    if average is not None:
        average.update_parameters(model)  # it starts as a copy
    kept = model if average is None else cast("Model", average.module).eval()
    asked = {math.ceil(per_epoch * (n + 1) / settings.validations) for n in range(settings.validations)}
    said: list[Epoch] = []
    best, best_epoch = -math.inf, 0
    best_state: dict[str, Tensor] | None = None

    stateful: dict[str, Any] = {"model": model, "optimizer": optimizer, "schedule": schedule, "scaler": scaler}
    if average is not None:
        stateful["average"] = average
    snapshots = Snapshots(underway, "" if underway.folder is None else fingerprint(model, videos, settings))
    if (found := processes.from_first(snapshots.read())) is not None:
        for name, one in stateful.items():
            one.load_state_dict(found[name])
        set_generators(found["generators"], generator, device)
        step, best, best_epoch, best_state = (found[name] for name in ("step", "best", "best_epoch", "best_state"))
        said = [Epoch(**one) for one in found["epochs"]]
        started = time.monotonic() - said[-1].seconds
        computing = Computing(**found["computing"])
    else:
        tried = [] if len(ways) == 1 or not processes.first else first_batches(drawn_from, settings)
        computing = processes.from_first(chosen(ways, model, tried, epochs * per_epoch))
    loss_of = computing.loss_of(model)
    lines = None if underway.folder is None else underway.folder / EPOCHS
    if lines is not None:
        lines.parent.mkdir(parents=True, exist_ok=True)
        lines.write_text(epoch_lines(said), encoding="utf-8")  # without those that are done once more

    def judge(epoch: int) -> float:
        """What the criterion says of the weights that would be kept, which are remembered if it likes them best."""
        nonlocal best, best_epoch, best_state
        assert criterion is not None
        with predicting(kept):
            verdict = criterion(kept)
        if verdict > best or not best_epoch:
            best, best_epoch, best_state = verdict, epoch, copy.deepcopy(kept.state_dict())
        return verdict

    content = False
    for epoch in range(len(said) + 1, epochs + 1):
        (content,) = processes.any(bool(said) and underway.should_finish())
        if content:
            break
        epoch_losses, verdict, turn = [], None, 0
        for index, batch in enumerate(batches(drawn_from, settings, generator), 1):
            losses = [torch.zeros((), device=device)]  # of a process that has no part in it
            shards = batch.shards(settings.shards)
            for number, shard in enumerate(shards):
                if (turn + number) % processes.count != processes.rank:
                    continue
                if settings.shards > 1:
                    torch.manual_seed(seed_of_shard(settings.seed, epoch, index, number))
                # Where batches are not of one length already, most of what is computed would be padding.
                for part in [shard] if settings.order == "length" else shard.parts():
                    with computing.autocast(device):
                        loss = loss_of(part.to(device))
                    scaler.scale(loss / settings.accumulate).backward()
                    losses.append(loss.detach().float())
            turn += len(shards)
            # A number only when the epoch is over: asking waits for the device.
            epoch_losses.append(torch.stack(losses).sum())
            stopped, content = processes.any(should_stop(), underway.should_finish())
            check(partial(bool, stopped), "The training", "Nothing was saved.")
            if index % settings.accumulate == 0 or index == per_epoch or content:
                processes.add_gradients(model)
                scaler.unscale_(optimizer)
                torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
                scaler.step(optimizer)
                scaler.update()
                optimizer.zero_grad()
                schedule.step()
                step += 1
                if average is not None:
                    average.update_parameters(model)
            if criterion is not None and (index in asked or content):
                verdict = judge(epoch)
            if content:
                break
        of_batches = processes.total(torch.stack(epoch_losses)).tolist()
        said.append(
            Epoch(
                epoch,
                float(np.mean(of_batches)),
                verdict,
                time.monotonic() - started,
                float(schedule.get_last_lr()[0]),
            )
        )
        if lines is not None:
            append_epoch(lines, said[-1])
        figures = {"epoch": epoch, "epochs": epochs, "loss": said[-1].loss}
        progress(
            epoch / epochs,
            f"Epoch {epoch} of {epochs}",
            figures if verdict is None else {**figures, "validation": verdict},
        )
        over = settings.time_limit_s is not None and said[-1].seconds > settings.time_limit_s
        if content or any(processes.any(over)):
            break
        if epoch < epochs and snapshots.due:
            snapshots.write(
                {name: one.state_dict() for name, one in stateful.items()}
                | {"generators": generators(generator, device), "epochs": [asdict(one) for one in said]}
                | {"step": step, "best": best, "best_epoch": best_epoch, "best_state": best_state}
                | {"computing": asdict(computing)}
            )
    model.load_state_dict(best_state or kept.state_dict())
    return Fitted(said, best_epoch or len(said), time.monotonic() - started, content, computing)


def first_batches(drawn_from: Sequence[Unit], settings: TrainSettings) -> list[Batch]:
    """The shortest and the longest of the first few batches, to try on them in what to compute."""
    few = list(islice(batches(drawn_from, settings, np.random.default_rng(settings.seed)), 8))
    by_length = sorted((one.shards(settings.shards)[0] for one in few), key=lambda one: one.valid.shape[1])
    return [by_length[0], by_length[-1]]


def seed_of_shard(*of: int) -> int:
    """A seed for PyTorch made of the training's, the epoch, the batch and the shard."""
    return int(np.random.SeedSequence(of).generate_state(1, np.uint64)[0] >> np.uint64(1))


@contextmanager
def predicting(model: Model) -> Iterator[None]:
    """The model as it predicts, and then as it was."""
    trains = model.training
    model.eval()
    yield
    model.train(trains)


def learning_rate_factor(schedule: str, done: float, epoch: int, least: float = 0.0) -> float:
    """Share of the peak learning rate.

    Args:
        schedule: see `TrainSettings`.
        done: share of the training that is over, in [0, 1).
        epoch: epochs that are over.
        least: share at which cosines end.

    Raises:
        InputError: there is no such schedule.
    """
    kind, _, number = schedule.partition(" ")
    if schedule == "warm cosine":
        return min(1.0, done / 0.05 + 0.02) * (least + (1 - least) * 0.5 * (1 + math.cos(math.pi * done)))
    if kind == "cosine":
        return least + (1 - least) * 0.5 * (1 + math.cos(math.pi * epoch / float(number)))
    if kind == "decay":
        return float(number) ** epoch
    raise InputError(f"There is no learning rate schedule '{schedule}'.")
