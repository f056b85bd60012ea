"""What the beginning of a task's log folds into is kept beside it, so that an event costs the same in a long log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "task_states",
        sa.Column("task_id", sa.Integer(), sa.ForeignKey("tasks.id"), primary_key=True),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("folding", sa.JSON(), nullable=False),
    )
    op.create_index("ix_events_task_id", "events", ["task_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_events_task_id", "events")
    op.drop_table("task_states")
