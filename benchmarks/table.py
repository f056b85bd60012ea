"""Runs the speed benchmarks one after another and writes their table into RESULTS.md.

    python -m benchmarks.table [NAME ...]    # without names: all

Each runs in a process of its own, so that its peak of memory is its own. Results are kept in results/speed.json; those
of names that are not asked for stay as they are. In RESULTS.md only what stands between the two marks is written.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.__main__ import BENCHMARKS
from core.errors import InputError

HERE = Path(__file__).parent
PAGE, KEPT = HERE / "RESULTS.md", HERE / "results" / "speed.json"
BEGIN, END = "<!-- speed: begin, written by make bench -->", "<!-- speed: end -->"
LONGEST_S = 3600


def measured(name: str) -> dict[str, Any]:
    """The result of one benchmark, or {"name", "why"} where it gave none."""
    command = [sys.executable, "-m", "benchmarks", name, "--json"]
    try:
        done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        return {"name": name, "why": f"It was not done after {LONGEST_S} s."}
    said = done.stdout.strip().splitlines()
    if done.returncode in (0, 1) and said and said[-1].startswith("{"):
        return json.loads(said[-1])
    told = done.stderr.strip().splitlines()
    return {"name": name, "why": told[-1] if told else f"It ended with code {done.returncode} and said nothing."}


def machine() -> str:
    """This machine in words: cores, what they are and compute with, memory, GPU, torch."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores ({_processor()}), {memory:.0f} GB, {_gpu()}, torch {version('torch')}"


def _processor() -> str:
    """Its name where Linux tells it, and the widest vectors that torch uses on it."""
    import torch

    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.is_file() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return ", ".join(filter(None, (name, torch.backends.cpu.get_cpu_capability())))


def _gpu() -> str:
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"


def table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The results by name as a Markdown table, in the order of the list, and what they were measured on."""
    machines = list(dict.fromkeys(result["machine"] for result in results.values()))
    lines = [
        "| `python -m benchmarks` | ours | reference | ratio | same | peak | must | reached | date | on |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(results[name], machines) for name in BENCHMARKS if name in results]
    lines += ["", *(f"{_letter(n)}: {each}. " for n, each in enumerate(machines))]
    return "\n".join(line.rstrip() for line in lines)


def _row(result: Mapping[str, Any], machines: Sequence[str]) -> str:
    on = _letter(machines.index(result["machine"]))
    if result.get("seconds") is None and result.get("reference_seconds") is None:
        return f"| `{result['name']}` | {result.get('why', '')} | | | | | | | {result['date']} | {on} |"
    ratio = "" if result["ratio"] is None else f"{result['ratio']:.3g}"
    cells = [
        f"`{result['name']}`",
        _time(result["seconds"]),
        _time(result["reference_seconds"]),
        ratio,
        _yes(result["equal"]),
        f"{result['peak_mb']:.0f} MB",
        result["must"],
        _yes(result["reached"]),
        result["date"],
        on,
    ]
    return f"| {' | '.join(cells)} |"


def _letter(n: int) -> str:
    return chr(ord("A") + n)


def _yes(value: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[value]


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"


def rewritten(page: str, content: str) -> str:
    """The page with this between its marks. Raises InputError where it does not have both, once and in order."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in after or END in before:
        raise InputError(f"The page must hold the marks '{BEGIN}' and '{END}' once.", "Put them back.")
    return f"{before}{BEGIN}\n\n{content}\n\n{END}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.table", description=__doc__.partition("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; known are {', '.join(BENCHMARKS)}")
    results: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.is_file() else {}
    here, today = machine(), date.today().isoformat()
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        results[name] = {**measured(name), "machine": here, "date": today}
        KEPT.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
        PAGE.write_text(rewritten(PAGE.read_text(), table(results)))
    print(table(results))


if __name__ == "__main__":
    main()
