"""Damaged files of every reader: a sentence comes of each, and nothing stays behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.fuzz.readers import READERS

# For each reader; `make fuzz` takes a minute.
SHORT_S, LONG_S = 0.3, 12


def fuzz(seconds: float, *readers: str) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--seconds", str(seconds), "--seed", "1", *readers]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" tried") == len(readers or READERS)


def test_a_few_damaged_files_of_every_reader():
    fuzz(SHORT_S)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_many_damaged_files_of_one_reader(reader):
    fuzz(LONG_S, reader)
