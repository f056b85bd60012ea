"""The lines of Python in the README run as they stand there, beside the clone; and what `verbs` offers is there."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import verbs

ROOT = Path(__file__).resolve().parent.parent


def test_the_lines_of_the_readme_sample_plot_and_export(tmp_path):
    (lines,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
    shown = lines + "print(len(figure.data), len(made.cuts), entry.id)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", shown], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["4", "4", "demo/harbour-day"]
    assert "sample 4" in (tmp_path / "samples.html").read_text()
    assert (tmp_path / "labels.h5").stat().st_size > 0


def test_every_verb_is_offered_with_its_request():
    """A verb is a public function of a library and a request; `verbs.jobs` finds the verb of a job."""
    for path in (ROOT / "verbs").glob("*.py"):
        for one in ast.parse(path.read_text()).body:
            if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"):
                names = [argument.arg for argument in one.args.args]
                if path.name != "jobs.py" and names == ["library", "request"] and one.args.kwonlyargs:
                    request = ast.unparse(one.args.args[1].annotation)
                    assert {one.name, request} <= set(verbs.offered()), f"{path.name}: {one.name}"


def test_what_is_offered_is_what_its_module_defines():
    for name, module in verbs.offered().items():
        assert getattr(verbs, name).__module__ == f"verbs.{module}", name
    with pytest.raises(AttributeError, match="no attribute 'smaple'"):
        verbs.smaple  # noqa: B018


def test_the_function_is_what_is_offered_whether_its_module_was_loaded_or_not():
    for before in ("", "import verbs.sample, verbs.export; "):
        code = f"{before}import sys; from verbs import SampleRequest, export, sample\n"
        code += "print(sample.__name__, export.__name__, sorted({'torch', 'gradio'} & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "sample export []"
