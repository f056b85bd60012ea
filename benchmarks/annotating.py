"""Many people rating at once over real HTTP: how long until the server has each rating, and is any lost or doubled?

    python -m benchmarks.annotating [--people 50] [--seconds 60]

Starts a server of its own with the demo library. Every person has a cookie and a task of their own and sends one rating
a second; the load generator runs on the same machine. Prints the time from sending to acknowledgement and checks the
log of every task against what was sent.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.plain_http import UNREACHABLE, Connection, RefusedHere
from benchmarks.server import running

ENTRY = "demo/harbour-day"
SHOTS = 10
AGAIN_S = 0.2  # between attempts while the server does not answer


@dataclass
class Rater:
    """One person at one tab: what they have done, and what the server has said it has."""

    name: str
    http: Connection
    task: int = 0
    pending: list[dict[str, Any]] = field(default_factory=list)
    sent: list[tuple[str, int]] = field(default_factory=list)
    acknowledged: set[tuple[str, int]] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)

    async def begin(self) -> None:
        """Signs in and opens the task; insists where the server does not answer."""
        while True:
            try:
                await self.http.post("/api/me", {"name": self.name})
                self.task = (await self.http.post("/api/task", {"entry": ENTRY}))["task"]
                return
            except (*UNREACHABLE, RefusedHere):
                await asyncio.sleep(AGAIN_S)

    def rate(self) -> None:
        """Presses a key."""
        seq = len(self.sent) + 1
        event = {"client": self.name, "seq": seq, "kind": "rate", "shot": seq % SHOTS, "value": 1 + seq % 5}
        self.pending.append(event | {"t": float(seq), "at": int(time.time() * 1000)})
        self.sent.append((self.name, seq))

    async def send(self) -> None:
        """Sends until the server has everything, as the browser does: in order, again after a failure."""
        while self.pending:
            batch = list(self.pending)
            started = time.perf_counter()
            try:
                answer = await self.http.post("/api/task/events", {"task": self.task, "events": batch})
                got = {tuple(pair) for pair in answer["acknowledged"]}
            except (*UNREACHABLE, RefusedHere):
                await asyncio.sleep(AGAIN_S)
                continue
            self.seconds.append(time.perf_counter() - started)
            self.acknowledged |= got
            self.pending = [event for event in self.pending if (event["client"], event["seq"]) not in got]

    async def work(self, seconds: float) -> None:
        """One rating a second, beginning somewhere within the first."""
        begin = time.perf_counter() + random.random()
        for n in itertools.count():
            await asyncio.sleep(max(0.0, begin + n - time.perf_counter()))
            if n >= seconds:
                break
            self.rate()
            await self.send()

    async def stored(self) -> list[tuple[str, int]]:
        """What the server's log holds, in its order."""
        answer = json.loads(await self.http.get(f"/api/task?id={self.task}"))
        return [(event["client"], event["seq"]) for event in answer["events"]]


async def rate_at_once(url: str, people: int, seconds: float) -> list[Rater]:
    """Lets people rate at once; returns them when everything they did is acknowledged."""
    raters = [Rater(f"Rater {n:03d}", Connection(url)) for n in range(people)]
    for rater in raters:
        await rater.begin()
    await asyncio.gather(*(rater.work(seconds) for rater in raters))
    return raters


async def differences(raters: list[Rater]) -> list[str]:
    """What the server's logs do not hold exactly once and in order; empty when all is well."""
    found = []
    for rater in raters:
        stored = await rater.stored()
        if stored != rater.sent:
            found.append(f"{rater.name}: {len(rater.sent)} sent, {len(stored)} stored, {len(set(stored))} different")
        if not rater.acknowledged >= set(rater.sent):
            found.append(f"{rater.name}: not everything was acknowledged")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:

        async def measure(url: str) -> tuple[list[Rater], list[str]]:
            raters = await rate_at_once(url, asked.people, asked.seconds)
            return raters, await differences(raters)

        with running(Path(folder) / "data") as server:
            raters, wrong = asyncio.run(measure(server.url))
    times = 1000 * np.array([each for rater in raters for each in rater.seconds])
    print(f"{asked.people} people, {sum(len(rater.sent) for rater in raters)} ratings in {asked.seconds:.0f} s")
    print("acknowledged after, ms: " + ", ".join(f"p{p} {np.percentile(times, p):.0f}" for p in (50, 95, 99, 100)))
    print("\n".join(wrong) or "every rating is in the log once and in order")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
