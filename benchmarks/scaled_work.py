"""What `benchmarks.scaling` measures: each function makes work of some size, warm, and held open as long as needed."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.measuring import timed
from benchmarks.server import running

Run = Callable[[], object]
WIDTH = 1024
SAMPLES, STEPS = 16, 1  # every further step costs the same time and no memory
PEOPLE = 5
MINUTES_5 = 300  # picks
SMALL = 200  # picks of what compiles and allocates first
CLIENTS_S = 3.0


@dataclass(frozen=True)
class Served:
    """What a server does, in place of work of this process.

    Attributes:
        seconds: measures an answer.
        mb: the most that the web process has held, MiB.
    """

    seconds: Callable[[], float]
    mb: Callable[[], float]


def kts(picks: int, _: str, held: ExitStack) -> Run:
    """KTS of made features."""
    from benchmarks.kts import made
    from core.segment.kts import kts as solved

    solved(made(SMALL, WIDTH))
    features = made(picks, WIDTH)
    return lambda: solved(features)


def sampling(picks: int, denoiser: str, held: ExitStack) -> Run:
    """Samples of a video with guidance."""
    _sampled(SMALL, SAMPLES, denoiser)()
    return _sampled(picks, SAMPLES, denoiser)


def samples(count: int, denoiser: str, held: ExitStack) -> Run:
    """So many samples of five minutes with guidance."""
    _sampled(MINUTES_5, 1, denoiser)()
    return _sampled(MINUTES_5, count, denoiser)


def _sampled(picks: int, count: int, denoiser: str) -> Run:
    """By an untrained model of the published size."""
    import torch

    from core.models.summdiff import SummDiff
    from core.models.summdiff_config import SummDiffConfig

    model = SummDiff(SummDiffConfig(WIDTH, denoiser=denoiser, p_uncond=0.2, guidance=0.2)).eval()
    features = torch.randn(picks, WIDTH)
    return lambda: model.predict(features, count, steps=STEPS)


def training(picks: int, denoiser: str, held: ExitStack) -> Run:
    """A training step for one video with some of its people."""
    _step(SMALL, PEOPLE, denoiser)()
    return _step(picks, PEOPLE, denoiser)


def trained_people(count: int, denoiser: str, held: ExitStack) -> Run:
    """A training step for five minutes with so many people."""
    _step(SMALL, 1, denoiser)()
    return _step(MINUTES_5, count, denoiser)


def _step(picks: int, people: int, denoiser: str) -> Run:
    """Forward, backward and optimizer step."""
    import torch

    from benchmarks.training import made_videos
    from core.models.summdiff import SummDiff
    from core.models.summdiff_config import SummDiffConfig
    from core.training.batching import make_batch, units
    from core.training.recipes import TrainSettings

    model = SummDiff(SummDiffConfig(WIDTH, denoiser=denoiser, p_uncond=0.2)).train()
    optimizer = torch.optim.AdamW(model.parameters())
    settings = TrainSettings(curves_per_video=None)
    batch = make_batch(units(made_videos([picks], people, WIDTH), settings), settings, np.random.default_rng(0))

    def work() -> None:
        optimizer.zero_grad()
        model.loss(batch).backward()
        optimizer.step()

    return work


def agreement(people: int, _: str, held: ExitStack) -> Run:
    """Where so many people stand on five minutes: each with each of the others, cuts included."""
    from benchmarks.evaluation import made
    from core.statistics.agreement import human_band

    human_band(made(0, SMALL))
    entry = made(0, MINUTES_5, people)
    return lambda: human_band(entry)


# What a server over so many rows of entries is asked; see `benchmarks.million`.
QUESTIONS = {
    "picker": "picker, first page and filters",
    "search": "picker, a word that an eighth have",
    "board": "board, first page",
}


def entries(count: int, question: str, held: ExitStack) -> Served:
    """An answer of a server over rows without arrays."""
    import httpx

    from benchmarks.million import analyse, fill, questions
    from storage.library import Library

    data_dir = Path(held.enter_context(tempfile.TemporaryDirectory())) / "data"
    with Library.open(data_dir) as library:
        fill(library, count)
        analyse(library.engine)
    server = held.enter_context(running(data_dir, demo=False))
    http = held.enter_context(httpx.Client(base_url=server.url, timeout=120))
    ask = questions(http, count)[QUESTIONS[question]]
    ask()
    return Served(lambda: timed(ask, 20)[0], lambda: server.memory_mb()["web"])


def clients(count: int, _: str, held: ExitStack) -> Served:
    """What one waits for an entry where so many ask at once; see `benchmarks.clients`."""
    from benchmarks.clients import at_once
    from benchmarks.series import add
    from storage.library import Library

    data_dir = Path(held.enter_context(tempfile.TemporaryDirectory())) / "data"
    with Library.open(data_dir) as library:
        entry = add(library, "entry", 10)
    server = held.enter_context(running(data_dir, demo=False))
    asyncio.run(at_once(server, entry, 1, 1.0))

    return Served(
        lambda: median(asyncio.run(at_once(server, entry, count, CLIENTS_S))), lambda: server.memory_mb()["web"]
    )


MADE: dict[str, Callable[[int, str, ExitStack], Run | Served]] = {
    one.__name__: one for one in (kts, sampling, training, samples, trained_people, agreement, entries, clients)
}


def made(what: str, size: int, held: ExitStack) -> Run | Served:
    """The work called "kind" or "kind variant", of a size."""
    kind, _, variant = what.partition(" ")
    return MADE[kind](size, variant, held)
