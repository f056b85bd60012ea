"""The speed benchmarks: `python -m benchmarks` lists them, `python -m benchmarks NAME [--json]` runs one.

With --json the last line of the output is the result: {"name", "seconds" (ours, median), "reference_seconds", "ratio",
"peak_mb", "equal" (results identical to the reference where it ran), "reached", "must", ...}; what could not be
measured is null, and "why" says so in a sentence. The exit code is 0 where the result is what it must be, or where this
machine cannot say; 1 where it is not; 2 where the benchmark cannot run.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measuring import Result
from core.errors import InputError, ManycutError

# What each one measures, and where: "module:function", imported only when it runs.
BENCHMARKS = {
    "kts-1000": ("KTS of 1,000 picks against the textbook programme", "kts:kts_1000"),
    "kts-noise": ("KTS where nothing is cut: noise against the textbook, an hour of picks", "kts:kts_noise"),
    "kts-7200": ("KTS of an hour of picks", "kts:kts_7200"),
    "kts-90000": ("KTS of an hour of frames", "kts:kts_90000"),
    "knapsack-36": ("cuts of 36 curves at once", "knapsack:knapsack_36"),
    "knapsack-sensitivity": ("every shot's choice reversed", "knapsack:knapsack_sensitivity"),
    "ingest-720p": ("ingest of ten minutes of 720p against decoding alone", "ingest:ingest_720p"),
    "ingest-2h": ("ingest of two hours against decoding alone, and what it holds", "long_ingest:ingest_2h"),
    "many-videos": ("200 short videos taken in by two workers, against one", "many_videos:many_videos"),
    "shots": ("shots of a reel with known joins: KTS, KTS refined, transitions", "shots:shots"),
    "sampling-1": ("one sample of five minutes, against the release's loop", "sampling:sampling_1"),
    "sampling-16": ("16 samples of a video at once, against one by one", "sampling:sampling_16"),
    "sampling-dit-8": ("8 samples of twenty minutes by the paper's denoiser", "sampling:sampling_dit_8"),
    "windows-3h": ("8 samples of three hours by the paper's denoiser, in windows", "windows:windows_3h"),
    "again-16": ("16 more samples of a video, against encoding it again", "sampling:again_16"),
    "training-individual": ("training on every person of 40 videos", "training:training_individual"),
    "gpu": ("64 samples of a video on a GPU, against its matrix products", "gpu:gpu"),
    "evaluation-tvsum": ("50 curves against 20 people each", "evaluation:evaluation_tvsum"),
    "scaling": ("how time and memory grow with picks, samples, people, entries and clients", "scaling:scaling"),
    "library-31892": ("a library of MR.HiSum's size: start, first page, search", "library:library_31892"),
    "import-mrhisum": (
        "videos of MR.HiSum's layout imported, against copying each group into a file of its own",
        "import_mrhisum:import_mrhisum",
    ),
    "library-200000": ("200,000 rows of entries: picker, board, queues over HTTP", "million:library_200000"),
    "million": ("a million rows of entries and 10,000 people: the same", "million:million"),
    "task-wide": ("a task that opens, with wide states on the entry and without", "task:task_wide"),
    "entry-series": ("opening an entry of ten minutes, 20 people, 16 samples", "series:entry_series"),
    "entry-clients": ("an entry asked for by 1, 20 and 100 at once", "clients:entry_clients"),
    "judging-prefix": (
        "captions judged, with what all prompts begin with read once",
        "language:judging_prefix",
    ),
    "captions-minilm": (
        "captions that repeat to MiniLM features, against one after the other",
        "language:captions_minilm",
    ),
    "googlenet-pool5": ("GoogLeNet's features in batches, against picture by picture", "features:googlenet_pool5"),
    "separation": ("whether features tell the clips of a reel apart, beside chance", "separation:separation"),
    "cuts": ("cuts of six videos that nobody labelled, before and after, beside chance", "cuts:cuts"),
    "honest": ("chance, simple curves, ridge and noise, people: what models must be placed between", "honest:honest"),
    "content-kernel": (
        "tastes around ridge regression, against noise around it, on TVSum",
        "content_kernel:content_kernel",
    ),
    "tastes": ("whether tastes without labels follow content, against people of TVSum", "tastes:tastes"),
    "transfer": (
        "models on categories of TVSum that were left out, or on another data set of a library",
        "transfer:transfer",
    ),
    "self-discovered": ("what pretraining without labels keeps, covers and cuts", "self_discovered:self_discovered"),
    "new-taste": ("what new people's labels change for them and for the others, beside before", "new_taste:new_taste"),
    "you": ("models of one person against others' and everybody's mean, on the demo", "you:you"),
    "event-cost": ("an event in a log of 50,000, and another person's meanwhile", "event_cost:event_cost"),
    "soak": ("many people at work, films and a training beside; then the server is killed", "soak:soak"),
    "start": ("from app.py to the first page, against a bare Gradio app; its help", "start:start"),
    "memory-idle": ("what web process and workers hold at rest, beside a bare Gradio app", "memory_idle:memory_idle"),
    "first-visit": ("what a browser's first visit fetches, beside a bare Gradio app", "first_visit:first_visit"),
}


REFERENCE = (
    "a checkout of a release to compare with: for kts-1000, kts-noise, kts-7200 and knapsack-36 of most, "
    "for sampling-1, sampling-16, sampling-dit-8 and training-individual of SummDiff, "
    "for evaluation-tvsum of SummDiff, MR.HiSum, PGL-SUM or CSTA"
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n\n")[0])
    parser.add_argument("name", nargs="?", choices=BENCHMARKS, metavar="NAME", help="without it: the list")
    parser.add_argument("--json", action="store_true", help="print the result as JSON in the last line")
    parser.add_argument("--naive", action="store_true", help="run the reference alone")
    parser.add_argument("--reference", type=Path, metavar="PATH", help=REFERENCE)
    parser.add_argument("--data", type=Path, help="folder of TVSum; made data of its sizes where it is missing")
    parser.add_argument("--sheets", type=Path, metavar="DIR", help="write contact sheets of the cuts")
    parser.add_argument("--library", type=Path, metavar="DIR", help="data directory that holds two data sets")
    parser.add_argument("--from", dest="from_", metavar="A", help="one of the two")
    parser.add_argument("--to", metavar="B", help="the other one")
    parser.add_argument("--people", type=int, help="who work at once")
    parser.add_argument("--seconds", type=float, help="that they work for")
    parser.add_argument("--kills", type=int, help="of the server")
    parser.add_argument("--device", choices=("cpu", "cuda"))
    asked = parser.parse_args()
    if asked.name is None:
        width = max(map(len, BENCHMARKS))
        print("\n".join(f"{name:{width}}  {what}" for name, (what, _) in BENCHMARKS.items()))
        return 0
    options = {name: value for name, value in vars(asked).items() if name not in ("name", "json") and value}
    try:
        result = benchmark(asked.name, options)(**options)
    except ManycutError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(result.as_dict()) if asked.json else _sentence(result))
    return 1 if result.reached is False else 0


def benchmark(name: str, options: dict[str, Any]) -> Callable[..., Result]:
    """The function of a benchmark. Raises InputError where it has no use for one of the options."""
    module, function = BENCHMARKS[name][1].split(":")
    found = getattr(importlib.import_module(f"benchmarks.{module}"), function)
    for option in options:
        if option not in inspect.signature(found).parameters:
            raise InputError(f"The benchmark '{name}' has no use for --{option.rstrip('_')}.", "Run it without.")
    return found


def _sentence(result: Result) -> str:
    parts = [] if result.seconds is None else [f"{result.seconds:.4g} s"]
    if result.reference_seconds is not None:
        parts.append(f"reference {result.reference_seconds:.4g} s")
    if result.ratio is not None:
        parts.append(f"{result.ratio:.1f} times as long")
    if result.equal is not None:
        parts.append("same result" if result.equal else "ANOTHER RESULT")
    parts.append(f"{result.peak_mb:.0f} MB")
    reached = {True: "reached", False: "NOT REACHED", None: "cannot be said here"}[result.reached]
    return f"{result.name}: {', '.join(parts)}. Must be {result.must}: {reached}."


if __name__ == "__main__":
    sys.exit(main())
