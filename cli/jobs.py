"""`app.py job`: what becomes of the work of a running server. Without a server nothing works on jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from cli.commands import add_command, parameters
from cli.running import run_verb
from verbs.job_changes import CancelJobRequest, ChangedJob, PreferJobRequest, cancel_job, prefer_job

app = typer.Typer(
    name="job", help="Work of a running server: cancel it, do it first. List it with: ls jobs.", no_args_is_help=True
)


def _cancelled(result: ChangedJob) -> str:
    if result.state == "running":
        return f"Job {result.job} ends as soon as it sees this."
    return f"Job {result.job} is {result.state}."


def _cancel(data_dir: Path, json_: bool, **choices: Any) -> None:
    run_verb(data_dir, json_, cancel_job, CancelJobRequest.of(**choices), _cancelled)


def _prefer(data_dir: Path, json_: bool, **choices: Any) -> None:
    run_verb(data_dir, json_, prefer_job, PreferJobRequest.of(**choices), lambda done: f"Job {done.job}: {done.state}.")


add_command(app, "cancel", _cancel, parameters(CancelJobRequest, ["job"]), "Cancel a job that waits or runs.")
add_command(app, "prefer", _prefer, parameters(PreferJobRequest, ["job"]), "Say when it is the turn of a job.")
