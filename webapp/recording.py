"""Events of many people on their way into the log: what comes while one transaction runs is written by the next.

No thread waits for anything here, so that however many people bring something, pages are answered meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

from core.errors import UnavailableError
from core.labelling.events import Event
from storage.annotations import Annotations
from storage.recorder import Brought

AT_ONCE = 200  # people whose events one transaction takes

Waiting = list[tuple[Brought, "asyncio.Future[int]"]]


class Recording:
    """The way into the log of one installation.

    Args:
        annotations: the log.
    """

    def __init__(self, annotations: Annotations) -> None:
        self._annotations = annotations
        self._waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, Waiting] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()  # that nothing else holds

    async def record(self, task: int, events: Sequence[Event], by: str) -> int:
        """How many events a task of somebody's has with these; see `Annotations.record_events`, also what it raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        waiting = self._waiting.get(loop)
        if waiting is None:
            waiting = self._waiting[loop] = []
            self._begin(self._write(waiting, loop))
        waiting.append((Brought(task, events, by), future))
        return await future

    async def _write(self, waiting: Waiting, loop: asyncio.AbstractEventLoop) -> None:
        """Writes until nobody waits."""
        try:
            while waiting:
                batch, waiting[:] = waiting[:AT_ONCE], waiting[AT_ONCE:]
                failed: Exception | None = None
                try:
                    await run_in_threadpool(self._annotations.record_many, [brought for brought, _ in batch])
                except UnavailableError as error:  # who has come meanwhile would hear the same, only later
                    failed = error
                    batch, waiting[:] = [*batch, *waiting], []
                except Exception:  # something of one person that no check foresaw, which is not the others' business
                    batch = await run_in_threadpool(self._apart, batch)
                for brought, future in batch:
                    if brought.recount is not None and failed is None:
                        self._begin(self._recount(brought, future))
                    else:
                        _answer(brought, future, failed)
        finally:
            del self._waiting[loop]

    def _apart(self, batch: Waiting) -> Waiting:
        """Writes for each in a transaction of their own; those whose events fail are told there, the others remain."""
        remaining: Waiting = []
        for brought, future in batch:
            again = Brought(brought.task_id, brought.events, brought.by)
            try:
                self._annotations.record_many([again])
            except Exception as error:
                future.get_loop().call_soon_threadsafe(_answer, again, future, error)
            else:
                remaining.append((again, future))
        return remaining

    async def _recount(self, brought: Brought, future: asyncio.Future[int]) -> None:
        failed: Exception | None = None
        try:
            await run_in_threadpool(self._annotations.recount, brought.recount or "")
        except Exception as error:
            failed = error
        _answer(brought, future, failed)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _answer(brought: Brought, future: asyncio.Future[int], failed: Exception | None) -> None:
    error = brought.error or failed
    if future.done():  # whoever asked has gone
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(brought.count)
