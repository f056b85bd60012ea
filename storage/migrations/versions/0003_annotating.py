"""Three protocols, assignments, practice, exclusion: what Annotate and Review need beside plain ratings.

What the events of a task amount to is kept with the task from here on; it is computed once for those that exist.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("annotators", sa.Column("role", sa.String(), nullable=False, server_default="annotator"))
    op.add_column("annotators", sa.Column("key", sa.String(), nullable=True))
    op.add_column("tasks", sa.Column("practice", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("state", sa.String(), nullable=False, server_default="open"))
    op.add_column("tasks", sa.Column("judged", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("tasks", sa.Column("excluded", sa.Boolean(), nullable=False, server_default=sa.false()))
    epoch = "1970-01-01 00:00:00.000000"
    op.add_column("tasks", sa.Column("touched", sa.DateTime(timezone=True), nullable=False, server_default=epoch))
    op.add_column("events", sa.Column("data", sa.JSON(), nullable=True))
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("protocol_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column("practice", sa.String(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["practice"], ["entries.id"], name=op.f("fk_assignments_practice")),
        sa.ForeignKeyConstraint(["protocol_id"], ["protocols.id"], name=op.f("fk_assignments_protocol_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_table(
        "assigned",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_assigned_assignment_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_assigned_entry_id")),
        sa.PrimaryKeyConstraint("assignment_id", "entry_id", name=op.f("pk_assigned")),
    )
    _count_tasks()


def _count_tasks() -> None:
    from core.labelling.events import Event, fold

    connection = op.get_bind()
    tasks = sa.table("tasks", *(sa.column(name) for name in ("id", "created", "state", "judged", "touched")))
    parts = ("client", "seq", "kind", "shot", "value", "t", "at")
    events = sa.table("events", *(sa.column(name) for name in ("task_id", "id", "recorded", *parts)))
    for task, created in connection.execute(sa.select(tasks.c.id, tasks.c.created)).all():
        log = connection.execute(sa.select(events).where(events.c.task_id == task).order_by(events.c.id)).all()
        state = fold(Event(*(row._mapping[part] for part in parts)) for row in log)
        connection.execute(
            tasks.update()
            .where(tasks.c.id == task)
            .values(
                state="submitted" if state.submitted else "open",
                judged=state.judged,
                touched=log[-1].recorded if log else created,
            )
        )


def downgrade() -> None:
    op.drop_table("assigned")
    op.drop_table("assignments")
    op.drop_column("events", "data")
    for name in ("touched", "excluded", "judged", "state", "practice"):
        op.drop_column("tasks", name)
    for name in ("key", "role"):
        op.drop_column("annotators", name)
