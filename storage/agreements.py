"""What was computed about how people agree, by what was asked: the newest answer is what the Review page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from storage.database import reading, writing
from storage.tables import AgreementRow


@dataclass(frozen=True)
class Agreement:
    """One answer.

    Attributes:
        computed: when.
        result: of the verb "reliability", as plain JSON values.
    """

    computed: datetime
    result: dict[str, Any]


class Agreements:
    """The answers of one installation.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        result: Mapping[str, Any],
        *,
        people: str,
        dataset: str | None = None,
        assignment: int | None = None,
        entry: str | None = None,
    ) -> None:
        """Keeps what was computed for a choice of people and videos; see `verbs.reliability`."""
        with writing(self._engine) as session:
            session.add(
                AgreementRow(people=people, dataset=dataset, assignment=assignment, entry=entry, result=dict(result))
            )

    def newest(
        self, *, people: str, dataset: str | None = None, assignment: int | None = None, entry: str | None = None
    ) -> Agreement | None:
        """What was last computed for this choice; None where nothing was."""
        query = select(AgreementRow).where(
            AgreementRow.people == people,
            AgreementRow.dataset.is_not_distinct_from(dataset),
            AgreementRow.assignment.is_not_distinct_from(assignment),
            AgreementRow.entry.is_not_distinct_from(entry),
        )
        with reading(self._engine) as session:
            row = session.scalar(query.order_by(AgreementRow.id.desc()).limit(1))
        return None if row is None else Agreement(row.computed, row.result)
