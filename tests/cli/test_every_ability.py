"""What a page can do, the command line can: every route that changes something has its command."""

from __future__ import annotations

import typer

from cli.main import app
from webapp.access import TABLE

# What only makes sense in a browser: who is signed in there, tasks that people judge by watching, files on their way.
IN_A_BROWSER = ("/enter", "/api/me", "/api/task", "/api/tasks", "/api/sending")
COMMANDS = {
    "/api/captions": "correct",
    "/api/transcript": "transcript",
    "/api/query": "query",
    "/api/transcribe": "transcribe",
    "/api/models/plan": "train",
    "/api/models/splits": "splits",
    "/api/models/splits/make": "splits",
    "/api/models/rename": "checkpoint rename",
    "/api/models/promote": "checkpoint promote",
    "/api/models/remove": "checkpoint remove",
    "/api/models/restore": "checkpoint restore",
    "/api/models/measure": "evaluate",
    "/api/models/report": "report",
    "/api/models/pretrain": "pretrain",
    "/api/models/import": "import",
    "/api/library/rename": "rename",
    "/api/library/note": "note",
    "/api/library/tag": "tag",
    "/api/library/collect": "collect",
    "/api/library/remove": "rm",
    "/api/library/restore": "trash restore",
    "/api/library/trash/empty": "trash empty",
    "/api/sample": "sample",
    "/api/personal": "cut-as",
    "/api/train": "train",
    "/api/export": "export",
    "/api/ingest": "ingest",
    "/api/library/preview": "import",
    "/api/library/import": "import",
    "/api/doctor": "doctor",
    "/api/render": "render",
    "/api/mended": "mend",
    "/api/mended/steps": "mend",
    "/api/mended/rename": "rename",
    "/api/mended/remove": "rm",
    "/api/mended/restore": "trash restore",
    "/api/mended/hand-in": "hand-in",
    "/api/preferences/pairs": "preferences pair",
    "/api/preferences/vote": "preferences vote",
    "/api/preferences/studies": "preferences study",
    "/api/preferences/studies/close": "preferences close",
    "/api/job/cancel": "job cancel",
    "/api/job/priority": "job prefer",
    "/api/review/decide": "review exclude",
    "/api/review/want": "review want",
    "/api/review/assignments": "review assign",
    "/api/review/assignments/close": "review close",
    "/api/review/people/invite": "user add",
    "/api/review/people/role": "user role",
    "/api/review/people/revoke": "user remove",
    "/api/review/people/forget": "user forget",
    "/api/review/people/token": "user token",
    "/api/review/people/token/end": "user token-end",
    "/api/review/join": "import",
    "/api/review/agreement": "agreement",
}


def commands(group, before=()):
    """All commands as somebody writes them."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))
        else:
            yield " ".join((*before, name))


def test_every_change_that_a_page_makes_can_be_made_by_a_command():
    changes = {path for method, path in TABLE if method != "GET" and path.startswith(("/api", "/enter"))}
    changes = {path for path in changes if not f"{path}/".startswith(tuple(f"{one}/" for one in IN_A_BROWSER))}
    assert changes == set(COMMANDS), "a route was added or taken away: name its command here"
    known = set(commands(typer.main.get_command(app)))
    assert set(COMMANDS.values()) <= known
