"""`sample`: curves and cuts of one entry from one model."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core import limits
from core.data import DEFAULT_BUDGET, Entry, ScoreTrack
from core.progress import Progress, ShouldStop, check, never, part, silent
from core.statistics.results import Coverage
from verbs.contract import Request, Result
from verbs.models_at_hand import files_of, model_at_hand

if TYPE_CHECKING:
    from core.models.checkpoints import Checkpoint
    from core.training.scoring import ScoreSettings
    from storage.library import Library


class SampleRequest(Request):
    """Which curves of which entry."""

    verb: Literal["sample"] = "sample"
    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    checkpoint: str = Field("summdiff", description="Checkpoint id, its folder, or a kind such as summdiff.")
    n: int = Field(8, ge=1, le=limits.SAMPLES_PER_RUN, description="How many summaries to sample.")
    seed: int = Field(0, ge=0, le=limits.SEED, description="Of everything random; same seed, same result.")
    steps: int | None = Field(
        None, ge=1, le=limits.SAMPLING_STEPS, description="DDIM steps (default: 10; 4 for diffusion around tastes)."
    )
    guidance: float | None = Field(
        None, ge=0, le=limits.GUIDANCE, description="Guidance weight w (default: the checkpoint's)."
    )
    eta: float = Field(1.0, ge=0, le=1, description="Fresh noise in every step: 0 none, 1 as published.")
    temperature: float = Field(
        1.0, ge=0, le=limits.TEMPERATURE, description="Factor on all noise: less, and samples are more alike."
    )
    budget: float = Field(DEFAULT_BUDGET, gt=0, le=1, description="Share of the video that a cut may take.")
    keep: bool = Field(True, description="Keep the result in the library, so that the pages show it.")


class Discovered(Result):
    """What self-discovered samples keep: of the video, and of people's cuts where somebody judged it."""

    kept: float
    coverage: Coverage | None


class SampleResult(Result):
    """What a model made.

    Attributes:
        entry: id.
        run: id of the run that was kept; None where none was.
        model: label of the checkpoint, for people.
        checkpoint, feature_space, seed, settings: see `core.data.ScoreTrack`.
        scores: N curves at the picks, in [0, 1].
        cuts: of each curve, half-open frame intervals.
        notes: of each cut, "" or why it is as it is.
        discovered: of self-discovered samples alone.
        learned_from: what the model knows, in a sentence.
        protocol: how the cuts were made.
        names: what each curve is called; none where they are numbered.
        found_again: the same was asked for before, and is not made twice.
    """

    entry: str
    run: int | None
    model: str
    checkpoint: str
    feature_space: str
    seed: int | None
    settings: dict[str, float]
    scores: list[list[float]]
    cuts: list[list[tuple[int, int]]]
    notes: list[str]
    discovered: Discovered | None
    learned_from: str
    protocol: str
    names: list[str] = Field(default_factory=list)
    found_again: bool = False


def sample(
    library: Library, request: SampleRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> SampleResult:
    """Scores and cuts of one entry by one model; kept as a run that the pages show, and found again as long as neither
    entry nor model changes.

    Raises:
        NotFoundError: there is no such entry or checkpoint.
        CheckpointError: it cannot score the entry.
        Cancelled: `should_stop` said so.
    """
    from core.models.provenance import learned_from
    from core.models.registry import SELF_DISCOVERED
    from core.segment.segmentation import default_shots
    from core.select.published import select
    from core.training.scoring import score

    version = library.entries.version(request.entry)
    entry = library.entries.get(request.entry)
    checkpoint = library.checkpoints.find(request.checkpoint, entry)
    asked = digest_of(request, checkpoint, version)
    run = library.runs.found_again(entry.id, asked) if request.keep else None
    again = run is not None
    if run is not None:
        track = run.track
    else:
        progress(0.1, f"Loading {checkpoint.label}")
        track = score(
            checkpoint,
            entry,
            **score_settings(request),
            progress=part(progress, 0.2, 0.9),
            load=lambda: model_at_hand(checkpoint),
        )
    discovered = _discovered(library, entry, track) if track.kind == SELF_DISCOVERED else None
    label = "" if discovered is None else discovered_label(track, discovered.kept)
    check(should_stop, "Sampling")
    if run is None and request.keep:
        run = library.runs.add(entry.id, track, label, asked)
    shots = default_shots(entry)
    cuts = [select(row, entry.picks, shots, entry.n_frames, request.budget) for row in track.scores]
    return SampleResult(
        entry=entry.id,
        run=run.id if run else None,
        model=track.model,
        checkpoint=track.checkpoint,
        feature_space=track.feature_space,
        seed=track.seed,
        settings=dict(track.settings),
        scores=track.scores.tolist(),
        cuts=[cut.segments.tolist() for cut in cuts],
        notes=[cut.note for cut in cuts],
        discovered=discovered,
        learned_from=learned_from(checkpoint).sentence(entry.id),
        protocol=f"knapsack over '{shots.source}' shots, budget {request.budget:.0%}; frames, end exclusive",
        names=list(track.names),
        found_again=again,
    )


def score_settings(request: SampleRequest) -> ScoreSettings:
    """What `core.training.scoring.score` takes of a request."""
    return {
        "n": request.n,
        "seed": request.seed,
        "steps": request.steps,
        "guidance": request.guidance,
        "eta": request.eta,
        "temperature": request.temperature,
    }


def digest_of(request: SampleRequest, checkpoint: Checkpoint, version: str) -> str:
    """Of all that decides what a model says of an entry: the request, the model's weights, the entry's arrays."""
    weights = [(size, changed) for _, size, changed in files_of(checkpoint)]
    said = request.model_dump(exclude={"budget", "keep", "checkpoint"}, mode="json")
    return sha256(json.dumps([said, checkpoint.id, weights, version]).encode()).hexdigest()


def discovered_label(track: ScoreTrack, kept: float) -> str:
    """What a run of self-discovered samples is called."""
    return f"{track.model}: keeps {kept:.0%}"


def _discovered(library: Library, entry: Entry, track: ScoreTrack) -> Discovered:
    from core.statistics.coverage import coverage, kept_share

    people = library.people.of_entry(entry.id, entry=entry)
    covered = coverage(replace(entry, annotations=people), track.scores) if people else None
    return Discovered(kept=kept_share(entry, track.scores), coverage=covered)
