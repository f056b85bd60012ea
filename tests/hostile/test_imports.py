"""No small file makes an import take much memory or time, end in anything but a sentence, or leave anything behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, SHARED
from tests.hostile.made import FILES

MOST_MB, MOST_SECONDS, SMALL = 1000, 60, 2 * 2**20
# Nothing is wrong with it but how many there are: it may be taken, or take too long.
EITHER = {"many_videos.h5", "the_same_thousands_of_times.h5"}
IMPORT = """
import re, resource, sys
from cli.main import run
try:
    run()
finally:
    ours = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
    spent = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(one.ru_utime + one.ru_stime for one in spent)
    print("COST", ours, spent[1].ru_maxrss, seconds, file=sys.stderr)
"""


def hostile() -> list[Any]:
    """Files that were handed to us, and those that are made, of which one in three shows the kind."""
    found = [str(one) for one in sorted((SHARED / "cases" / "hostile").glob("*")) if one.is_file()]
    shown = [name for n, name in enumerate(FILES) if n % 3 == 0 and name not in EITHER]
    made = [name if name in shown else pytest.param(name, marks=pytest.mark.long) for name in FILES]
    return [*found, *made]


def left(data: Path) -> set[str]:
    return {str(one.relative_to(data)) for one in data.rglob("*") if not one.name.startswith("manycut.db")}


@pytest.mark.slow
@pytest.mark.parametrize("name", hostile(), ids=lambda name: Path(name).name)
def test_import_says_what_is_wrong_within_a_gigabyte_and_a_minute(tmp_path, name, capsys):
    path = Path(name)
    if name in FILES:  # made by another process, whose memory is not that of this one
        path = tmp_path / name
        subprocess.run([sys.executable, "-m", "tests.hostile.made", name, str(path)], cwd=ROOT, check=True)
    assert path.stat().st_size <= SMALL
    data, work = tmp_path / "data", tmp_path / "work"
    work.mkdir()
    options = ["--dataset", "x"] if path.suffix == ".json" else []
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, "import", str(path), "--data-dir", str(data), *options],
        cwd=work,
        env=os.environ | {"PYTHONPATH": str(ROOT), "MANYCUT_DEMO": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    said, _, cost = done.stderr.rpartition("COST")
    ours, theirs, seconds = map(float, cost.split())
    with capsys.disabled():
        print(f"\n{path.name}: {(ours + theirs) / 1024:.0f} MB, {seconds:.1f} s")
    assert (ours + theirs) / 1024 < MOST_MB
    assert seconds < MOST_SECONDS, "of computing: others may be at work on this machine"
    assert not list(work.iterdir()), "neither a log of an error nor anything else"
    if path.name in EITHER and done.returncode == 0:
        return
    assert done.returncode == 2, said
    assert path.name in re.sub(r"\s+", " ", said)
    assert left(data) == set()
