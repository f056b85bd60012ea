"""What the Models page shows: models with what each learned from and how good it is, side by side and in order.

A model's agreement with people tells what they said, so figures of videos that whoever asks is judging are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

from core.errors import CheckpointError, InputError
from core.models.checkpoints import WEIGHTS
from core.models.registry import MODELS
from core.statistics.results import Helped
from storage.formats.checkpoint_folder import CARDS
from storage.library import Library
from storage.search import Wanted
from verbs.checkpoints import CheckpointsRequest, ModelFacts, checkpoints
from verbs.compare_checkpoints import CompareCheckpointsRequest, CompareCheckpointsResult, compare_checkpoints
from verbs.jobs import result_from_row
from verbs.leaderboard import LeaderboardRequest, LeaderboardResult, leaderboard
from verbs.offers import PretrainingOffer, pretraining_offers
from verbs.report import ReportResult
from verbs.train import TrainResult
from verbs.train_splits import TrainedSplits
from webapp.names import checkpoint_id
from webapp.views.answer import Answer
from webapp.views.kinds import KindFacts, kind_facts

NOT_SHOWN = "What these models reach is not shown while you judge one of the videos."
BLOCK = 2**20
MOST_JOBS = 200  # among which a report is looked for, newest first


class JudgedDataset(Answer):
    """A dataset with how many videos it has, and how many of them somebody judged."""

    id: str
    label: str
    videos: int
    judged: int


class ModelsList(Answer):
    """All models.

    Attributes:
        models: newest first, the removed ones among them.
        kinds: by the names of the models' kinds, and of all that can be trained.
        datasets: that can be measured on.
        offers: spaces that a model can be pretrained in without labels.
    """

    models: list[ModelFacts]
    kinds: dict[str, KindFacts]
    datasets: list[JudgedDataset]
    offers: list[PretrainingOffer]


class ModelCard(Answer):
    """What is told of one model alone.

    Attributes:
        text: of its card; "" where it has none.
        sha256: of its weights.
        report: what its training changed on the videos that it held out, as it was found last; None where nobody asked.
    """

    id: str
    text: str
    sha256: str
    report: Helped | None


def models(library: Library, hidden: Collection[str]) -> ModelsList:
    """Everything that is known of the models, the removed ones included."""
    found = checkpoints(library, CheckpointsRequest(removed=True)).checkpoints
    judged = {
        one.id: library.search.find(Wanted(dataset=one.id, people=True), limit=1).total
        for one in library.datasets.list()
    }
    return ModelsList(
        models=[_without(one, hidden) for one in found],
        kinds=kind_facts([*MODELS, *(one.kind for one in found), *(one.applies_as for one in found)]),
        datasets=[
            JudgedDataset(id=one.id, label=one.label, videos=one.entries, judged=judged[one.id])
            for one in library.datasets.list()
        ],
        offers=pretraining_offers(library),
    )


def card(library: Library, hidden: Collection[str], checkpoint_id: str) -> ModelCard:
    """The card of a model, the checksum of its weights, and what its training changed. Raises NotFoundError."""
    checkpoint = library.checkpoints.known(checkpoint_id)
    measured_on = set(checkpoint.training.get("held_out") or ())
    for figures in checkpoint.metrics.values():
        measured_on |= set(figures.get("videos") or ()) if isinstance(figures, dict) else set()
    text, report = NOT_SHOWN, None
    if not measured_on.intersection(hidden):
        try:
            text = (checkpoint.path / CARDS[0]).read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        report = _report(library, checkpoint_id)
    sha256 = _sha256(checkpoint.path / WEIGHTS)
    return ModelCard(id=checkpoint_id, text=text, sha256=sha256, report=report)


def _report(library: Library, checkpoint_id: str) -> Helped | None:
    """What a report, or the training itself, found last."""
    for kind in ("report", "train", "train_splits"):
        for job in library.jobs.list(("done",), MOST_JOBS, kind):
            try:
                result = result_from_row(job.kind, job.result or {})
            except InputError:  # of another version
                continue
            for one in result.splits if isinstance(result, TrainedSplits) else [result]:
                found = one.report if isinstance(one, ReportResult | TrainResult) else None
                if found is not None and found.after == checkpoint_id:
                    return found
    return None


def standings(library: Library, hidden: Collection[str], dataset: str | None) -> LeaderboardResult:
    """The leaderboards of a dataset, or of all."""
    boards = leaderboard(library, LeaderboardRequest(dataset=dataset)).boards
    return LeaderboardResult(boards=[one for one in boards if not set(hidden).intersection(one.videos)])


def side_by_side(library: Library, hidden: Collection[str], ids: Sequence[str]) -> CompareCheckpointsResult:
    """Models side by side. Raises NotFoundError, InputError."""
    found = compare_checkpoints(
        library, CompareCheckpointsRequest(checkpoints=tuple(checkpoint_id(library, one) for one in ids))
    )
    if not set(hidden).intersection(found.videos):
        return found
    return found.model_copy(update={"figures": [], "seeds": [], "videos": [], "notes": [*found.notes, NOT_SHOWN]})


def _without(one: ModelFacts, hidden: Collection[str]) -> ModelFacts:
    if not hidden:
        return one
    shown = [each for each in one.measured if not set(hidden).intersection(each.videos)]
    return one.model_copy(update={"measured": shown})


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError as error:
        raise CheckpointError(f"'{path.name}' cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()
