"""No split file of two megabytes, JSON or YAML, takes much memory or time, whatever is in it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.hostile.test_imports import MOST_MB, MOST_SECONDS, SMALL

READ = """
import resource, sys
from pathlib import Path
from core.errors import ManycutError
from storage.formats.splits import read_splits
try:
    read_splits(Path(sys.argv[1]))
except ManycutError as error:
    assert Path(sys.argv[1]).name in error.message
peak = open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]
spent = resource.getrusage(resource.RUSAGE_SELF)
print(int(peak) / 1024, spent.ru_utime + spent.ru_stime)
"""
LAUGHS = "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 30))
TEXTS = {
    "many.yml": f"train: {{{'a,' * (SMALL // 4 - 30)}}}\ntest: [b]\n",
    "nested.yml": "[" * (SMALL - 10),
    "laughs.yml": f"k0: &k0 [a, a]\n{LAUGHS}train: *k29\ntest: [b]\n",
    "nested.json": "[" * (SMALL - 10),
    "many.json": f"[{'{},' * (SMALL // 3 - 10)}{{}}]",
    "digits.json": f'{{"train": [{"9" * (SMALL - 100)}], "test": ["b"]}}',
}
USUAL = {"laughs.yml", "many.json"}  # the others are `long`


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name if name in USUAL else pytest.param(name, marks=pytest.mark.long) for name in TEXTS]
)
def test_split_files_are_read_within_a_gigabyte_and_a_minute(tmp_path, name):
    (tmp_path / name).write_text(TEXTS[name])
    assert (tmp_path / name).stat().st_size <= SMALL
    command = [sys.executable, "-c", READ, str(tmp_path / name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    megabytes, seconds = map(float, done.stdout.split())
    assert megabytes < MOST_MB
    assert seconds < MOST_SECONDS
