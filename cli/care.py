"""Keeping an installation well: `backup`, `restore`, `verify`, `migrate` and `doctor`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.commands import add_command, parameters
from cli.options import DEFAULT_DATA, DataDir, Json
from cli.running import progress_bar
from core.errors import ManycutError
from verbs.doctor import DoctorRequest, DoctorResult, doctor
from verbs.installation import Check, examine
from verbs.verify import VerifyRequest, VerifyResult, verify

app = typer.Typer()

SIGNS = {"fine": "ok   ", "note": "note ", "wrong": "WRONG"}
WRONG = 1  # exit code: it was looked at, and something is wrong


@app.command()
def backup(
    out: Annotated[Path, typer.Option(help="File to write, such as manycut.tar.gz.")],
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Write the whole data directory as one file, while people go on working, and read it back."""
    from storage.backup import back_up, warnings_of

    with progress_bar() as progress:
        files = back_up(data_dir, out, progress)
    warnings = warnings_of(out)
    for warning in warnings:
        print(warning, file=sys.stderr)
    print(json.dumps({"file": str(out), "files": files, "warnings": warnings}) if json_ else f"{out}: {files} files.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Made by backup.")],
    data_dir: DataDir = DEFAULT_DATA,
    json_: Json = False,
) -> None:
    """Unpack a backup into an empty data directory; one that differs from its list of files is refused."""
    from storage.backup import restore as unpack

    with progress_bar() as progress:
        found = unpack(file, data_dir, progress)
    for warning in found.warnings:
        print(warning, file=sys.stderr)
    answer = {"data_dir": str(data_dir), "files": found.files, "warnings": found.warnings}
    print(json.dumps(answer) if json_ else f"{data_dir} holds the library of {file.name}.")


@app.command()
def migrate(
    source: Annotated[str, typer.Argument(help="Where it lies now, such as sqlite:////srv/manycut/manycut.db.")],
    target: Annotated[str, typer.Argument(help="An empty database, such as postgresql+psycopg://user@host/manycut.")],
    json_: Json = False,
) -> None:
    """Move an installation's database from SQLite to PostgreSQL; what was interrupted goes on where it was."""
    from storage.moving import move

    with progress_bar() as progress:
        moved = move(source, target, progress)
    if json_:
        print(json.dumps({"rows": moved.rows, "checksum": moved.checksum}))
        return
    print("\n".join(f"{rows:>10,}  {table}" for table, rows in moved.rows.items() if rows))
    print(
        f"{sum(moved.rows.values()):,} rows of {len(moved.rows)} tables, each read back with the same checksum.\n"
        "Start servers and workers with DATABASE_URL and the same data directory from now on; the old file stays as"
        " it was."
    )


@app.command("verify")
def verify_(
    file: Annotated[Path, typer.Argument(help=VerifyRequest.model_fields["file"].description)], json_: Json = False
) -> None:
    """Say whether a backup or an export is still what was written: sizes, checksums, a backup's database."""
    with progress_bar() as progress:
        result = verify(None, VerifyRequest(file=file), progress=progress)
    print(json.dumps(result.as_json()) if json_ else _verified(result))
    if result.problems:
        raise typer.Exit(WRONG)


def _verified(result: VerifyResult) -> str:
    many = "" if result.files is None else f"{result.files} files, "
    made = "" if result.made is None else f" It was made {result.made:%Y-%m-%d %H:%M} UTC."
    how = "damaged." if result.problems else f"{many}all as they were written."
    return "\n".join([f"{result.file} ({result.kind}): {how}{made}", *result.problems, *result.warnings])


def _doctor(data_dir: Path, json_: bool, **choices: object) -> None:
    """The installation first, unless single entries are asked for; then the entries, where the library opens."""
    from verbs.data_folder import open_library

    request = DoctorRequest.of(**choices)
    with progress_bar() as progress:
        checks = [] if request.entry or request.dataset else examine(data_dir, progress)
        try:
            with open_library(data_dir) as library:
                result = doctor(library, request, progress=progress)
        except ManycutError as error:
            if not any(one.state == "wrong" for one in checks):
                raise
            checks.append(Check(part="data folder", state="wrong", said=error.message, advice=error.hint))
            result = DoctorResult(looked_at=0, findings=[])
    result = result.model_copy(update={"installation": tuple(checks)})
    print(json.dumps(result.as_json(), ensure_ascii=False, separators=(",", ":")) if json_ else _looked_at(result))
    if any(one.state == "wrong" for one in checks) or not all(one.mended for one in result.findings):
        raise typer.Exit(WRONG)


def _looked_at(result: DoctorResult) -> str:
    found = result.findings
    said = [f"{SIGNS[one.state]} {one.part}: {one.said} {one.advice}".rstrip() for one in result.installation]
    said += [f"{one.entry}: {one.problem} {'Mended.' if one.mended else one.advice}".rstrip() for one in found]
    mended = sum(one.mended for one in found)
    said.append(f"{result.looked_at} entries looked at, {len(found)} with faults, {mended} mended.")
    left = [one for one in found if not one.mended]
    if any(one.original for one in left):
        said.append("Run it again with --mend: what can be made again then is.")
    if any(one.original is None for one in left):
        said.append("Originals that are not where they were are looked for in folders that --originals names.")
    return "\n".join(said)


add_command(
    app,
    "doctor",
    _doctor,
    parameters(DoctorRequest, arguments=["entry"]),
    "Look at the installation, then at the entries: copies or filmstrips that are gone or damaged, or lost sound, are"
    " made again with --mend.",
)
