"""Notes, tags and collections; data sets and runs can be removed and come back, as entries and checkpoints do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    for table in ("entries", "datasets", "runs"):
        op.add_column(table, sa.Column("note", sa.String(), nullable=False, server_default=""))
    for table in ("datasets", "runs"):
        op.add_column(table, sa.Column("removed", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "entry_tags",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_tags_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "tag", name="pk_entry_tags"),
    )
    op.create_index("ix_entry_tags_tag", "entry_tags", ["tag"])
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
    )
    op.create_table(
        "collected",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name="fk_collected_collection_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_collected_entry_id"),
        sa.PrimaryKeyConstraint("collection_id", "entry_id", name="pk_collected"),
    )
    op.create_index("ix_collected_entry_id", "collected", ["entry_id"])


def downgrade() -> None:
    op.drop_table("collected")
    op.drop_table("collections")
    op.drop_table("entry_tags")
    for table in ("datasets", "runs"):
        op.drop_column(table, "removed")
    for table in ("entries", "datasets", "runs"):
        op.drop_column(table, "note")
