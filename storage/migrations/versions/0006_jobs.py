"""Jobs are claimed by workers out of the table itself; what was computed about agreement has a table of its own.

Jobs that were queued or running are ended: the queue that carried them is not read any more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

QUICK = ("sample", "export", "render", "agreement", "reliability", "join", "rescore")
ENDED = {
    "code": "interrupted",
    "message": "Manycut was updated before this was done.",
    "hint": "Start it again.",
}
JOBS = sa.table(
    "jobs",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("args", sa.JSON),
    sa.column("lane", sa.String),
    sa.column("entries", sa.JSON(none_as_null=True)),
    sa.column("dataset", sa.String),
    sa.column("state", sa.String),
    sa.column("result", sa.JSON),
    sa.column("error", sa.JSON),
    sa.column("updated", sa.DateTime(timezone=True)),
)
AGREEMENTS = sa.table(
    "agreements",
    sa.column("people", sa.String),
    sa.column("dataset", sa.String),
    sa.column("assignment", sa.Integer),
    sa.column("entry", sa.String),
    sa.column("computed", sa.DateTime(timezone=True)),
    sa.column("result", sa.JSON),
)


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("lane", sa.String(), nullable=False, server_default="long"))
        jobs.add_column(sa.Column("entries", sa.JSON(), nullable=True))
        jobs.add_column(sa.Column("dataset", sa.String(), nullable=True))
        jobs.add_column(sa.Column("claimed_by", sa.String(), nullable=True))
        jobs.add_column(sa.Column("heartbeat", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("lane", server_default=None)
    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("people", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=True),
        sa.Column("assignment", sa.Integer(), nullable=True),
        sa.Column("entry", sa.String(), nullable=True),
        sa.Column("computed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    bind = op.get_bind()
    bind.execute(JOBS.update().where(JOBS.c.kind.in_(QUICK)).values(lane="quick"))
    bind.execute(JOBS.update().where(JOBS.c.state.in_(("queued", "running"))).values(state="failed", error=ENDED))
    for job in bind.execute(sa.select(JOBS).order_by(JOBS.c.id)).all():
        entry = job.args.get("entry")
        about = {"entries": [entry] if entry else None, "dataset": job.args.get("dataset")}
        bind.execute(JOBS.update().where(JOBS.c.id == job.id).values(about))
        if job.kind == "reliability" and job.state == "done":
            _keep(bind, job)


def _keep(bind: sa.Connection, job: Any) -> None:
    """What a job computed, where its file is still there."""
    try:
        result = json.loads(Path(job.result["file"]).read_text())
    except (OSError, ValueError, KeyError, TypeError):
        return
    asked = {name: job.args.get(name) for name in ("people", "dataset", "assignment", "entry")}
    asked["people"] = asked["people"] or "own"
    bind.execute(AGREEMENTS.insert().values(**asked, computed=job.updated, result=result))


def downgrade() -> None:
    op.drop_table("agreements")
    with op.batch_alter_table("jobs") as jobs:
        for column in ("heartbeat", "claimed_by", "dataset", "entries", "lane"):
            jobs.drop_column(column)
