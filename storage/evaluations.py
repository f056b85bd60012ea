"""What was measured of checkpoints: on which videos, under which protocol, with which settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import TypeAdapter
from sqlalchemy import Engine, select

from core.statistics.as_json import as_json
from core.statistics.results import Evaluation
from storage.database import reading, writing
from storage.evaluated import Evaluated, Part, Setting
from storage.tables import EvaluationRow

_FIGURES = TypeAdapter(Evaluation)


class Evaluations:
    """The evaluations of one library.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        figures: Evaluation,
        *,
        dataset: str,
        part: Part,
        settings: Mapping[str, Setting],
        splits: str | None = None,
        split: int | None = None,
    ) -> None:
        """Keeps what was measured of a registered checkpoint, see `Evaluated`."""
        with writing(self._engine) as session:
            session.add(
                EvaluationRow(
                    checkpoint=figures.checkpoint,
                    dataset=dataset,
                    part=part,
                    splits=splits,
                    split=split,
                    protocol=figures.protocol,
                    settings=dict(settings),
                    figures=as_json(figures),
                )
            )

    def list(self, *, checkpoint: str | None = None, dataset: str | None = None) -> list[Evaluated]:
        """The evaluations of a checkpoint, on a dataset, or all; newest first."""
        query = select(EvaluationRow)
        if checkpoint is not None:
            query = query.where(EvaluationRow.checkpoint == checkpoint)
        if dataset is not None:
            query = query.where(EvaluationRow.dataset == dataset)
        with reading(self._engine) as session:
            return [_evaluated(row) for row in session.scalars(query.order_by(EvaluationRow.id.desc()))]


def _evaluated(row: EvaluationRow) -> Evaluated:
    return Evaluated(
        checkpoint=row.checkpoint,
        dataset=row.dataset,
        part=cast(Part, row.part),
        splits=row.splits,
        split=row.split,
        settings=row.settings,
        figures=_FIGURES.validate_python(row.figures),
        created=row.created,
    )
