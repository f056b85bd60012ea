"""`python -m tests.fuzz`: damages small files of every reader and sees that only sentences come of it.

Cases are read in forked processes with limits. A reader that runs apart may break down or reach its limits: whoever
asked gets a sentence then. Nothing may be left behind but the files that were there.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import IO

import h5py

from core.errors import ManycutError
from tests.fuzz.mutations import change_hdf5, damaged, reworded
from tests.fuzz.readers import READERS, Reader

MEMORY, SECONDS = 600 * 2**20, 20
TOGETHER = 200  # cases in one process
WHOLE_EVERY = 40  # cases of a data set, one is imported by the command's own function


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", help="some of: " + ", ".join(READERS))
    parser.add_argument("--seconds", type=float, default=60, help="for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files that were not answered by a sentence")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    wrong = 0
    print(f"seed {given.seed}, {given.seconds:g} s for each reader")
    for name in given.readers or READERS:
        with tempfile.TemporaryDirectory() as folder:
            counts, seen = fuzz(name, Path(folder), given.seed, given.seconds, given.keep)
        failures = sum(counts[what] for what in ("unexpected", "left behind", "crash"))
        wrong += failures
        told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        print(f"{name}: {sum(counts.values())} tried, {told}", flush=True)
        for place, (count, file) in seen.most_common_with_file():
            print(f"    {count} x {place} [{file}]", flush=True)
    return 1 if wrong else 0


class Seen:
    """Where unexpected errors came from, each place once with a file."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.file: dict[str, str] = {}

    def add(self, place: str, file: str) -> None:
        self.count[place] += 1
        self.file.setdefault(place, file)

    def most_common_with_file(self) -> list[tuple[str, tuple[int, str]]]:
        return [(place, (count, self.file[place])) for place, count in self.count.most_common()]


def fuzz(name: str, folder: Path, seed: int, seconds: float, keep: Path | None) -> tuple[Counter[str], Seen]:
    """Counts what came of as many cases as there is time for."""
    reader = READERS[name]
    path = reader.make(folder)
    valid = path.read_bytes()
    reader.read(path)  # loads what it needs, so that forked processes need not
    counts: Counter[str] = Counter()
    seen = Seen()
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for at, outcome, said in cases(reader, path, valid, f"{seed} {name}", number, end):
            number = at + 1
            counts[outcome] += 1
            if outcome in ("unexpected", "left behind", "crash"):
                kept = f"case {at}"
                if keep is not None and said not in seen.count:
                    keep.mkdir(parents=True, exist_ok=True)
                    write_case(path, valid, reader, f"{seed} {name}", at)
                    kept = f"{path.stem}_{seed}_{at}{path.suffix}"
                    shutil.copyfile(path, keep / kept)
                seen.add(said, kept)
    return counts, seen


def cases(
    reader: Reader, path: Path, valid: bytes, seed: str, first: int, end: float
) -> Iterator[tuple[int, str, str]]:
    """What came of some cases, from number `first` on, in a process of their own: until it dies, or is old."""
    ends, into = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(ends)
        try:
            with os.fdopen(into, "w", encoding="utf-8", errors="replace") as pipe:
                work(reader, path, valid, seed, first, end, pipe)
        finally:
            os._exit(0)
    os.close(into)
    begun = None
    with os.fdopen(ends, encoding="utf-8", errors="replace") as pipe:
        for line in pipe:
            number, outcome, said = line.rstrip("\n").split("\t", 2)
            begun = None if outcome != "begun" else int(number)
            if outcome != "begun":
                yield int(number), outcome, said
    _, status = os.waitpid(process, 0)
    if begun is not None:
        name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"code {status}"
        yield begun, "died apart" if reader.apart else "crash", name


def work(reader: Reader, path: Path, valid: bytes, seed: str, first: int, end: float, pipe: IO[str]) -> None:
    """Reads case after case, and tells what comes of each."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY,) * 2)
    there = listing(path.parent)
    for number in range(first, first + TOGETHER):
        if time.monotonic() > end:
            return
        print(number, "begun", "", sep="\t", file=pipe, flush=True)
        write_case(path, valid, reader, seed, number)
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)  # ends the process
        outcome, said = attempt(reader, path, reader.dataset and number % WHOLE_EVERY == WHOLE_EVERY - 1)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if new := listing(path.parent) - there:
            outcome, said = "left behind", str(sorted(new)[:3])
            there |= new
        print(number, outcome, " ".join(said.split()), sep="\t", file=pipe, flush=True)


def write_case(path: Path, valid: bytes, reader: Reader, seed: str, number: int) -> None:
    """The damaged file of a number; always the same."""
    path.write_bytes(valid)
    mutate(path, valid, reader, Random(f"{seed} {number}"))


def mutate(path: Path, valid: bytes, reader: Reader, random: Random) -> None:
    """One damaged file, which is another one."""
    while path.read_bytes() == valid:
        if h5py.is_hdf5(path) and random.random() < 0.6:
            try:
                change_hdf5(path, random)
            except (OSError, RuntimeError, ValueError, TypeError, KeyError):  # a change that HDF5 does not allow
                path.write_bytes(valid)
        elif reader.text and random.random() < 0.6:
            path.write_bytes(reworded(valid, random))
        else:
            path.write_bytes(damaged(valid, random))


def listing(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*")}


def attempt(reader: Reader, path: Path, whole: bool) -> tuple[str, str]:
    """Reads a file, or imports it: what came of it, and where an unexpected error came from."""
    try:
        return imported(path) if whole else ("read", repr(reader.read(path))[:0])
    except ManycutError as error:
        said = error.message.strip()
        return ("sentence", "") if said and "\n" not in said else ("unexpected", f"no sentence: {said[:200]}")
    except MemoryError:
        return ("died apart" if reader.apart else "unexpected"), "memory"
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        last = next((one for one in reversed(frames) if "site-packages" not in one.filename), frames[-1])
        said = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {str(error)[-150:]}"
        return "unexpected", said


def imported(path: Path) -> tuple[str, str]:
    """Imports a file into a new library, in which nothing may be where that was refused."""
    from storage.library import Library
    from verbs.import_dataset import ImportDatasetRequest, import_dataset

    with tempfile.TemporaryDirectory() as data, Library.open(Path(data)) as library:
        try:
            import_dataset(library, ImportDatasetRequest(path=path))
        except ManycutError:
            left = [name for name in listing(Path(data)) if not name.startswith("manycut.db")]
            if left or library.datasets.list():
                return "left behind", f"left in the library: {left[:3]}"
            raise
    return "read", ""


if __name__ == "__main__":
    sys.exit(main())
