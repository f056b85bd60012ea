"""One round of a variant of ViSP: pretrained once on videos without labels, fine-tuned on every split and evaluated."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from core.data import Entry
from core.errors import NotFoundError
from core.models.checkpoints import Checkpoint
from core.training.recipes import TrainSettings

SCHEMA = "visp-results-1"
PUBLISHED_BATCH = 32
SETS = ("summe", "tvsum")  # whose people are learned from and evaluated on
OUTSIDE = ("ovp", "youtube")  # which are only pretrained on
FILES = ("eccv16_dataset_{}_google_pool5.h5", "{}_captions_minilm.h5")
TOLD = ("pretraining", "epochs", "batch_size", "n_videos", "seconds")  # of a pretraining


@dataclass(frozen=True)
class Scale:
    """How much is done of what is published; None for what the recipe says.

    Attributes:
        base: preset of the summarizer.
        encoder: of the videos, see `core.models.visp.ViSPConfig`.
        rounds, splits: of each at most.
        epochs: of fine-tuning.
        updates: of fine-tuning, instead of epochs.
        pretraining_epochs: of pretraining.
        share: of the videos that are otherwise pretrained on.
        at_once: the most videos in a batch of pretraining; 32 attended ones take several GB.
    """

    base: str = "csta"
    encoder: str = "csta"
    rounds: int = 5
    splits: int = 5
    epochs: int | None = None
    updates: int | None = None
    pretraining_epochs: int = 200
    share: float = 1.0
    at_once: int | None = None


@dataclass(frozen=True)
class Variant:
    """One row or point.

    Attributes:
        label: for people.
        base: preset, where it is not the one asked for.
        visp: settings of the pretraining that are not its default; None for none.
        method: "visp" or "fsa", which takes the labels of the other data sets.
        batch_size: of the pretraining, whatever the scale; None for the published one, or what the scale says.
        share: of all videos that are pretrained on, without the test videos of the split; None for all with them.
        outside: how many videos of other data sets are pretrained on, as a share of all; None for none.
        published: tau and rho on SumMe and on TVSum, as the paper has them.
    """

    label: str
    base: str | None = None
    visp: Mapping[str, Any] | None = None
    method: str = "visp"
    batch_size: int | None = None
    share: float | None = None
    outside: float | None = None
    published: tuple[float, ...] = ()


# Data --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """A data set with people: entries by key, and its splits."""

    entries: Mapping[str, Entry]
    splits: Sequence[Any] = field(default_factory=tuple)


@cache
def judged_sets(data: Path) -> dict[str, Judged]:
    """The data sets with people that a folder holds. Raises NotFoundError where it holds none."""
    from storage.formats import read_dataset
    from storage.formats.splits import read_splits

    found = {}
    for name in SETS:
        file = _file(data, name)
        splits = _first(data, name, [f"{name}_splits.txt", f"{name}_splits.json"])
        if file is None or splits is None:
            continue
        people = _first(data, name, ["ydata-tvsum50.mat"]) if name == "tvsum" else None
        found[name] = Judged({entry.key: entry for entry in read_dataset(file, people)}, read_splits(splits))
    if not found:
        raise NotFoundError(f"There is no data set with splits in '{data}'.", "Name its folder with --data.")
    return found


@cache
def outside_entries(data: Path) -> list[Entry]:
    """The videos of other data sets that a folder holds; none where it holds none."""
    from storage.formats import read_dataset

    files = [file for name in OUTSIDE if (file := _file(data, name)) is not None]
    return [entry for file in files for entry in read_dataset(file)]


def _file(data: Path, name: str) -> Path | None:
    return _first(data, name, [one.format(name) for one in FILES])


def _first(data: Path, name: str, files: Sequence[str]) -> Path | None:
    places = [folder / file for folder in (data, data / name) for file in files]
    return next((place for place in places if place.is_file()), None)


# Rounds ------------------------------------------------------------------------------------------------------------


def lacking(variant: Variant, data: Path, scale: Scale) -> str:
    """What a variant lacks here, in a sentence; "" for nothing."""
    sets = judged_sets(data)
    if variant.method == "fsa" and len(sets) < 2:
        return f"needs the labels and features of a second data set; here is {', '.join(sets)}"
    if variant.outside is not None and not outside_entries(data):
        return "needs " + " or ".join(FILES[0].format(name) for name in OUTSIDE)
    videos = int(scale.share * sum(len(one.entries) for one in sets.values()))
    if variant.batch_size is not None and variant.batch_size > videos:
        return f"needs at least {variant.batch_size} videos; here are {videos}"
    return ""


def run_round(data: Path, variant: Variant, scale: Scale, seed: int, device: str) -> dict[str, Any]:
    """One round of a variant: what was run, and tau and rho of every split of every data set."""
    import torch

    torch.set_num_threads(1)
    sets = judged_sets(data)
    settings = recipe_of(variant, scale, seed, device)
    rows: list[dict[str, Any]] = []
    told: dict[str, Any] | None = None
    with tempfile.TemporaryDirectory() as folder:
        shared: Checkpoint | None = None
        for name, judged in sets.items():
            for number, split in enumerate(judged.splits[: scale.splits]):
                place = Path(folder) / f"{name}-{number}"
                base = shared
                if base is None and variant.visp is not None:
                    base = pretrained(sets, data, variant, scale, settings, name, split, place / "pretrained")
                    told = {
                        key: base.training[key]
                        for key in ("pretraining", "epochs", "batch_size", "n_videos", "seconds")
                    }
                    if variant.method == "visp" and variant.share is None:
                        shared = base  # one pretraining serves all splits, as published
                rows.append(
                    _fine_tuned(judged, split, settings, base, place / "tuned", name, device) | {"split": number}
                )
    return {
        "schema": SCHEMA,
        "what": what_is_run(data, variant, scale),
        "round": seed,
        "pretraining": told,
        "selected_on": "nothing",
        "rows": rows,
    }


def what_is_run(data: Path, variant: Variant, scale: Scale) -> dict[str, Any]:
    """Everything that decides a round's figures but its seed, as it is kept beside them."""
    settings = recipe_of(variant, scale, 0, "cpu")
    return {
        "variant": {key: value for key, value in asdict(variant).items() if key not in ("label", "published")},
        "scale": asdict(replace(scale, rounds=0)),  # how many there are changes none of them
        "recipe": settings.preset,
        "epochs": settings.epochs,
        "updates": settings.updates if settings.epochs is None else None,
        "videos": {
            name: [len(one.entries), str(next(iter(one.entries.values())).feature_space)]
            for name, one in judged_sets(data).items()
        },
    }


def recipe_of(variant: Variant, scale: Scale, seed: int, device: str) -> TrainSettings:
    from core.training.recipes import get_preset

    changes: dict[str, Any] = {"seed": seed, "device": device}
    if scale.epochs is not None:
        changes["epochs"] = scale.epochs
    elif scale.updates is not None:
        changes |= {"epochs": None, "updates": scale.updates}
    settings = get_preset(variant.base or scale.base, **changes)
    return replace(settings, config={**settings.config, "novelty": False})  # as published


def pretrained(
    sets: Mapping[str, Judged],
    data: Path,
    variant: Variant,
    scale: Scale,
    settings: TrainSettings,
    name: str,
    split: Any,
    out: Path,
) -> Checkpoint:
    from core.training.pretraining import PretrainSettings, pretrain, summarised_videos, unlabelled_videos

    count = sum(len(one.entries) for one in sets.values())
    share = 1.0
    if variant.method == "fsa":
        entries = [entry for other, one in sets.items() if other != name for entry in one.entries.values()]
        videos, space = summarised_videos(entries, settings.model)
    elif variant.outside is not None:
        entries = outside_entries(data)
        share = min(1.0, variant.outside * count / len(entries))
        videos, space = unlabelled_videos(entries, settings.model)
    else:
        tested = {(name, key.name) for key in split.test} if variant.share is not None else set()
        entries = [
            entry for one, judged in sets.items() for key, entry in judged.entries.items() if (one, key) not in tested
        ]
        share = 1.0 if variant.share is None else variant.share * count / len(entries)
        videos, space = unlabelled_videos(entries, settings.model)
    how = PretrainSettings(
        settings.model,
        "fsa" if variant.method == "fsa" else "visp",
        settings.config,
        epochs=scale.pretraining_epochs,
        batch_size=variant.batch_size or min(PUBLISHED_BATCH, scale.at_once or PUBLISHED_BATCH),
        share=share * scale.share,
        seed=settings.seed,
        device=settings.device,
        visp={"encoder": scale.encoder, **(variant.visp or {})},
    )
    return pretrain(videos, how, out=out, feature_space=space)


def _fine_tuned(
    judged: Judged, split: Any, settings: TrainSettings, base: Checkpoint | None, out: Path, name: str, device: str
) -> dict[str, Any]:
    from core.statistics.curves import mean_defined
    from core.statistics.evaluation import agreement_with_people
    from core.training.loop import train
    from core.training.scoring import score
    from core.training.videos import videos_from_entries

    videos, space = videos_from_entries([judged.entries[key.name] for key in split.train], settings.model)
    made = train(videos, settings, out=out, feature_space=space, start_from=base)
    tested = [judged.entries[key.name] for key in split.test]
    found = [agreement_with_people(name, entry, score(made, entry, n=1, device=device).scores) for entry in tested]
    return {
        "dataset": name,
        "kendall": mean_defined([one.kendall for one in found]),
        "spearman": mean_defined([one.spearman for one in found]),
        "train_s": made.training["seconds"],
    }


def key_of(data: Path, variant: Variant, scale: Scale, seed: int) -> str:
    """What tells a round from all others: what is run, and its seed."""
    told = json.dumps([what_is_run(data, variant, scale), seed], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
