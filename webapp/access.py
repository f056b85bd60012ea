"""Who may ask for what: every address of the application, Gradio's own included, and the roles that it answers.

`webapp.gate` decides by this table and by nothing else. What is not in it is answered to leads alone, so that a new
route is closed until a line here opens it; `tests/webapp/test_access.py` walks the application and finds every one that
has no line. Without accounts, on a computer of one's own, everybody is a lead.

What of single videos somebody may not see is said by `webapp.visibility`. Viewers look at what came of it all: they
start no jobs, sampling and rendering included, because a job takes the workers' time and leaves something behind that
everybody sees.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from starlette.routing import compile_path

Role = Literal["nobody", "viewer", "annotator", "lead"]
Roles = frozenset[Role]

ANYBODY: Roles = frozenset({"nobody", "viewer", "annotator", "lead"})
SIGNED_IN: Roles = frozenset({"viewer", "annotator", "lead"})
LOOKING: Roles = frozenset({"viewer", "lead"})
JUDGING: Roles = frozenset({"annotator", "lead"})
LEADING: Roles = frozenset({"lead"})

# By method and path, as the route that answers is written. HEAD is GET.
TABLE: dict[tuple[str, str], Roles] = {
    # How to come in, and how pages look
    ("GET", "/healthz"): ANYBODY,
    ("GET", "/enter"): ANYBODY,
    ("POST", "/enter"): ANYBODY,
    ("GET", "/api/me"): ANYBODY,
    ("POST", "/api/me"): ANYBODY,
    ("GET", "/favicon.ico"): ANYBODY,
    ("GET", "/assets/player/{tag}/{name:path}"): ANYBODY,
    ("GET", "/vendor/plotly.min.js"): ANYBODY,
    # Pages
    ("GET", "/"): LOOKING,
    ("GET", "/compare"): ANYBODY,  # leads on to a page that says itself whom it answers
    ("GET", "/models"): LOOKING,
    ("GET", "/models/"): LOOKING,
    ("GET", "/annotate"): ANYBODY,  # where everybody signs in; viewers are told where they belong
    ("GET", "/annotate/"): ANYBODY,
    ("GET", "/review"): LEADING,
    ("GET", "/review/"): LEADING,
    ("GET", "/library"): LEADING,
    ("GET", "/library/"): LEADING,
    ("GET", "/api/docs"): LEADING,
    ("GET", "/api/openapi.json"): LEADING,
    # Judging; which tasks and which videos, says webapp.visibility
    ("GET", "/api/tasks"): JUDGING,
    ("GET", "/api/task"): JUDGING,
    ("POST", "/api/task"): JUDGING,
    ("POST", "/api/task/next"): JUDGING,
    ("POST", "/api/task/train"): JUDGING,
    ("POST", "/api/task/events"): JUDGING,
    ("POST", "/api/task/compare"): JUDGING,
    ("GET", "/media"): SIGNED_IN,
    ("GET", "/thumbnails"): SIGNED_IN,
    # Looking at a video
    ("GET", "/api/picker"): LOOKING,
    ("GET", "/api/entries"): LOOKING,
    ("GET", "/api/entry"): LOOKING,
    ("GET", "/api/series"): LOOKING,
    ("GET", "/api/news"): LOOKING,
    ("GET", "/api/numbers"): LOOKING,
    ("GET", "/api/checkpoints"): LOOKING,
    ("GET", "/api/checkpoint/curves"): LOOKING,
    ("GET", "/api/cuts"): LOOKING,
    ("GET", "/api/mended"): SIGNED_IN,  # annotators see their own, says webapp.visibility
    ("GET", "/api/mended/cut"): SIGNED_IN,
    ("GET", "/api/mended/scores"): SIGNED_IN,
    ("POST", "/api/mended"): JUDGING,
    ("POST", "/api/mended/steps"): JUDGING,
    ("POST", "/api/mended/rename"): JUDGING,
    ("POST", "/api/mended/remove"): JUDGING,
    ("POST", "/api/mended/restore"): JUDGING,
    ("POST", "/api/mended/hand-in"): JUDGING,
    ("GET", "/api/preferences/study"): JUDGING,
    ("GET", "/api/preferences/votes"): JUDGING,  # annotators see their own
    ("POST", "/api/preferences/vote"): JUDGING,
    ("POST", "/api/preferences/pairs"): LEADING,
    ("GET", "/api/preferences/studies"): LEADING,
    ("POST", "/api/preferences/studies"): LEADING,
    ("POST", "/api/preferences/studies/close"): LEADING,
    ("GET", "/api/preferences/figures"): LEADING,
    ("GET", "/api/preferences/export"): LEADING,
    ("GET", "/api/cutlist"): LOOKING,
    ("GET", "/api/cutlist/notes"): LOOKING,
    ("GET", "/api/chapters"): LOOKING,
    ("GET", "/api/persons"): LEADING,  # names
    ("PUT", "/api/captions"): LEADING,
    ("PUT", "/api/transcript"): LEADING,
    # Looking at models
    ("GET", "/api/models"): LOOKING,
    ("GET", "/api/models/card"): LOOKING,
    ("GET", "/api/models/leaderboard"): LOOKING,
    ("GET", "/api/models/compare"): LOOKING,
    ("GET", "/api/models/training"): LEADING,
    ("POST", "/api/models/plan"): LEADING,
    ("GET", "/api/models/splits"): LEADING,
    ("POST", "/api/models/splits"): LEADING,
    ("POST", "/api/models/splits/make"): LEADING,
    ("POST", "/api/models/rename"): LEADING,
    ("POST", "/api/models/promote"): LEADING,
    ("POST", "/api/models/remove"): LEADING,
    ("POST", "/api/models/restore"): LEADING,
    ("POST", "/api/models/measure"): LEADING,
    ("POST", "/api/models/report"): LEADING,
    ("POST", "/api/models/pretrain"): LEADING,
    ("POST", "/api/models/import"): LEADING,
    # Order in the library
    ("GET", "/api/library/shelf"): LEADING,
    ("GET", "/api/library/entry"): LEADING,
    ("GET", "/api/library/ids"): LEADING,
    ("GET", "/api/library/runs"): LEADING,
    ("GET", "/api/library/trash"): LEADING,
    ("POST", "/api/library/rename"): LEADING,
    ("POST", "/api/library/note"): LEADING,
    ("POST", "/api/library/tag"): LEADING,
    ("POST", "/api/library/collect"): LEADING,
    ("POST", "/api/library/remove"): LEADING,
    ("POST", "/api/library/restore"): LEADING,
    ("POST", "/api/library/trash/empty"): LEADING,
    # Jobs: what they were asked and what came of them names people and files
    ("POST", "/api/sample"): LEADING,
    ("POST", "/api/personal"): LEADING,
    ("POST", "/api/query"): LEADING,
    ("POST", "/api/transcribe"): LEADING,
    ("POST", "/api/train"): LEADING,
    ("POST", "/api/export"): LEADING,
    ("POST", "/api/ingest"): LEADING,
    ("GET", "/api/library/adding"): LEADING,
    ("POST", "/api/library/preview"): LEADING,
    ("POST", "/api/library/import"): LEADING,
    ("GET", "/api/sending"): LEADING,
    ("POST", "/api/sending"): LEADING,
    ("PUT", "/api/sending"): LEADING,
    ("DELETE", "/api/sending"): LEADING,
    ("POST", "/api/doctor"): LEADING,
    ("POST", "/api/render"): LEADING,
    ("GET", "/api/jobs"): LEADING,
    ("GET", "/api/job"): LEADING,
    ("GET", "/api/job/curves"): LEADING,
    ("POST", "/api/job/cancel"): LEADING,
    ("POST", "/api/job/priority"): LEADING,
    ("GET", "/api/download"): LEADING,
    # Leading an annotation
    ("GET", "/api/review/board"): LEADING,
    ("GET", "/api/review/pace"): LEADING,
    ("GET", "/api/review/damage"): LEADING,
    ("GET", "/api/review/filters"): LEADING,
    ("GET", "/api/review/task"): LEADING,
    ("POST", "/api/review/decide"): LEADING,
    ("GET", "/api/review/trail"): LEADING,
    ("GET", "/api/review/disputed"): LEADING,
    ("POST", "/api/review/want"): LEADING,
    ("GET", "/api/review/assignments"): LEADING,
    ("POST", "/api/review/assignments"): LEADING,
    ("POST", "/api/review/assignments/close"): LEADING,
    ("GET", "/api/review/people"): LEADING,
    ("POST", "/api/review/people/invite"): LEADING,
    ("POST", "/api/review/people/role"): LEADING,
    ("POST", "/api/review/people/revoke"): LEADING,
    ("POST", "/api/review/people/forget"): LEADING,
    ("GET", "/api/people/key.csv"): LEADING,  # names
    ("GET", "/api/review/people/tokens"): LEADING,
    ("POST", "/api/review/people/token"): LEADING,
    ("POST", "/api/review/people/token/end"): LEADING,
    ("POST", "/api/review/join"): LEADING,
    ("GET", "/api/review/agreement"): LEADING,
    ("POST", "/api/review/agreement"): LEADING,
    # Gradio: what loading a page takes
    ("GET", "/static/{path:path}"): ANYBODY,
    ("GET", "/assets/{path:path}"): ANYBODY,
    ("GET", "/svelte/{path:path}"): ANYBODY,
    ("GET", "/theme.css"): ANYBODY,
    ("GET", "/gradio_api/theme.css"): ANYBODY,
    ("GET", "/robots.txt"): ANYBODY,
    ("GET", "/manifest.json"): ANYBODY,
    ("GET", "/pwa_icon"): ANYBODY,
    ("GET", "/pwa_icon/{size}"): ANYBODY,
    ("GET", "/gradio_api/startup-events"): SIGNED_IN,
    ("GET", "/gradio_api/heartbeat/{session_hash}"): SIGNED_IN,
    # Gradio: functions of pages; viewers those of Compare alone, see webapp.gate
    ("POST", "/gradio_api/queue/join"): LOOKING,
    ("GET", "/gradio_api/queue/data"): LOOKING,
    ("GET", "/gradio_api/queue/status"): LEADING,
    ("POST", "/gradio_api/reset"): LEADING,
    ("POST", "/gradio_api/reset/"): LEADING,
    ("POST", "/gradio_api/cancel"): LEADING,
    ("POST", "/gradio_api/api/{api_name}"): LEADING,
    ("POST", "/gradio_api/api/{api_name}/"): LEADING,
    ("POST", "/gradio_api/run/{api_name}"): LEADING,
    ("POST", "/gradio_api/run/{api_name}/"): LEADING,
    ("POST", "/gradio_api/call/{api_name}"): LEADING,
    ("POST", "/gradio_api/call/{api_name}/"): LEADING,
    ("GET", "/gradio_api/call/{api_name}/{event_id}"): LEADING,
    ("POST", "/gradio_api/call/v2/{api_name}"): LEADING,
    ("POST", "/gradio_api/call/v2/{api_name}/"): LEADING,
    ("GET", "/gradio_api/call/v2/{api_name}/{event_id}"): LEADING,
    ("POST", "/gradio_api/component_server"): LEADING,
    ("POST", "/gradio_api/component_server/"): LEADING,
    # Gradio: files
    ("POST", "/gradio_api/upload"): LEADING,
    ("GET", "/gradio_api/upload_progress"): LEADING,
    ("GET", "/gradio_api/file={path_or_url:path}"): LEADING,
    ("GET", "/gradio_api/file/{path:path}"): LEADING,
    ("GET", "/gradio_api/proxy={url_path:path}"): LEADING,
    ("GET", "/gradio_api/custom_component/{id}/{environment}/{type}/{file_name}"): LEADING,
    ("POST", "/gradio_api/stream/{event_id}"): LEADING,
    ("POST", "/gradio_api/stream/{event_id}/close"): LEADING,
    ("GET", "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8"): LEADING,
    ("GET", "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file"): LEADING,
    ("GET", "/gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}"): LEADING,
    ("POST", "/gradio_api/process_recording"): LEADING,
    # Gradio: the rest
    ("GET", "/config"): LEADING,
    ("GET", "/config/"): LEADING,
    ("GET", "/openapi.json"): LEADING,
    ("GET", "/gradio_api/openapi.json"): LEADING,
    ("GET", "/gradio_api/info"): LEADING,
    ("GET", "/gradio_api/info/"): LEADING,
    ("GET", "/gradio_api/app_id"): LEADING,
    ("GET", "/gradio_api/app_id/"): LEADING,
    ("GET", "/gradio_api/deep_link"): LEADING,
    ("GET", "/gradio_api/runs"): LEADING,
    ("GET", "/gradio_api/runs/"): LEADING,
    ("POST", "/login"): LEADING,  # of Gradio, with passwords that nobody has
    ("POST", "/login/"): LEADING,
    ("GET", "/logout"): LEADING,
    ("GET", "/gradio_api/user"): LEADING,
    ("GET", "/gradio_api/user/"): LEADING,
    ("GET", "/gradio_api/login_check"): LEADING,
    ("GET", "/gradio_api/login_check/"): LEADING,
    ("GET", "/gradio_api/token"): LEADING,
    ("GET", "/gradio_api/token/"): LEADING,
    ("GET", "/monitoring"): LEADING,
    ("GET", "/monitoring/summary"): LEADING,
    ("GET", "/monitoring/{key}"): LEADING,
    ("GET", "/gradio_api/dev/reload"): LEADING,
    ("POST", "/gradio_api/vibe-edit"): LEADING,
    ("POST", "/gradio_api/vibe-edit/"): LEADING,
    ("POST", "/gradio_api/undo-vibe-edit"): LEADING,
    ("POST", "/gradio_api/undo-vibe-edit/"): LEADING,
    ("GET", "/gradio_api/vibe-code"): LEADING,
    ("GET", "/gradio_api/vibe-code/"): LEADING,
    ("POST", "/gradio_api/vibe-code"): LEADING,
    ("POST", "/gradio_api/vibe-code/"): LEADING,
    ("POST", "/gradio_api/vibe-starter-queries"): LEADING,
    ("POST", "/gradio_api/vibe-starter-queries/"): LEADING,
}

# Below it no token changes anything, whoever's it is: one that got lost lets nobody in, and makes no more of its kind.
PEOPLE = "/api/review/people/"


def roles_of(method: str, path: str) -> Roles:
    """Who may ask for an address; leads alone where it is not in the table.

    Args:
        method: of the request.
        path: below where the app is mounted. Where it fits several lines, all of them must allow it, whichever route
            answers in the end.
    """
    asked = "GET" if method == "HEAD" else method
    exact = TABLE.get((asked, path))
    if exact is not None and "{" not in path:
        return exact
    found = [roles for pattern, roles in _patterns(asked) if pattern.match(path)]
    return frozenset.intersection(*found) if found else LEADING


@lru_cache
def _patterns(method: str) -> tuple[tuple[re.Pattern[str], Roles], ...]:
    lines = [(path, roles) for (its, path), roles in TABLE.items() if its == method and "{" in path]
    return tuple((compile_path(path)[0], roles) for path, roles in lines)
