"""What of the database is damaged: which tasks lie on pages that cannot be read."""

from __future__ import annotations

from core.errors import ManycutError
from storage.integrity import Damage
from storage.library import Library
from webapp.views.answer import Answer


class DamagedTask(Answer):
    """A task whose labels cannot be read; `entry` and `person` are None where not even that is known."""

    task: int
    entry: str | None
    person: str | None


class DamageFacts(Answer):
    """What is damaged.

    Attributes:
        damaged: whether anything is.
        tasks: those whose labels cannot be read.
        hint: what to do.
    """

    damaged: bool
    tasks: list[DamagedTask]
    hint: str


def damage(library: Library, found: Damage | None) -> DamageFacts:
    """The damage that was found, for people."""
    if found is None:
        return DamageFacts(damaged=False, tasks=[], hint="")
    hint = "Whoever runs the server finds what to do with: python app.py doctor"
    return DamageFacts(damaged=True, tasks=[_task(library, one) for one in found.tasks], hint=hint)


def _task(library: Library, number: int) -> DamagedTask:
    try:
        task = library.annotations.task(number)
    except ManycutError:
        return DamagedTask(task=number, entry=None, person=None)
    return DamagedTask(task=number, entry=task.entry, person=task.annotator.name)
