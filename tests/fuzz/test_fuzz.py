"""Damaged files of every reader: a sentence comes of each, and nothing stays behind."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT
from tests.fuzz.readers import READERS

SECONDS = 0.1  # for each reader; `make fuzz` takes a minute


def test_a_few_damaged_files_of_every_reader():
    command = [sys.executable, "-m", "tests.fuzz", "--seconds", str(SECONDS), "--seed", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" tried") == len(READERS)
