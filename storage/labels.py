"""What people labelled here, as the log of their events amounts to it: read, and never changed."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Engine, func, select

from core.labelling.events import Event, fold
from storage.database import reading
from storage.protocols import protocol_of
from storage.tables import EventRow, TaskRow
from storage.tasks import EVENT, TaskLabels, all_tasks, annotator_of, task_of

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

    def submitted_counts(self) -> dict[str, int]:
        """How many submitted tasks that count each entry has; entries without are left out."""
        query = select(TaskRow.entry_id, func.count()).where(COUNTING).group_by(TaskRow.entry_id)
        with reading(self._engine) as session:
            return dict(session.execute(query).all())

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
            logs: dict[int, list[Event]] = {task.id: [] for task in tasks}
            query = select(EventRow.task_id, *EVENT).join(TaskRow, TaskRow.id == EventRow.task_id)
            for task_id, *event in session.execute(query.where(condition).order_by(EventRow.id)):
                logs[task_id].append(Event(*event))
        return [TaskLabels(task, fold(logs[task.id])) for task in tasks]
