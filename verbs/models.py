"""The verbs about models: train, apply, judge, and take in released ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import Entry, ScoreTrack
from core.errors import InputError
from core.progress import Progress, ShouldStop, check, never, part, silent
from verbs.common import entries_with_people, of_split, read_split
from verbs.plain import plain

if TYPE_CHECKING:
    from storage.library import Library
    from storage.people import Who


def sample(
    library: Library,
    *,
    entry: str,
    model: str = "summdiff",
    n: int = 8,
    seed: int = 0,
    steps: int = 10,
    guidance: float | None = None,
    eta: float = 1.0,
    temperature: float = 1.0,
    budget: float = 0.15,
    keep: bool = True,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Scores and cuts of one entry by one model; kept as a run that the pages show."""
    from core.models.provenance import learned_from
    from core.models.registry import SELF_DISCOVERED
    from core.segment.segmentation import default_shots
    from core.select.published import select
    from core.training.scoring import score

    found = library.entries.get(entry)
    checkpoint = library.checkpoints.find(model, found)
    progress(0.1, f"Loading {checkpoint.label}")
    track = score(
        checkpoint,
        found,
        n=n,
        seed=seed,
        steps=steps,
        guidance=guidance,
        eta=eta,
        temperature=temperature,
        progress=part(progress, 0.2, 0.9),
    )
    discovered = _discovered(library, found, track) if track.kind == SELF_DISCOVERED else None
    label = "" if discovered is None else f"{track.model}: keeps {discovered['kept']:.0%}"
    check(should_stop, "Sampling")
    run = library.runs.add(entry, track, label) if keep else None
    shots = default_shots(found)
    cuts = [select(row, found.picks, shots, found.n_frames, budget) for row in track.scores]
    return {
        "entry": entry,
        "run": run.id if run else None,
        "model": track.model,
        "checkpoint": track.checkpoint,
        "feature_space": track.feature_space,
        "seed": track.seed,
        "settings": dict(track.settings),
        "scores": track.scores.tolist(),
        "cuts": [cut.segments.tolist() for cut in cuts],
        "notes": [cut.note for cut in cuts],
        "discovered": discovered,
        "learned_from": learned_from(checkpoint).sentence(entry),
        "protocol": f"knapsack over '{shots.source}' shots, budget {budget:.0%}; frames, end exclusive",
    }


def _discovered(library: Library, entry: Entry, track: ScoreTrack) -> dict[str, Any]:
    """How much self-discovered samples keep of the entry, and of people's cuts where somebody judged it."""
    from core.statistics.coverage import coverage, kept_share

    people = library.people.of_entry(entry.id, entry=entry)
    covered = coverage(replace(entry, annotations=people), track.scores) if people else None
    return {"kept": kept_share(entry, track.scores), "coverage": covered}


def train(
    library: Library,
    *,
    dataset: str,
    model: str = "summdiff",
    targets: str | None = None,
    splits: Path | None = None,
    split: int | str = 0,
    out: Path | None = None,
    start_from: str | None = None,
    people: Who = "all",
    preset: str | None = None,
    space: str | None = None,
    epochs: int | None = None,
    seed: int = 0,
    validation: float = 0.0,
    select_on_test: bool = False,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Trains or fine-tunes a summarizer on people's scores; the checkpoint becomes part of the library.

    With the split "all", one checkpoint for each split of the file; `out` then holds "{split}". `space` is the feature
    space; None for that of `start_from`, or the one that most videos hold. The result's "lacking" names the videos
    without features of it, which are left out.
    """
    if split == "all":
        folders = _folders_of_splits(splits, out)
        made = []
        for index, folder in enumerate(folders):
            check(should_stop, "The training", f"The checkpoints of {index} splits are kept.")
            told = part(progress, index / len(folders), (index + 1) / len(folders))
            made.append(
                train(
                    library, dataset=dataset, model=model, targets=targets, splits=splits, split=index, out=folder,
                    start_from=start_from, people=people, preset=preset, space=space, epochs=epochs, seed=seed,
                    validation=validation, select_on_test=select_on_test, progress=told, should_stop=should_stop,
                )
            )  # fmt: skip
        return {"checkpoint": str(out), "splits": made, **{k: made[-1][k] for k in ("epochs", "seconds", "loss")}}

    from core.models.registry import model_kind
    from core.training import loop as training
    from core.training import recipes
    from core.training.evaluating import judge_on
    from core.training.labels import trained_label

    entries = entries_with_people(library, dataset, people)
    judged: list[Entry] = []
    chosen = None if splits is None else read_split(splits, split)
    if select_on_test:
        if chosen is None:
            raise InputError("Selecting on test videos needs splits.", "Name a split file with --splits.")
        judged = of_split(entries, chosen.test, dataset)
    if chosen is not None:
        entries = of_split(entries, chosen.train, dataset)
    if validation:
        entries, judged = _held_out(entries, validation, seed)
    settings = recipes.settings_for(model, preset=preset, targets=targets, epochs=epochs, seed=seed)
    base = library.checkpoints.find(start_from) if start_from else None
    videos, space = training.videos_from_entries(entries, model, space or (base.feature_space if base else None))
    out = Path(out) if out else new_checkpoint_folder(library, f"{model}-{dataset}")
    label = trained_label(model_kind(model), space, out.name)
    checkpoint = training.train(
        videos,
        settings,
        start_from=base,
        out=out,
        label=f"{label}, selected on test videos" if select_on_test else label,
        feature_space=space,
        training_info={
            "dataset": dataset,
            "split": f"{Path(splits).name} #{split}" if splits else "all entries",
            "people": people,
            "selected_on": "test videos" if select_on_test else "validation videos" if validation else "nothing",
            "selected_on_test": select_on_test,
            "pretraining": base.training.get("pretraining") if base else None,
        },
        judge=judge_on(judged, model, space, seed) if judged else None,
        progress=progress,
        should_stop=should_stop,
    )
    library.checkpoints.register(checkpoint.path)
    facts = checkpoint.training
    return {
        "checkpoint": str(checkpoint.path),
        "id": checkpoint.id,
        "epochs": facts["epochs"],
        "kept_epoch": facts["kept_epoch"],
        "selected_on": facts["selected_on"],
        "seconds": facts["seconds"],
        "loss": facts["loss"][-1],
        "feature_space": space,
        "lacking": training.lacking(entries, space),
    }


def retrain(
    library: Library,
    *,
    entry: str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    **arguments: Any,
) -> dict[str, Any]:
    """Trains as `train` does, then scores with the result: `entry` if given, else the whole dataset."""
    result = train(library, progress=part(progress, 0.0, 0.9), should_stop=should_stop, **arguments)
    check(should_stop, "Scoring", f"The checkpoint '{result['id']}' is kept.")
    ids = [entry] if entry else [summary.id for summary in library.entries.list(dataset=arguments["dataset"])]
    runs = []
    for index, entry_id in enumerate(ids):
        progress(0.9 + 0.1 * index / len(ids), f"Scoring {entry_id}")
        runs.append(sample(library, entry=entry_id, model=result["id"])["run"])
    return {**result, "runs": runs}


def evaluate(
    library: Library,
    *,
    dataset: str,
    checkpoint: str,
    splits: Path | None = None,
    split: int | str = 0,
    samples: int = 8,
    seed: int = 0,
    steps: int = 10,
    protocol: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """How well a checkpoint agrees with a dataset's people, on the test entries of a split if one is given.

    With the split "all", means and standard deviations over all splits; `checkpoint` then holds "{split}", so that
    every split is judged by the checkpoint that has not seen its test videos.
    """
    from core.training.evaluating import evaluate_checkpoint, over_splits

    settings: dict[str, Any] = {"samples": samples, "seed": seed, "steps": steps, "protocol": protocol}
    entries = entries_with_people(library, dataset, "dataset")
    if split == "all":
        folders = _folders_of_splits(splits, checkpoint)
        results = []
        for index, folder in enumerate(folders):
            tested = of_split(entries, read_split(splits, index).test, dataset)
            told = part(progress, index / len(folders), (index + 1) / len(folders))
            result = evaluate_checkpoint(library.checkpoints.find(folder), tested, **settings, progress=told)
            results.append(result)
        return {"dataset": dataset, "checkpoint": checkpoint, **plain(over_splits(results))}
    if splits is not None:
        entries = of_split(entries, read_split(splits, split).test, dataset)
    found = library.checkpoints.find(checkpoint, entries[0])
    result = evaluate_checkpoint(found, entries, **settings, progress=progress)
    return {"dataset": dataset, **plain(result)}


def import_checkpoint(
    library: Library,
    *,
    path: Path,
    feature_space: str | None = None,
    name: str | None = None,
    null_video: Path | None = None,
    options: dict[str, Any] | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Takes a released SummDiff, LLMVS or CSTA checkpoint into the library; nothing in the file is run.

    Args:
        path: the file as released.
        feature_space: that it was trained in, which the file does not say; None for that of the release, if it takes
            features as wide as those.
        name: id in the library (default: the file's name).
        null_video: SummDiff's null video (.npy), for guidance.
        options: parts of the configuration that tensors do not tell, such as {"heads": 8, "guidance": 0.2}.
    """
    from core.captions.local_judge import PUBLISHED_SPACE, PUBLISHED_WIDTH
    from core.data.space_ids import canonical
    from core.features import googlenet
    from core.models.checkpoints import save_checkpoint
    from core.models.official import load_released
    from core.models.registry import model_kind
    from core.training.labels import trained_label
    from storage.entry_rows import slug

    progress(0.0, f"Reading {Path(path).name}")
    kind, model = load_released(Path(path), null_video=null_video, **options or {})
    released = (PUBLISHED_SPACE, PUBLISHED_WIDTH) if kind == "llmvs" else (googlenet.ID, googlenet.WIDTH)
    width = model.config.feature_width
    feature_space = canonical(feature_space or (released[0] if width == released[1] else f"unknown-{width}"))
    base = slug(name or Path(path).stem)
    checkpoint = save_checkpoint(
        model,
        new_checkpoint_folder(library, base),
        label=trained_label(model_kind(kind), feature_space, base, "released"),
        feature_space=feature_space,
        training={"source": Path(path).name, "released": True},
    )
    library.checkpoints.register(checkpoint.path)
    return {
        "checkpoint": str(checkpoint.path),
        "id": checkpoint.id,
        "model": kind,
        "config": dict(checkpoint.config),
        "feature_space": feature_space,
        "feature_width": checkpoint.feature_width,
    }


def _folders_of_splits(splits: Path | None, pattern: Path | str | None) -> list[Path]:
    """One folder for each split of a file, from a pattern with "{split}" in it."""
    from storage.formats.splits import read_splits

    if splits is None or pattern is None or "{split}" not in str(pattern):
        raise InputError(
            "All splits at once need a split file and a folder name with {split} in it.",
            "For instance: --splits FILE --split all, and runs/summdiff-{split}.",
        )
    return [Path(str(pattern).replace("{split}", str(i))) for i in range(len(read_splits(Path(splits))))]


def _held_out(entries: list[Entry], share: float, seed: int) -> tuple[list[Entry], list[Entry]]:
    """Entries to train on and to select on: a share of them, drawn by the seed."""
    import numpy as np

    if not 0 < share < 1:
        raise InputError(f"A validation share lies between 0 and 1, not at {share}.")
    count = max(1, round(share * len(entries)))
    if count >= len(entries):
        raise InputError(f"{len(entries)} videos are too few to hold a share of {share:g} out.")
    held = set(np.random.default_rng(seed).permutation(len(entries))[:count].tolist())
    return [e for i, e in enumerate(entries) if i not in held], [entries[i] for i in sorted(held)]


def score_with_all(library: Library, entry: Entry, progress: Progress, space: str | None = None) -> list[int]:
    """One run per kind of model that can score the entry, by its newest checkpoint, of this feature space if named.

    Those that have scored it already are left out, and those that learned from simulated people of another data set:
    they are only applied where somebody asks.
    """
    from core.models.provenance import learned_from
    from core.training.scoring import can_score

    runs, kinds = [], set()
    ran = {run.track.checkpoint for run in library.runs.of_entry(entry.id)}
    for checkpoint in library.checkpoints.list(feature_space=space):
        if checkpoint.applies_as in kinds or can_score(checkpoint, entry):
            continue
        if learned_from(checkpoint).stands_back(entry.id):
            continue
        kinds.add(checkpoint.applies_as)
        if checkpoint.id in ran:
            continue
        progress(0.0, f"Scoring with {checkpoint.label}")
        runs.append(sample(library, entry=entry.id, model=checkpoint.id)["run"])
    return runs


def new_checkpoint_folder(library: Library, name: str) -> Path:
    """A folder for a new checkpoint: `name`, or name-2 and so on where the library knows or holds that one already."""
    known = {checkpoint.id for checkpoint in library.checkpoints.list()}
    folder, number = library.checkpoints.folder, 2
    free = name
    while free in known or (folder / free).exists():
        free, number = f"{name}-{number}", number + 1
    return folder / free
