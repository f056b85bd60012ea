"""What README, CONTRIBUTING and RESULTS tell people to type: it exists, and what can be run here is run."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.__main__ import BENCHMARKS
from benchmarks.library import write_mrhisum
from cli.main import app
from core.labelling.events import Event
from storage.export import export_labels
from verbs.data_folder import open_library

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "benchmarks/RESULTS.md", "assets/demo/README.md", "deploy/README.md")


def typed(program: str) -> list[str]:
    """Every line of a code block, and every piece of code in a sentence, that begins with `program`."""
    found = []
    for name in DOCUMENTS:
        text = (ROOT / name).read_text()
        blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)
        lines = [line for kind, block in blocks if kind in ("", "sh") for line in block.splitlines()]
        found += [line for line in [*lines, *re.findall(r"`([^`\n]+)`", text)] if line.startswith(program)]
    return found


def words(line: str) -> list[str]:
    return shlex.split(line, comments=True)


@pytest.mark.parametrize("line", typed("python app.py"))
def test_commands_and_their_options_exist(line):
    command, arguments = typer.main.get_command(app), words(line)[2:]
    if arguments[:1] in ([], ["--help"]):
        return
    while hasattr(command, "commands"):
        assert arguments[0] in command.commands
        command, arguments = command.commands[arguments[0]], arguments[1:]
    if arguments:  # a bare name in a sentence stands for the command
        command.make_context("app.py", arguments)


@pytest.mark.parametrize("line", typed("make "))
def test_targets_of_make_exist(line):
    subprocess.run(["make", "-n", words(line)[1]], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("line", typed("python -m "))
def test_modules_and_benchmarks_exist(line):
    module, *arguments = words(line)[2:]
    assert find_spec(module)
    if module == "benchmarks" and arguments and arguments[0] != "NAME":
        assert arguments[0] in BENCHMARKS


@pytest.mark.slow
@pytest.mark.long
def test_commands_of_the_readme_run_one_after_the_other(tmp_path, monkeypatch, shared):
    """All that need neither a hub, nor a server, nor hours of training; with what they say they print."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MANYCUT_DATA", str(tmp_path / "data"))
    shutil.copy(shared / "data/tvsum/ydata-tvsum50.mat", tmp_path)
    captions = json.loads((shared / "data/tvsum/captions_blip.json").read_text())
    few = {name: captions[name] for name in sorted(captions)[:4]}  # all of them take a minute to encode
    (tmp_path / "captions_blip.json").write_text(json.dumps(few))
    shutil.copy(shared / "data/qvhighlights/highlight_val_release.jsonl", tmp_path)
    shutil.copy(ROOT / "assets/demo/videos/harbour-day.mp4", "holiday.mp4")
    shutil.copy(ROOT / "assets/demo/videos/match-day.mp4", "trip.mp4")
    write_mrhisum(tmp_path / "mr_hisum.h5", 12)
    elsewhere = open_library(tmp_path / "elsewhere")
    task = elsewhere.annotations.open_task(elsewhere.annotations.get_or_create_annotator("Ada"), "demo/harbour-day")
    elsewhere.annotations.record_events(task.id, [Event("Ada", 0, "rate", 0, 5), Event("Ada", 1, "submit")])
    export_labels(elsewhere, tmp_path / "labels.jsonl", format="events")
    elsewhere.close()
    with open_library(tmp_path / "data") as here:
        here.annotations.get_or_create_annotator("Ada Lund")
    needs = re.compile(r"serve|eccv16|/videos|http:|captioner|--download|--all-videos|best_f1")
    lines = [line for line in dict.fromkeys(typed("python app.py ")) if line in (ROOT / "README.md").read_text()]
    ran = [line for line in lines if len(words(line)) > 3 and not needs.search(line)]
    assert len(ran) >= 14
    for line in ran:
        done = CliRunner().invoke(app, words(line)[2:], input="y\n")
        assert done.exit_code == 0, (line, done.output, done.exception)
        _, _, comment = line.partition("#")
        for figure in re.findall(r"\b0\.\d+\b", comment):
            assert figure in done.output, line
