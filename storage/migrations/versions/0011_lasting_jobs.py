"""Jobs that go on after their worker died, in an order that people may change, one at a time on a GPU."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

FLAGS = ("resumable", "keep", "gpu")


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
        jobs.add_column(sa.Column("died_at", sa.Double(), nullable=True))
        jobs.add_column(sa.Column("on_gpu", sa.Boolean(), nullable=True))
        for flag in FLAGS:
            jobs.add_column(sa.Column(flag, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("jobs") as jobs:
        for column in ("priority", *FLAGS):
            jobs.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        for column in ("priority", "died_at", "on_gpu", *FLAGS):
            jobs.drop_column(column)
