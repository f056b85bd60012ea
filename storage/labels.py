"""What people labelled here, as the log of their events amounts to it: read, and never changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Engine, func, select

from storage.database import reading
from storage.protocols import protocol_of
from storage.tables import AnnotatorRow, TaskRow
from storage.task_states import folded_of
from storage.tasks import TaskLabels, all_tasks, annotator_of, task_of

# Tasks whose labels are results, as a condition on TaskRow.
COUNTING = (TaskRow.state == "submitted") & TaskRow.practice.is_(False) & TaskRow.excluded.is_(False)


class Labels:
    """The labels of one installation.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_entry(self, entry_id: str, include_open: bool = False) -> list[TaskLabels]:
        """The labels given here to one entry, oldest task first; never training and never what is excluded.

        Args:
            entry_id: of the entry.
            include_open: also tasks that are not submitted; never those without any label.
        """
        return [
            labels
            for labels in self.matching((TaskRow.entry_id == entry_id) & TaskRow.practice.is_(False))
            if labels.state.judged
            and labels.state.excluded is None
            and (labels.state.submitted or (include_open and labels.state.skipped is None))
        ]

    def submitted_counts(self, entries: Sequence[str] | None = None) -> dict[str, int]:
        """How many submitted tasks that count each entry has, of these or of all; entries without are left out."""
        query = select(TaskRow.entry_id, func.count()).where(COUNTING).group_by(TaskRow.entry_id)
        if entries is not None:
            query = query.where(TaskRow.entry_id.in_(entries))
        with reading(self._engine) as session:
            return dict(session.execute(query).all())

    def pseudonyms(self) -> dict[str, str]:
        """What stands for the names of those who label here, by name; without those who are called so already."""
        with reading(self._engine) as session:
            rows = session.execute(select(AnnotatorRow.name, AnnotatorRow.pseudonym)).all()
        return {name: pseudonym for name, pseudonym in rows if name != pseudonym}

    def exist(self) -> bool:
        """Whether anybody has labelled anything here."""
        with reading(self._engine) as session:
            return session.scalar(select(TaskRow.id).where(TaskRow.judged > 0).limit(1)) is not None

    def matching(self, condition: ColumnElement[bool]) -> list[TaskLabels]:
        """The tasks that fulfil a condition on TaskRow, oldest first, with their labels."""
        with reading(self._engine) as session:
            rows = session.execute(all_tasks().where(condition).order_by(TaskRow.id)).all()
            protocols = {how.id: protocol_of(how) for _, _, how in rows}
            tasks = [task_of(task, annotator_of(who), protocols[how.id]) for task, who, how in rows]
            folded = folded_of(session, condition)
        return [TaskLabels(task, folded[task.id].folding.state()) for task in tasks]
