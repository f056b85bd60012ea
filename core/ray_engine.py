"""Many items on a Ray cluster, or on a small one of this machine alone.

Actors load what the work needs and keep it; Ray places them. What one had underway when it was lost, with its node or
alone, goes to the others, and another one takes its place. Nodes need Manycut at the same path, and the data folder.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from core.engine import AHEAD, TRIES, Do, Done, Item, Made, Work, attempt, ended, lost, next_item, opened
from core.errors import InputError, NotFoundError
from core.progress import Progress, ShouldStop, check, never, silent

LOOK_S = 0.5


@contextmanager
def connected(address: str | None, workers: int | None) -> Iterator[RayEngine]:
    """An engine on the cluster at an address ("auto", "10.0.0.1:6379"), or on one that ends with the block.

    Args:
        address: None for this machine alone, where nobody else can reach it.
        workers: actors; None for as many as there are CPUs.

    Raises:
        NotFoundError: Ray is not installed.
        InputError: nothing answers at the address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise NotFoundError(
            "Ray is not installed.", "pip install -r requirements-scale.txt, or use --engine local."
        ) from None
    quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    try:
        if address is None:
            ray.init(num_cpus=workers, include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)
        else:
            ray.init(address=address, **quiet)
    except (ConnectionError, ValueError) as error:
        raise InputError(f"No Ray cluster answers at '{address}' ({error}).", "Is it started there?") from None
    try:
        yield RayEngine(workers or max(1, int(ray.cluster_resources().get("CPU", 1))))
    finally:
        ray.shutdown()


class RayEngine:
    """Actors on the cluster that this process is connected to; GPUs, where it has any, are shared out among them.

    Args:
        workers: how many actors.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def map(
        self,
        work: Work[Item, Made],
        items: Iterable[Item],
        told: Callable[[Item], Progress] = lambda _: silent,
        should_stop: ShouldStop = never,
    ) -> Iterator[Done[Item, Made]]:
        import ray
        from ray.exceptions import RayActorError

        gpus = min(1.0, ray.cluster_resources().get("GPU", 0) / self._workers)
        # No CPU is held: after the loss of a node its actors have room on the others.
        actor: Any = ray.remote(scheduling_strategy="SPREAD", num_cpus=0, num_gpus=gpus)(_Worker)
        waiting, rest = deque[tuple[Item, int]](), iter(items)
        actors: list[Any] = []  # that are at work; no item waits for one that does not start
        starting: dict[Any, Any] = {}
        underway: dict[Any, tuple[Item, int, Any]] = {}  # by what Ray calls its result: the item, its try, its actor

        started = 0

        def start() -> None:
            nonlocal started
            started += 1
            if not actors and started > TRIES * self._workers:
                raise InputError("No worker of the cluster starts.", "Ray's logs say why.")
            new = actor.remote(work)
            starting[new.ready.remote()] = new

        try:
            for _ in range(self._workers):
                start()
            while True:
                while len(underway) < AHEAD * len(actors) and (following := next_item(waiting, rest)) is not None:
                    has = Counter(one for *_, one in underway.values())
                    free = min(actors, key=lambda one: has[one])
                    underway[free.do.remote(following[0])] = (*following, free)
                if actors and not underway:
                    return
                over, _ = ray.wait([*underway, *starting], timeout=LOOK_S)
                check(should_stop, "The work", "What is done is kept.")
                for one in over:
                    by = starting.pop(one, None) or underway[one][2]
                    try:
                        sent = ray.get(one)
                    except RayActorError:
                        sent = None
                        if by in actors or one not in underway:
                            actors = [other for other in actors if other != by]
                            start()
                    if one not in underway:
                        actors += [by] if sent else []
                        continue
                    item, tries, _ = underway.pop(one)
                    if sent is None and tries < TRIES:
                        waiting.append((item, tries + 1))
                    else:
                        made, error = sent or (None, lost(tries))
                        yield ended(item, made, error, told)
        finally:
            for each in (*actors, *starting.values()):
                ray.kill(each)


class _Worker:
    """Opens the work once and does items. What goes wrong is sent, and not raised: Ray would try it again."""

    def __init__(self, work: Work[Any, Any]) -> None:
        self._do: Do[Any, Any] = opened(work)

    def ready(self) -> bool:
        return True

    def do(self, item: Any) -> tuple[Any, Exception | None]:
        return attempt(self._do, item)
