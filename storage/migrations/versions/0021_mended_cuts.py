"""Cuts that people mend, and the steps by which they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "mended_cuts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("shots", sa.String(), nullable=False),
        sa.Column("budget", sa.Double(), nullable=False),
        sa.Column("picks", sa.Integer(), nullable=False),
        sa.Column("scores", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_mended_cuts_entry_id"),
        sa.ForeignKeyConstraint(["author_id"], ["annotators.id"], name="fk_mended_cuts_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mended_cuts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mended_cuts_entry_id", "mended_cuts", ["entry_id"])
    op.create_index("ix_mended_cuts_author_id", "mended_cuts", ["author_id"])
    op.create_table(
        "mend_steps",
        sa.Column("cut_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cut_id"], ["mended_cuts.id"], name="fk_mend_steps_cut_id"),
        sa.PrimaryKeyConstraint("cut_id", "n", name="pk_mend_steps"),
        sa.UniqueConstraint("cut_id", "client", "seq", name="uq_mend_steps_cut_id"),
    )


def downgrade() -> None:
    op.drop_table("mend_steps")
    op.drop_table("mended_cuts")
