"""Jobs that are begun again after their worker was lost, because doing them twice leaves what doing them once does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("repeatable", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("repeatable", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("repeatable")
