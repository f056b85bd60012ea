"""Where the file that an entry was taken in from lies, so that what was made of it can be made again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("origins", sa.Column("path", sa.String(), nullable=True))
    op.add_column("origins", sa.Column("size", sa.BigInteger(), nullable=True))
    op.add_column("origins", sa.Column("sound", sa.String(), nullable=True))


def downgrade() -> None:
    for column in ("sound", "size", "path"):
        op.drop_column("origins", column)
