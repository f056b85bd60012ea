"""Who did an event, and as what, are columns of it: no longer the beginning of its client id and a name in `data`.

The triggers that keep the log from being changed are away while the columns are filled, within the transaction of the
migration.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

LEAD = "lead"  # the role, and the name of a lead who is not told
DECISIONS = ("exclude", "restore", "reopen")
SQLITE_TRIGGER = """
    CREATE TRIGGER events_no_update BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
"""
EVENTS = sa.table(
    "events",
    sa.column("id", sa.BigInteger),
    sa.column("task_id", sa.Integer),
    sa.column("client", sa.String),
    sa.column("kind", sa.String),
    sa.column("data", sa.JSON),
    sa.column("role", sa.String),
    sa.column("actor", sa.String),
)
TASKS = sa.table("tasks", sa.column("id", sa.Integer), sa.column("annotator_id", sa.Integer))
ANNOTATORS = sa.table("annotators", sa.column("id", sa.Integer), sa.column("name", sa.String))


def upgrade() -> None:
    op.add_column("events", sa.Column("role", sa.String(), nullable=False, server_default="annotator"))
    op.add_column("events", sa.Column("actor", sa.String(), nullable=True))
    person = (
        sa.select(ANNOTATORS.c.name)
        .join(TASKS, TASKS.c.annotator_id == ANNOTATORS.c.id)
        .where(TASKS.c.id == EVENTS.c.task_id)
        .scalar_subquery()
    )
    by_lead = (sa.func.substr(EVENTS.c.client, 1, 5) == "lead-") & EVENTS.c.kind.in_(DECISIONS)
    bind = op.get_bind()
    with _changing_events(bind):
        bind.execute(EVENTS.update().values(actor=person))
        for event in bind.execute(sa.select(EVENTS.c.id, EVENTS.c.data).where(by_lead)).all():
            said = dict(event.data or {})
            values = {"role": LEAD, "actor": str(said.pop("by", LEAD)), "data": said or None}
            bind.execute(EVENTS.update().where(EVENTS.c.id == event.id).values(values))


def downgrade() -> None:
    bind = op.get_bind()
    columns = (EVENTS.c.id, EVENTS.c.data, EVENTS.c.actor)
    with _changing_events(bind):
        for event in bind.execute(sa.select(*columns).where(EVENTS.c.role == LEAD)).all():
            data = {"by": event.actor, **(event.data or {})}
            bind.execute(EVENTS.update().where(EVENTS.c.id == event.id).values(data=data))
    op.drop_column("events", "actor")
    op.drop_column("events", "role")


@contextmanager
def _changing_events(bind: sa.Connection) -> Iterator[None]:
    dialect = bind.dialect.name
    if dialect == "sqlite":
        op.execute("DROP TRIGGER events_no_update")
    elif dialect == "postgresql":
        op.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
    yield
    if dialect == "sqlite":
        op.execute(SQLITE_TRIGGER)
    elif dialect == "postgresql":
        op.execute("ALTER TABLE events ENABLE TRIGGER events_append_only")
