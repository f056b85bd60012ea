"""Starting stays light. Which way imports point is checked by import-linter, see pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_command_line_starts_without_the_heavy_packages():
    code = (
        "import sys, cli.main;"
        "heavy = ('torch', 'transformers', 'gradio', 'numba', 'sqlalchemy', 'cv2', 'av');"
        "print([name for name in heavy if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_web_process_needs_neither_torch_nor_numba_to_start():
    code = (
        "import os, sys; os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False';"
        "import webapp.server, webapp.layout;"
        "print([name for name in ('torch', 'numba') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
