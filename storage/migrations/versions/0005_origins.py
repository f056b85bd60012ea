"""The file that each entry was taken in from, found by its content."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "origins",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("settings", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_origins_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_origins")),
    )
    op.create_index(op.f("ix_origins_content"), "origins", ["content"], unique=False)


def downgrade() -> None:
    op.drop_table("origins")
