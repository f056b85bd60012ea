"""Whoever comes by a lab's own sign-on has no link that could be taken away, and can be barred."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("annotators", sa.Column("barred", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("annotators", "barred")
