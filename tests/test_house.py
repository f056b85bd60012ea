"""The rules of the house that a machine can check: which way imports point, and that starting stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {"core": {"storage", "verbs", "webapp"}, "storage": {"verbs", "webapp"}, "verbs": {"webapp"}}


def imported_packages(path: Path) -> set[str]:
    """Top-level names of everything a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_point_one_way(package):
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / package).rglob("*.py")
        if (found := imported_packages(path) & FORBIDDEN[package])
    }
    assert not wrong


def test_command_line_starts_without_the_heavy_packages():
    code = (
        "import sys, webapp.commands;"
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
