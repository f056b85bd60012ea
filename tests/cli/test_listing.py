"""The list of commands is up to date, and whoever asks for one command does not wait for all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from cli.listing import listed, made
from cli.main import app

ROOT = Path(__file__).resolve().parents[2]


def test_the_list_says_what_the_commands_say():
    assert list(listed().items()) == list(made().items()), "python -m cli.listing writes it anew"


def loaded(*arguments: str) -> set[str]:
    code = (
        "import sys; from cli.main import app; app(sys.argv[1:], standalone_mode=False);"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Usage" in done.stdout
    return set(done.stderr.split())


def test_help_loads_no_command_and_a_command_no_other():
    assert not loaded("--help") & {"pydantic", "numpy", "verbs", "cli.running"}
    assert loaded("job", "--help") & {f"cli.{name}" for name in ("jobs", "models", "ingest")} == {"cli.jobs"}


def test_who_mistypes_a_command_is_told_what_there_is():
    done = CliRunner().invoke(app, ["evalute"])
    assert done.exit_code == 2
    assert "Did you mean 'evaluate'?" in done.output
