"""Many browsers that open the same entry: what /api/entry and /api/series take where 1, 20 and 100 ask at once.

    python -m benchmarks entry-clients [--json]

Each client has a connection of its own and asks for one after the other, as soon as it has its answer; it speaks HTTP
by hand, because it shares the cores with the server. The entry has ten minutes, 20 people and 16 samples.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import quote

from benchmarks.measuring import Result
from benchmarks.plain_http import Connection
from benchmarks.series import add
from benchmarks.server import Server, running
from storage.library import Library

CLIENTS = (1, 20, 100)
MOST_S = {1: 0.005, 20: 0.060, 100: 0.300}
RATE = 300  # answers a second at 20 clients
SECONDS = 6.0
PATHS = ("/api/entry", "/api/series")


def entry_clients(seconds: float = SECONDS) -> Result:
    """The seconds are the median with 20 clients."""
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder) / "data") as library:
            entry = add(library, "entry", 10)
        with running(Path(folder) / "data", demo=False) as server:
            asyncio.run(at_once(server, entry, 1, 1.0))  # what is made once
            found = {clients: asyncio.run(at_once(server, entry, clients, seconds)) for clients in CLIENTS}
            memory = sum(server.memory_mb().values())
    p50 = {clients: median(times) for clients, times in found.items()}
    rates = {clients: len(times) / seconds for clients, times in found.items()}
    reached = all(p50[clients] <= most for clients, most in MOST_S.items()) and rates[20] >= RATE
    return Result(
        "entry-clients",
        p50[20],
        None,
        memory,
        None,
        reached,
        f"p50 under 5, 60 and 300 ms with 1, 20 and 100 clients, {RATE} a second with 20",
        {
            "p50_ms": {str(clients): round(1000 * value, 1) for clients, value in p50.items()},
            "answers_a_second": {str(clients): round(rate) for clients, rate in rates.items()},
        },
    )


async def at_once(server: Server, entry: str, clients: int, seconds: float) -> list[float]:
    """How long every answer took."""
    end = time.perf_counter() + seconds
    found = await asyncio.gather(*(_client(server, entry, n, end) for n in range(clients)))
    return [one for of_client in found for one in of_client]


async def _client(server: Server, entry: str, first: int, end: float) -> list[float]:
    connection = Connection(server.url)
    asked = [f"{path}?id={quote(entry, safe='')}" for path in PATHS]
    times = []
    while time.perf_counter() < end:
        began = time.perf_counter()
        await connection.get(asked[(first + len(times)) % len(asked)])
        times.append(time.perf_counter() - began)
    connection.close()
    return times
