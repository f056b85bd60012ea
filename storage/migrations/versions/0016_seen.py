"""Who has seen what of others before judging, and which tasks were begun; of earlier looks nothing is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

# A round of training that was begun again has no label.
BEGUN = """
    UPDATE tasks SET begun = :yes WHERE judged > 0 OR EXISTS (
        SELECT 1 FROM events WHERE task_id = tasks.id AND kind IN ('rate', 'clear', 'mark', 'unmark', 'trace')
        AND id > COALESCE((SELECT MAX(id) FROM events WHERE task_id = tasks.id AND kind = 'restart'), 0)
    )
"""


def upgrade() -> None:
    op.create_table(
        "seen",
        sa.Column("annotator_id", sa.Integer(), sa.ForeignKey("annotators.id"), primary_key=True),
        sa.Column("scope", sa.String(), primary_key=True),
        sa.Column("first", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("tasks", sa.Column("begun", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("seen", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.get_bind().execute(sa.text(BEGUN), {"yes": True})


def downgrade() -> None:
    op.drop_column("tasks", "seen")
    op.drop_column("tasks", "begun")
    op.drop_table("seen")
