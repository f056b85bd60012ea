"""What a checkpoint says of its training: from which labels, how much of them, by which recipe, on what."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.people import is_slot
from core.models.checkpoints import Checkpoint
from core.models.provenance import origin
from core.training.recipes import NOTES, TrainSettings
from core.training.videos import TrainingVideo

if TYPE_CHECKING:
    import torch

    from core.training.loop import Fitted

SOURCES = frozenset(("own", "dataset"))
MAX_LISTED = 5000  # a checkpoint names the videos that it was trained on, up to so many

Person = tuple[str, str]  # a data set, "" for who has a name of their own, and that name


def facts_of(
    videos: Sequence[TrainingVideo],
    settings: TrainSettings,
    fitted: Fitted,
    start_from: Checkpoint | None,
    device: torch.device,
) -> dict[str, Any]:
    """The `training` of a checkpoint; people are in it by pseudonyms of its own."""
    people = people_of(videos)
    return {
        **{k: v for k, v in asdict(settings).items() if k not in ("model", "config", "device", "weights")},
        "note": NOTES.get(settings.preset, ""),
        "weights": {k: v for k, v in settings.weights.items() if k in SOURCES},
        "n_weighted": len(settings.weights.keys() - SOURCES),  # people by name, who are not named
        "epochs": len(fitted.epochs),
        "kept_epoch": fitted.kept,
        "stopped_early": fitted.content,
        "videos": [video.id for video in videos] if len(videos) <= MAX_LISTED else None,
        "n_videos": len(videos),
        "n_people": len(people) or max(len(video.targets) for video in videos),
        "annotators": people if len(people) <= MAX_LISTED else None,
        "n_curves": sum(int((~np.isnan(video.targets)).any(1).sum()) for video in videos),
        "n_labels": sum(int((~np.isnan(video.targets)).sum()) for video in videos),
        "n_preferences": sum(len(video.preferences) for video in videos),
        "labels_sha256": labels_sha256(videos),
        "simulated": any(any(video.simulated) for video in videos),
        "n_simulated": sum(one["simulated"] for one in people) or max(sum(video.simulated) for video in videos),
        "start_from": start_from.id if start_from else None,
        "started_from": origin(start_from) if start_from else None,
        "loss": [round(loss, 6) for loss in fitted.losses],
        "validation": [round(one.validation, 6) for one in fitted.epochs if one.validation is not None],
        "seconds": round(fitted.seconds, 1),
        "device": device_name(device),
        "computed": asdict(fitted.computing),
    }


def people_of(videos: Sequence[TrainingVideo]) -> list[dict[str, Any]]:
    """Who judged the videos, each once, called P1, P2, ... in the order of their names, which are left out.

    Who has a name is the same person in all data sets; what a data set calls "person 01" is another one in each.
    """
    said: dict[Person, dict[str, Any]] = {}
    for video in videos:
        dataset = video.id.partition("/")[0]
        for row, name in enumerate(video.people):
            source = video.sources[row] if video.sources else "dataset"
            known = said.setdefault(
                (dataset if is_slot(name) else "", name),
                {"simulated": False, "source": source, "n_videos": 0, "n_labels": 0},
            )
            known["simulated"] |= bool(video.simulated and video.simulated[row])
            known["n_videos"] += 1
            known["n_labels"] += int((~np.isnan(video.targets[row])).sum())
    return [{"id": f"P{number}", **said[one]} for number, one in enumerate(sorted(said), 1)]


def labels_sha256(videos: Sequence[TrainingVideo]) -> str:
    """A SHA-256 over all scores and preferences, in whatever order videos and people come."""
    digest = hashlib.sha256()
    for video in sorted(videos, key=lambda one: one.id):
        digest.update(f"{video.id} {video.targets.shape}".encode())
        rows = [np.ascontiguousarray(row, np.float32) for row in video.targets]
        pairs = [np.stack([one.better, one.worse]).astype(np.float32) for one in video.preferences]
        for array in (rows, pairs):
            # NaN has many forms; no score is negative.
            for told in sorted(np.nan_to_num(one, nan=-1.0).tobytes() for one in array):
                digest.update(told)
    return digest.hexdigest()


def device_name(device: torch.device) -> str:
    """ "cpu", or what the GPU is called."""
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
