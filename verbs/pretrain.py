"""The verb that pretrains a summarizer on videos without labels, and lets it show what it discovered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.progress import Progress, ShouldStop, check, never, part, silent
from verbs.common import of_split, read_split, summaries_of, time_left
from verbs.models import new_checkpoint_folder, sample

if TYPE_CHECKING:
    from core.models.checkpoints import Checkpoint
    from storage.library import Library

MOST_VIDEOS = 200  # that are held in memory at once; of more, as many are drawn by the seed


def pretrain(
    library: Library,
    *,
    dataset: str | None = None,
    all_videos: bool = False,
    space: str | None = None,
    model: str | None = None,
    splits: Path | None = None,
    split: int = 0,
    out: Path | None = None,
    preset: str | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    visp: dict[str, Any] | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Pretrains a summarizer with ViSP on videos that nobody needs to have labelled; `train --start-from` goes on.

    Of one dataset as published; with splits, only the training videos of the split are looked at. Of all videos of the
    library with settings for a few films (`core.training.pretraining.OWN_FILMS`); every one of them is
    then scored with it.

    Args:
        dataset: to pretrain on.
        all_videos: of every dataset instead, those that share a feature space.
        space: which one; by default the dataset's, or the one that most videos have. Without a dataset: of all videos.
        model, epochs, batch_size, visp: what shall differ from the settings; `visp` are fields of
            `core.models.visp.ViSPConfig`.
        preset: of `core.training.recipes`: the summarizer gets its shapes, so that it can be fine-tuned by it.
    """
    from core.training.pretraining import OWN_FILMS, PretrainSettings, pretrain, unlabelled_videos
    from core.training.recipes import settings_for

    own = dataset is None
    if own == (not all_videos and space is None) or (dataset is not None and all_videos):
        raise InputError("Name a dataset, or --all-videos with or without a --space.", "One of the two.")
    if own and splits is not None:
        raise InputError("Splits are of one dataset.", "Name it.")
    settings = replace(OWN_FILMS if own else PretrainSettings(), seed=seed)
    if not own or preset is not None or model not in (None, settings.model):
        recipe = settings_for(model or settings.model, preset=preset)  # the shapes that it is fine-tuned in
        settings = replace(settings, model=recipe.model, config=recipe.config)
    given = {"epochs": epochs, "batch_size": batch_size}
    settings = replace(
        settings,
        visp={**settings.visp, **(visp or {})},
        **{name: value for name, value in given.items() if value is not None},
    )
    if dataset is None:
        space = space or _most_common(library)
        ids = _drawn([one.id for one in library.entries.list(space=space)], seed)
    else:
        ids = [one.id for one in summaries_of(library, dataset)]
    entries = [library.entries.get(one) for one in ids]
    if dataset is not None and splits is not None:
        entries = of_split(entries, read_split(splits, split).train, dataset)
    videos, space = unlabelled_videos(entries, settings.model, space)
    checkpoint = pretrain(
        videos,
        settings,
        out=Path(out) if out else new_checkpoint_folder(library, f"{settings.model}-visp-{dataset or space}"),
        feature_space=space,
        training_info={
            "dataset": dataset,  # None: of several
            "split": f"{Path(splits).name} #{split}" if splits else "all entries",
        },
        progress=part(progress, 0.0, 0.8) if own else progress,
        should_stop=should_stop,
    )
    library.checkpoints.register(checkpoint.path)
    facts = checkpoint.training
    result = {
        "checkpoint": str(checkpoint.path),
        "id": checkpoint.id,
        "feature_space": space,
        "videos": facts["n_videos"],
        "epochs": facts["epochs"],
        "seconds": facts["seconds"],
        "loss": facts["loss"][-1],
    }
    if not own:
        return result
    return result | _discover(library, checkpoint, part(progress, 0.8, 1.0), should_stop)


def _discover(library: Library, checkpoint: Checkpoint, progress: Progress, should_stop: ShouldStop) -> dict[str, Any]:
    """Scores every video of the checkpoint's space: its runs, and means over videos of what the samples keep."""
    import time

    import numpy as np

    from core.statistics.figure import mean_of
    from core.training.scoring import can_score

    runs, kept, covered = [], [], []
    ids = [one.id for one in library.entries.list(space=checkpoint.feature_space)]
    start = time.monotonic()
    for index, entry in enumerate(ids):
        saved = f"{index} of {len(ids)} videos have their rows, and the checkpoint '{checkpoint.id}' is kept."
        check(should_stop, "Scoring", saved)
        progress(index / len(ids), f"Sampling summaries of {entry}{time_left(start, index, len(ids)) if index else ''}")
        if can_score(checkpoint, library.entries.get(entry)):
            continue
        made = sample(library, entry=entry, model=checkpoint.id)
        runs.append(made["run"])
        kept.append(made["discovered"]["kept"])
        if made["discovered"]["coverage"]:
            covered.append(made["discovered"]["coverage"])
    if not kept:  # a model that samples: fine-tuning is all that it is for
        return {"runs": [], "kept": None, "coverage": None, "judged": 0}
    return {
        "runs": runs,
        "kept": float(np.mean(kept)),
        "coverage": mean_of(covered) if covered else None,
        "judged": len(covered),
    }


def _most_common(library: Library) -> str:
    """The feature space that most videos have. Raises InputError where too few have any."""
    spaces = library.entries.spaces()
    if not spaces:
        raise InputError("No video of the library has features.", "Take videos in first.")
    return max(spaces, key=lambda space: spaces[space])


def _drawn(ids: list[str], seed: int) -> list[str]:
    import numpy as np

    if len(ids) <= MOST_VIDEOS:
        return ids
    return sorted(np.random.default_rng(seed).choice(ids, MOST_VIDEOS, replace=False).tolist())
