"""What the Models page shows: models with what each learned from and how good it is, side by side and in order.

A model's agreement with people tells what they said, so figures of videos that whoever asks is judging are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

from core.errors import CheckpointError
from core.models.checkpoints import WEIGHTS
from storage.formats.checkpoint_folder import CARDS
from storage.library import Library
from storage.search import Wanted
from verbs.checkpoints import CheckpointsRequest, ModelFacts, checkpoints
from verbs.compare_checkpoints import CompareCheckpointsRequest, CompareCheckpointsResult, compare_checkpoints
from verbs.leaderboard import LeaderboardRequest, LeaderboardResult, leaderboard
from verbs.offers import PretrainingOffer, pretraining_offers
from webapp.views.answer import Answer
from webapp.views.kinds import KindFacts, kind_facts

NOT_SHOWN = "What these models reach is not shown while you judge one of the videos."
BLOCK = 2**20


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
    """What is told of one model alone: the text of its card ("" without one), and the SHA-256 of its weights."""

    id: str
    text: str
    sha256: str


def models(library: Library, hidden: Collection[str]) -> ModelsList:
    """Everything that is known of the models, the removed ones included."""
    found = checkpoints(library, CheckpointsRequest(removed=True)).checkpoints
    judged = {
        one.id: library.search.find(Wanted(dataset=one.id, people=True), limit=1).total
        for one in library.datasets.list()
    }
    return ModelsList(
        models=[_without(one, hidden) for one in found],
        kinds=kind_facts([*(one.kind for one in found), *(one.applies_as for one in found)]),
        datasets=[
            JudgedDataset(id=one.id, label=one.label, videos=one.entries, judged=judged[one.id])
            for one in library.datasets.list()
        ],
        offers=pretraining_offers(library),
    )


def card(library: Library, checkpoint_id: str) -> ModelCard:
    """The card of a model and the checksum of its weights. Raises NotFoundError."""
    folder = library.checkpoints.find(checkpoint_id).path
    try:
        text = (folder / CARDS[0]).read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return ModelCard(id=checkpoint_id, text=text, sha256=_sha256(folder / WEIGHTS))


def standings(library: Library, hidden: Collection[str], dataset: str | None) -> LeaderboardResult:
    """The leaderboards of a dataset, or of all."""
    boards = leaderboard(library, LeaderboardRequest(dataset=dataset)).boards
    return LeaderboardResult(boards=[one for one in boards if not set(hidden).intersection(one.videos)])


def side_by_side(library: Library, hidden: Collection[str], ids: Sequence[str]) -> CompareCheckpointsResult:
    """Models side by side. Raises NotFoundError, InputError."""
    found = compare_checkpoints(library, CompareCheckpointsRequest(checkpoints=tuple(ids)))
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
