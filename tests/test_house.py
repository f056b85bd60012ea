"""Starting stays light, and a change has few places. Which way imports point is checked by import-linter."""

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


def test_web_process_needs_nothing_that_computes_to_start():
    code = (
        "import os, sys; os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False';"
        "import webapp.server, webapp.layout;"
        "heavy = ('torch', 'numba', 'scipy', 'cv2', 'av', 'plotly', 'alembic');"
        "print([name for name in heavy if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_a_summarizer_is_named_by_its_file_the_registry_and_its_recipe_alone():
    """VASNet stands for a model that gives one curve and has no part in the demo; its released weights stand apart."""
    floors = ("core", "storage", "verbs", "cli", "webapp", "assets")
    files = [path for floor in floors for kind in ("*.py", "*.mjs") for path in (ROOT / floor).rglob(kind)]
    naming = {path.relative_to(ROOT).as_posix() for path in files if "vasnet" in path.read_text("utf-8").lower()}
    assert {name for name in naming if not name.startswith("core/models/official/")} == {
        "core/models/vasnet.py",
        "core/models/registry.py",
        "core/training/recipes.py",
    }
